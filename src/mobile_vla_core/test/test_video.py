# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for video.py: colours, sizes and times of a video are those of the pictures."""

import av
import numpy as np
import pytest

from mobile_vla_core.errors import ImageFormatError
from mobile_vla_core.toolbox.video import Mp4Writer

STAMPS = [100.0, 100.1, 100.25, 101.25, 101.3]


def picture(t: int, height: int = 48, width: int = 64) -> np.ndarray:
    rgb = np.zeros((height, width, 3), dtype=np.uint8)
    rgb[..., 0] = 220
    rgb[..., 2] = 10 * t
    return rgb


def write(path, stamps=STAMPS, **shape) -> Mp4Writer:
    with Mp4Writer(path) as video:
        for t, stamp in enumerate(stamps):
            video.add(picture(t, **shape), stamp)
    return video


def read(path) -> tuple[list[float], list[np.ndarray], float]:
    """Return times [s], pictures and the duration [s]."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        duration = float(stream.duration * stream.time_base)
        return (
            [frame.time for frame in frames],
            [f.to_ndarray(format='rgb24') for f in frames],
            (duration),
        )


def test_pictures_are_shown_when_they_were_taken(tmp_path):
    write(tmp_path / 'a.mp4')
    times, _, duration = read(tmp_path / 'a.mp4')
    np.testing.assert_allclose(times, np.array(STAMPS) - STAMPS[0], atol=2e-5)
    assert duration == pytest.approx(1.3 + 0.05, abs=1e-3)


def test_red_stays_red(tmp_path):
    write(tmp_path / 'a.mp4')
    _, pictures, _ = read(tmp_path / 'a.mp4')
    for t, found in enumerate(pictures):
        np.testing.assert_allclose(found.mean(axis=(0, 1)), (220, 0, 10 * t), atol=6)


def test_a_video_without_a_picture_is_refused(tmp_path):
    with pytest.raises(ImageFormatError, match='needs a picture'), Mp4Writer(tmp_path / 'a.mp4'):
        pass


def test_an_odd_size_loses_nothing(tmp_path):
    write(tmp_path / 'a.mp4', height=47, width=63)
    _, pictures, _ = read(tmp_path / 'a.mp4')
    assert pictures[0].shape == (48, 64, 3)


def test_a_stamp_that_goes_back_is_moved_and_counted(tmp_path):
    video = write(tmp_path / 'a.mp4', stamps=[1.0, 1.1, 1.1, 1.05, 1.2])
    times, _, _ = read(tmp_path / 'a.mp4')
    assert video.moved == 2
    np.testing.assert_allclose(times, [0, 0.1, 0.101, 0.102, 0.2], atol=2e-5)


def test_pictures_of_another_size_are_refused(tmp_path):
    with Mp4Writer(tmp_path / 'a.mp4') as video:
        video.add(picture(0), 0.0)
        with pytest.raises(ImageFormatError, match=r'expected \(48, 64, 3\), found \(24, 64, 3\)'):
            video.add(picture(1, height=24), 0.1)
