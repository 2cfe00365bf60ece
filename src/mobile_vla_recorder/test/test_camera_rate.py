# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import pytest

from mobile_vla_recorder.recording.camera_rate import CameraRate


def test_the_rate_is_that_of_the_stamps_in_the_window():
    rate = CameraRate(window=2.0)
    for k in range(100):
        rate.add(50.0 + k / 25)
    assert rate.hertz == pytest.approx(25.0)
    assert rate.span == pytest.approx(2.0)


def test_too_few_pictures_have_no_rate():
    rate = CameraRate()
    assert rate.hertz == 0.0
    rate.add(1.0)
    assert rate.hertz == 0.0


def test_time_that_goes_back_starts_anew():
    rate = CameraRate()
    for stamp in (100.0, 100.1, 5.0, 5.5):
        rate.add(stamp)
    assert rate.hertz == pytest.approx(2.0)
