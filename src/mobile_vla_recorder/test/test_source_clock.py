# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for recording/source_clock.py."""

import pytest

from mobile_vla_recorder.recording.source_clock import SourceClock


@pytest.mark.parametrize('offset', [0.0, 3600.0, -7.5])
def test_a_message_that_waited_gets_the_time_at_which_it_was_sent(offset):
    clock = SourceClock()
    assert clock.sent(10.0 + offset, 10.001) == pytest.approx(10.001)
    assert clock.sent(11.0 + offset, 12.5) == pytest.approx(11.001)


def test_the_shortest_way_counts():
    clock = SourceClock()
    clock.sent(1.0, 1.2)
    clock.sent(2.0, 2.001)
    assert clock.sent(3.0, 3.9) == pytest.approx(3.001)
