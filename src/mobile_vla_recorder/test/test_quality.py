# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import numpy as np
import pytest

from mobile_vla_core.delay import Delay
from mobile_vla_core.images import encode_jpeg
from mobile_vla_core.picture_quality import QualityLimits
from mobile_vla_recorder.recording.quality import CameraQuality, RecordingQuality

RANDOM = np.random.default_rng(0)


def scene() -> bytes:
    return encode_jpeg(RANDOM.integers(60, 200, (48, 64, 3), dtype=np.uint8))


def uniform(value: int) -> bytes:
    return encode_jpeg(np.full((48, 64, 3), value, dtype=np.uint8))


def film(camera: CameraQuality, stamps, picture=lambda t: scene(), delay: float = 0.01) -> None:
    for t, stamp in enumerate(stamps):
        camera.on_picture(stamp, stamp + delay)
        camera.on_written(picture(t), stamp)


def camera(**limits) -> CameraQuality:
    return CameraQuality('front', QualityLimits(**limits))


def test_a_good_camera_has_no_warning_and_full_quality():
    good = camera(expected_rate=10.0)
    film(good, 100 + 0.1 * np.arange(50))
    assert good.warnings(0.0) == []
    assert good.score == 1.0
    assert good.summary(0, Delay()).startswith(
        'front: quality 1.000: 50 pictures written, 0 dropped'
    )


@pytest.mark.parametrize('expected_rate', [10.0, 0.0])
def test_gaps_in_the_stamps_are_counted_and_the_remedy_is_named(expected_rate):
    lossy = camera(expected_rate=expected_rate, rate_share=0.1)
    stamps = [100 + 0.1 * k for k in range(40) if k < 10 or k % 4]
    film(lossy, stamps)
    (warning,) = lossy.warnings(0.0)
    assert lossy.lost == 7
    assert '7 of 40 pictures were lost before the recorder' in warning
    assert 'fastdds_large_images.xml' in warning
    assert lossy.score == pytest.approx(33 / 40)


def test_jitter_and_a_repeated_stamp_are_no_gap():
    jittery = camera(expected_rate=10.0)
    film(jittery, [100.0, 100.13, 100.2, 100.2, 100.29, 100.41])
    assert jittery.lost == 0


def test_a_late_picture_is_not_lost_when_the_next_ones_catch_up():
    late = camera(expected_rate=10.0)
    film(late, [100.0, 100.17, 100.2, 100.3, 100.62, 100.64, 100.65, 100.7])
    assert late.lost == 0
    film(late, [100.9, 101.0, 101.05])
    assert late.lost == 1


def test_a_slow_camera_is_named_with_both_rates():
    slow = camera(expected_rate=30.0)
    film(slow, 100 + 0.05 * np.arange(60))
    assert any('front: 20.0 Hz instead of 30 Hz' in text for text in slow.warnings(0.0))


def test_a_camera_that_was_slow_for_most_of_an_episode_is_named_at_its_end():
    quality = RecordingQuality(['front'], QualityLimits(expected_rate=10.0))
    film(quality.cameras['front'], 100 + 0.14 * np.arange(100))
    film(quality.cameras['front'], 114 + 0.1 * np.arange(30))
    quality.on_command((0.1, 0, 0), 116.9, 117.2)
    assert quality.warnings() == [
        'front: pictures come 0.01 s after their stamp, commands 0.30 s: synchronise the clocks, '
        'or find what delays the camera'
    ]
    assert 'front: 7.6 Hz instead of 10 Hz' in quality.findings()
    (line,) = quality.summary({'front': 0})
    assert line.endswith(
        '; 7.6 Hz, delay 0.010 s, at worst 0.010 s, of commands 0.300 s, at worst 0.300 s'
    )


def test_a_frozen_camera_is_named_and_thaws():
    still = scene()
    frozen = camera()
    film(frozen, 100 + 0.1 * np.arange(25), lambda t: still)
    assert frozen.warnings(0.0) == [
        'front: the same picture for more than 1 s while the robot is driven: '
        'restart the camera, or the robot does not move'
    ]
    assert frozen.frozen == 14
    film(frozen, [102.5], lambda t: scene())
    assert frozen.warnings(0.0) == []


@pytest.mark.parametrize(('value', 'text'), [(2, 'is black'), (255, 'is overexposed')])
def test_a_black_or_overexposed_picture_is_named_within_a_second(value, text):
    dark = camera()
    film(dark, 100 + 0.1 * np.arange(5))
    bright = RANDOM.integers(0, 2, 20)

    def picture(t):
        return uniform(value - int(bright[t]))  # not frozen

    film(dark, 100.5 + 0.1 * np.arange(11), picture)
    (warning,) = dark.warnings(0.0)
    assert text in warning
    assert 0 < dark.score < 1


def test_a_skew_between_camera_and_commands_is_named():
    quality = RecordingQuality(['front'], QualityLimits())
    film(quality.cameras['front'], 100 + 0.1 * np.arange(20), delay=0.6)
    assert quality.warnings() == []  # without a command there is nothing to compare with
    quality.on_command((0.1, 0, 0), 101.0, 101.01)
    (warning,) = quality.warnings()
    assert 'pictures come 0.60 s after their stamp, commands 0.01 s' in warning


def test_dropped_pictures_lower_the_quality_and_the_worst_camera_counts():
    quality = RecordingQuality(['front', 'rear'], QualityLimits())
    film(quality.cameras['front'], 100 + 0.1 * np.arange(10))
    for k in range(10):
        quality.cameras['rear'].on_picture(100 + 0.1 * k, 100 + 0.1 * k)
        if k % 2:
            quality.cameras['rear'].on_written(scene(), 100 + 0.1 * k)
    assert quality.cameras['front'].score == 1.0
    assert quality.score == 0.5


def test_the_findings_are_of_the_whole_episode():
    quality = RecordingQuality(['front'], QualityLimits())
    dark = np.zeros((24, 32, 3), dtype=np.uint8)
    camera = quality.cameras['front']
    for k in range(3):
        camera.on_picture(100 + 0.5 * k, 100 + 0.5 * k)
        camera.on_written(encode_jpeg(dark), 100 + 0.5 * k)
    film(camera, 101.5 + 0.5 * np.arange(4))
    assert quality.warnings() == []
    assert quality.findings() == [
        'front: 4 of 7 pictures were black: uncover the lens or switch on the light',
    ]


def test_a_robot_that_stands_still_has_no_frozen_camera():
    quality = RecordingQuality(['front'], QualityLimits())
    front, still = quality.cameras['front'], scene()

    def stand(velocity, begin: float, commanded: bool = True) -> None:
        for t in begin + 0.1 * np.arange(20):
            if commanded:
                quality.on_command(velocity, t, t)
            front.on_picture(t, t)
            front.on_written(still, t, quality.driven(t))

    stand((0.0, 0.0, 0.0), 100.0)
    assert front.frozen == 0
    stand((0.2, 0.0, 0.0), 102.0)
    assert 8 <= front.frozen <= 10, 'it is driven and the picture stays the same'
    stand((0.2, 0.0, 0.0), 104.0, commanded=False)
    assert front.frozen <= 21, 'a command is in force for a second'
    assert quality.warnings() == []


def test_the_worst_delay_of_the_whole_episode_is_in_the_summary():
    quality = RecordingQuality(['front'], QualityLimits())
    film(quality.cameras['front'], 100 + 0.1 * np.arange(60), delay=0.02)
    film(quality.cameras['front'], [106.0], delay=1.5)
    film(quality.cameras['front'], 106.1 + 0.1 * np.arange(60), delay=0.02)
    (line,) = quality.summary({'front': 0})
    assert line.endswith('delay 0.020 s, at worst 1.500 s')


def test_a_jump_of_the_clock_is_said():
    jumping = camera(expected_rate=10.0)
    film(jumping, 100 + 0.1 * np.arange(20))
    for t in 102.0 + 0.1 * np.arange(20):
        jumping.on_picture(t + 3600.0, t)
    assert jumping.lost == 0
    assert any('its clock jumped ahead 1 times' in text for text in jumping.findings(None))
