# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for picture_checks.py."""

from conftest import draw_frame
import numpy as np

from mobile_vla_core.episodes.writer import CameraStream, EpisodeWriter
from mobile_vla_core.images import encode_jpeg, Preprocessing
from mobile_vla_train.data.cache import open_cache
from mobile_vla_train.preflight.finding import Level
from mobile_vla_train.preflight.picture_checks import (
    check_cadence,
    check_copies,
    check_pictures,
)

STEPS = 20


def record(folder, pictures, stamps=None):
    """Write an episode that drives all the time and sees these pictures."""
    stamps = np.arange(len(pictures)) * 0.1 if stamps is None else stamps
    writer = EpisodeWriter(folder, instruction='go', cameras=(CameraStream(),))
    for picture, stamp in zip(pictures, stamps, strict=True):
        writer.add_frame('front', encode_jpeg(picture), stamp, stamp)
        writer.add_command(np.array([0.5, 0.0, 0.0]), stamp, stamp)
    return writer.close('success')


def moving(count=STEPS):
    return [draw_frame(t / count, 90) for t in range(count)]


def looked_at(tmp_path, *episodes):
    paths = sorted(record(tmp_path / 'data', pictures) for pictures in episodes)
    cache = open_cache(tmp_path / 'cache', paths, Preprocessing(24, 32))
    return check_pictures(cache)


def test_moving_pictures_have_no_finding(tmp_path):
    assert looked_at(tmp_path, moving(), moving()) == []


def test_a_picture_that_never_changes_is_named_and_an_error_when_all_are(tmp_path):
    frozen = [draw_frame(0.5, 90)] * STEPS
    (one,) = looked_at(tmp_path / 'one', moving(), frozen)
    assert one.level is Level.WARNING
    assert 'never changes in 1 of 2' in one.text
    (every,) = looked_at(tmp_path / 'all', frozen, frozen)
    assert every.level is Level.ERROR


def test_a_camera_that_hangs_while_driving_is_told_with_its_share(tmp_path):
    hanging = moving()
    hanging[8:13] = [hanging[8]] * 5
    (finding,) = looked_at(tmp_path, hanging, moving())
    assert 'hangs while the robot drives in 1 of 2' in finding.text
    assert '(21%)' in finding.text


def test_a_black_picture_is_told(tmp_path):
    black = [np.full((24, 32, 3), t % 3, np.uint8) for t in range(STEPS)]
    (finding,) = looked_at(tmp_path, moving(), black)
    assert 'is black or shows nothing in 1 of 2' in finding.text


def test_a_copy_across_the_split_is_an_error_and_within_training_a_warning(tmp_path):
    pictures = [moving(), moving(), [picture + 20 for picture in moving()]]
    paths = sorted(record(tmp_path / 'data', seen) for seen in pictures)
    cache = open_cache(tmp_path / 'cache', paths, Preprocessing(24, 32))
    twins = [path.name for path in paths if cache.frames[_first(cache, path)].mean() < 100]
    (leak,) = check_copies(cache, twins[:1])
    assert leak.level is Level.ERROR
    assert f'remove the copies {" = ".join(twins)}' in leak.text
    (copy,) = check_copies(cache, [path.name for path in paths])
    assert (copy.level, copy.text) == (Level.WARNING, f'copies of one drive: {" = ".join(twins)}')


def _first(cache, path):
    (episode,) = cache.select([path.name])
    return slice(episode.start, episode.start + 1)


def test_an_odd_step_period_missing_and_uneven_frames_are_told(tmp_path):
    even = np.arange(STEPS) * 0.1
    gaps = even + 0.3 * np.arange(STEPS).clip(0, 15).astype(int).__floordiv__(5)
    jumpy = even + 0.035 * (np.arange(STEPS) % 2)
    paths = {
        name: record(tmp_path / name, moving(), stamps)
        for name, stamps in (('even', even), ('gaps', gaps), ('jumpy', jumpy))
    }
    assert check_cadence([paths['even']], 0.1, 'front') == []
    assert 'every 1.000 s is odd' in check_cadence([paths['even']], 1.0, 'front')[0].text
    (missing,) = check_cadence([paths['gaps'], paths['even']], 0.1, 'front')
    assert f'missing in 1 of 2 episodes: {paths["gaps"].name} (3)' in missing.text
    (uneven,) = check_cadence([paths['jumpy']], 0.1, 'front')
    assert 'uneven in 1 episodes' in uneven.text
