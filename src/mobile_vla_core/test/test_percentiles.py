# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for percentiles.py."""

from math import isnan

import pytest

from mobile_vla_core.percentiles import RollingPercentiles


def test_percentiles_are_values_that_occurred():
    values = RollingPercentiles(1000)
    for value in range(200, 0, -1):
        values.add(float(value))
    found = values.summary()
    assert (found.count, found.p50, found.p99, found.max) == (200, 100.0, 198.0, 200.0)


def test_one_value_is_every_percentile():
    values = RollingPercentiles(10)
    values.add(0.25)
    found = values.summary()
    assert (found.p50, found.p99, found.max) == (0.25, 0.25, 0.25)


def test_old_values_are_forgotten():
    values = RollingPercentiles(3)
    for value in (9.0, 1.0, 2.0, 3.0):
        values.add(value)
    assert (values.summary().count, values.summary().max) == (3, 3.0)
    values.clear()
    assert values.summary().count == 0


@pytest.mark.parametrize('name', ['p50', 'p99', 'max'])
def test_there_are_no_figures_without_values_and_nan_is_no_value(name):
    values = RollingPercentiles(3)
    values.add(float('nan'))
    assert values.summary().count == 0
    assert isnan(getattr(values.summary(), name))
