# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""No moment of a recording at which its end costs an acknowledged frame."""

import shutil

import crash_replay
import pytest

from mobile_vla_core.episodes import Episode

SIZE = 20_000


def record(folder, frames: int, cameras: int = 1, fault: str = '', closing: bool = False):
    if shutil.which('strace') is None:
        pytest.skip(
            'needs strace: run tools/setup-environment as root, then make test or make crash'
        )
    try:
        return crash_replay.record(folder, frames, cameras, SIZE, fault, closing)
    except PermissionError as error:
        pytest.skip(f'strace may not trace here ({error}): run make test where it may')


@pytest.mark.parametrize(('cameras', 'frames'), [(1, 24), (2, 14)])
def test_no_acknowledged_frame_is_lost_after_or_inside_any_write(tmp_path, cameras, frames):
    calls = record(tmp_path, frames, cameras)
    assert crash_replay.same_file(calls, tmp_path)
    damage = crash_replay.replay(calls, tmp_path, SIZE)
    assert (damage.lost, damage.wrong, damage.first) == (0, 0, '')
    assert damage.acknowledged == cameras * frames
    assert damage.points > 10 * frames
    assert damage.torn > 3 * frames


@pytest.mark.parametrize(('cameras', 'frames'), [(1, 24), (2, 14)])
def test_no_acknowledged_frame_is_lost_after_or_inside_any_write_of_closing(
    tmp_path, cameras, frames
):
    calls = record(tmp_path, frames, cameras, closing=True)
    assert crash_replay.same_file(calls, tmp_path)
    assert [call.kind for call in calls][-1] == 'rename'
    damage = crash_replay.replay(calls, tmp_path, SIZE, every_page=True, closing=True)
    assert (damage.lost, damage.wrong, damage.first) == (0, 0, '')
    assert damage.acknowledged == cameras * frames
    assert damage.points > 10
    assert damage.torn > 5
    with Episode(tmp_path / 'replayed.h5') as episode:
        assert len(episode.actions) == frames
        assert episode.ending == ('success', 'arrived')


def test_a_writer_that_calls_its_file_finished_before_it_is_closed_is_found_out(tmp_path):
    calls = record(tmp_path, 5, fault='rename first', closing=True)
    damage = crash_replay.replay(calls, tmp_path, SIZE, closing=True)
    assert damage.lost > 0
    assert 'cannot be opened' in damage.first


def test_a_writer_that_writes_the_index_first_is_found_out(tmp_path):
    damage = crash_replay.replay(record(tmp_path, 5, fault='index first'), tmp_path, SIZE)
    assert damage.wrong + damage.lost > 0  # a reader refuses most of what it shows wrongly
    assert 'front' in damage.first


def test_a_writer_that_only_flushes_each_frame_is_found_to_lose_frames(tmp_path):
    calls = record(tmp_path, 60, fault='plain flush')
    assert crash_replay.same_file(calls, tmp_path)
    damage = crash_replay.replay(calls, tmp_path, SIZE, name='replayed.h5')
    # At most moments its frames are there, which is all that random kills find.
    assert 0 < damage.lost < 10 * (damage.points + damage.torn)
