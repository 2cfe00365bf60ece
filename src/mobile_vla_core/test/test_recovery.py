# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for recovery.py: an unfinished file becomes an episode and is itself left alone."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
import hashlib
import multiprocessing
import os
from pathlib import Path
import re
import signal
import threading

import numpy as np
import pytest

from mobile_vla_core.episodes import (
    CameraStream,
    Episode,
    EpisodeWriter,
    find_episodes,
    find_unfinished,
    recover,
    recover_folder,
)
from mobile_vla_core.episodes.recovery import workshop
from mobile_vla_core.errors import EpisodeError
from mobile_vla_core.images import encode_jpeg

FRAMES = 12
MEGABYTE = 1024 * 1024


def jpeg(t: int) -> bytes:
    return encode_jpeg(np.random.default_rng(t).integers(0, 255, (96, 128, 3), dtype=np.uint8))


def _record_and_die(folder: Path, frames: int, unindexed: bool) -> None:
    writer = EpisodeWriter(
        folder,
        instruction='컵으로 가',
        scenario='1box_vert_left',
        cameras=[CameraStream(topic='/a', camera_info='{}', width=64), CameraStream('rear')],
        robot='mule',
        joints=['wheel'],
        metadata={'queue_megabytes': 64},
    )
    for t in range(frames):
        for camera in ('front', 'rear'):
            writer.add_frame(camera, jpeg(t), t, t + 0.25)
        writer.add_command([t, 0, 0], t + 0.5, t + 0.5)
        writer.add_imu(t, [0, 0, 0, 1], [0, 0, t], [0, 0, 9.81])
        writer.add_joint_state(t, [t])
    writer.add_event(1.0, 'note', 'before the end')
    if unindexed:
        rows = writer._streams.cameras['front']
        rows._bytes.write(rows._end, np.ones(7))
    os.kill(os.getpid(), signal.SIGKILL)


def left_behind(folder: Path, frames: int = FRAMES, unindexed: bool = False) -> Path:
    process = multiprocessing.get_context('fork').Process(
        target=_record_and_die, args=(folder, frames, unindexed)
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    (part,) = folder.glob('*.h5.part')
    return part


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_everything_of_a_killed_writer_is_recovered_and_its_file_is_not_changed(tmp_path):
    part = left_behind(tmp_path)
    before = digest(part)
    (report,) = recover_folder(tmp_path)
    assert report.frames == {'front': FRAMES, 'rear': FRAMES}
    assert (report.commands, report.lost) == (FRAMES, ())
    assert 'front 12 frames, rear 12 frames, 12 commands; nothing acknowledged' in report.text
    assert find_episodes(tmp_path) == [report.path]
    assert report.part.name == f'{part.name}.recovered'
    assert digest(report.part) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == [report.path.name, report.part.name]
    with Episode(report.path) as episode:
        assert report.path.name == f'{episode.attributes["name"]}.h5'
        for camera in ('front', 'rear'):
            assert [episode.jpeg(t, camera) for t in range(FRAMES)] == [
                jpeg(t) for t in range(FRAMES)
            ]
            np.testing.assert_allclose(episode.receive_stamps(camera), np.arange(FRAMES) + 0.25)
        assert episode.instruction == '컵으로 가'
        assert episode.attributes['robot'] == 'mule'
        assert episode.camera_attributes()['topic'] == '/a'
        assert episode.camera_attributes()['camera_info'] == '{}'
        assert episode.metadata == {'queue_megabytes': 64}
        assert episode.actions[:, 0].tolist() == list(range(FRAMES))
        assert episode.imu['angular_velocity'][:, 2].tolist() == list(range(FRAMES))
        assert episode.joint_states['position'][:, 0].tolist() == list(range(FRAMES))
        assert [kind for _, kind, _ in episode.events] == ['note', 'recovered', 'outcome']
        assert episode.ending == ('unknown', 'the recorder ended before it could close the file')


def test_bytes_without_an_index_entry_are_said_and_left_out(tmp_path):
    report = recover(left_behind(tmp_path, unindexed=True))
    assert report.frames['front'] == FRAMES
    assert report.lost == ('front: 7 bytes of a frame that was not acknowledged',)
    with Episode(report.path) as episode:
        assert '7 bytes' in episode.events[-2][2]


def test_the_reason_that_the_recorder_knew_is_kept(tmp_path):
    reason = 'writing failed: Input/output error'
    with Episode(recover(left_behind(tmp_path), reason=reason).path) as episode:
        assert episode.ending == ('unknown', reason)
        assert episode.events[-2][1:] == ('recovered', f'{reason}; nothing acknowledged is lost')


@pytest.mark.parametrize(('frames', 'suffix'), [(FRAMES, 'recovered'), (0, 'unreadable')])
def test_a_file_that_is_set_aside_keeps_no_room_that_it_does_not_need(tmp_path, frames, suffix):
    part = left_behind(tmp_path, frames)
    taken = part.stat().st_blocks * 512
    if taken < part.stat().st_size + MEGABYTE:
        pytest.skip('this file system takes no room ahead: run make test on ext4, XFS or tmpfs')
    report = recover(part)
    assert report.part.name == f'{part.name}.{suffix}'
    kept = report.part.stat()
    assert kept.st_blocks * 512 < kept.st_size + 64 * 1024 < taken


@pytest.mark.parametrize('zeros', [slice(0, None), slice(100, 4196), slice(-4096, None)])
def test_a_frame_whose_page_is_zeros_is_left_out_and_counted(tmp_path, zeros):
    part = left_behind(tmp_path)
    content = bytearray(part.read_bytes())
    start = content.index(jpeg(5))
    first, after, _ = zeros.indices(len(jpeg(5)))
    content[start + first : start + after] = bytes(after - first)
    part.write_bytes(content)
    report = recover(part)
    assert report.lost == ('front: 1 of 12 frames are damaged',)
    assert report.frames == {'front': FRAMES - 1, 'rear': FRAMES}
    with Episode(report.path) as episode:
        assert [episode.jpeg(t) for t in (4, 5)] == [jpeg(4), jpeg(6)]


@pytest.mark.parametrize('camera', ['front', 'rear'])
def test_a_torn_index_ends_and_costs_its_own_camera_alone(tmp_path, camera):
    part = left_behind(tmp_path)
    with Episode(part) as episode:
        group = episode._camera(camera)
        (place,) = [group['end'].id.get_chunk_info(0).byte_offset]
    content = bytearray(part.read_bytes())
    pages = [content[start : start + 4096] for start in range(0, len(content), 4096)]
    entry = place.to_bytes(8, 'little')
    (index,) = [n for n, page in enumerate(pages) if page[:4] == b'EAIB' and entry in page]
    torn = index * 4096 + 60
    content[torn : torn + 4] = b'torn'
    part.write_bytes(content)
    (report,) = recover_folder(tmp_path)
    other = 'rear' if camera == 'front' else 'front'
    assert report.frames == {camera: 0, other: FRAMES}
    assert f'{camera}: its 12 frames cannot be found: ' in report.lost[0]
    with Episode(report.path) as episode:
        assert [episode.jpeg(t, other) for t in range(FRAMES)] == [jpeg(t) for t in range(FRAMES)]
        assert len(episode.commands['stamp']) == FRAMES


def test_a_file_of_which_every_frame_is_damaged_is_kept_and_no_episode_made_of_it(tmp_path):
    part = left_behind(tmp_path, frames=1)
    content = part.read_bytes()
    part.write_bytes(content.replace(jpeg(0)[100:], bytes(len(jpeg(0)) - 100)))
    report = recover(part)
    assert report.path is None
    assert report.lost == tuple(f'{name}: 1 of 1 frames are damaged' for name in ('front', 'rear'))
    assert [path.name for path in tmp_path.iterdir()] == [f'{part.name}.unreadable']


def signal_recovery_of(part: Path, number: int) -> None:
    """Wait for the process that recovers a file and send it a signal."""
    while True:
        for path in Path('/proc').glob('[0-9]*/cmdline'):
            with suppress(OSError):
                words = path.read_bytes().split(b'\0')
                if os.fsencode(part) in words and b'-m' in words:
                    os.kill(int(path.parent.name), number)
                    return


@pytest.mark.parametrize(
    ('number', 'time_limit', 'sentence'),
    [
        (signal.SIGSEGV, None, r'the HDF5 library crashed on it \(SIGSEGV\)'),
        (signal.SIGSTOP, 1.0, 'reading it came to no end in 1 s'),
    ],
)
def test_a_library_that_crashes_or_hangs_is_outlived_and_the_file_kept(
    tmp_path, number, time_limit, sentence
):
    part = left_behind(tmp_path)
    before = digest(part)
    thread = threading.Thread(target=signal_recovery_of, args=(part, number))
    thread.start()
    report = recover(part, time_limit)
    thread.join()
    assert report.path is None
    assert re.search(sentence, report.text)
    assert report.part.name == part.name.replace('.part', '.part.unreadable')
    assert digest(report.part) == before
    assert list(tmp_path.iterdir()) == [report.part]

    assert f'rename it {part.name} to try again' in report.text
    assert recover(report.part.rename(part)).frames == {'front': FRAMES, 'rear': FRAMES}


def test_a_recovery_that_somebody_ended_is_done_again_next_time(tmp_path):
    part = left_behind(tmp_path)
    thread = threading.Thread(target=signal_recovery_of, args=(part, signal.SIGTERM))
    thread.start()
    report = recover(part)
    thread.join()
    assert (report.path, report.part) == (None, part)
    assert 'recovery was ended by SIGTERM; the file is kept as it is' in report.text
    assert recover(part).frames == {'front': FRAMES, 'rear': FRAMES}


def test_a_file_whose_writer_lives_is_left_alone(tmp_path):
    writer = EpisodeWriter(tmp_path, instruction='go')
    writer.add_frame('front', jpeg(0), 0, 0)
    assert find_unfinished(tmp_path) == []
    assert recover_folder(tmp_path) == []
    with pytest.raises(EpisodeError, match='is being written'):
        recover(writer.path)
    with Episode(writer.close()) as episode:
        assert episode.jpeg(0) == jpeg(0)


def test_a_recovery_that_was_itself_interrupted_is_done_again(tmp_path):
    part = left_behind(tmp_path)
    unfinished = workshop(part) / part.name
    unfinished.parent.mkdir()
    unfinished.write_bytes(b'half')
    (tmp_path / part.name.removesuffix('.part')).write_bytes(b'half')
    report = recover(part)
    assert report.frames == {'front': FRAMES, 'rear': FRAMES}
    assert find_unfinished(tmp_path) == []
    assert not unfinished.parent.exists()
    with Episode(find_episodes(tmp_path)[0]) as episode:
        assert len(episode) == FRAMES


def test_two_recoveries_in_one_folder_at_once_do_not_disturb_each_other(tmp_path):
    parts = []
    for name in ('a', 'b', 'c'):
        part = left_behind(tmp_path / name)
        parts.append(part.rename(tmp_path / part.name))
    with ThreadPoolExecutor(len(parts)) as pool:
        reports = list(pool.map(recover, parts))
    assert [report.frames for report in reports] == [{'front': FRAMES, 'rear': FRAMES}] * 3
    assert find_episodes(tmp_path) == sorted(report.path for report in reports)
    assert list(tmp_path.glob('.recovering*')) == []


def test_what_a_dead_recovery_left_is_swept_and_what_a_live_one_works_in_is_not(tmp_path):
    part = left_behind(tmp_path)
    (tmp_path / '.recovering_gone').mkdir()
    (tmp_path / '.recovering_gone' / 'gone.h5.part').write_bytes(b'half')
    (tmp_path / 'other.h5.part').write_bytes(b'somebody copies it')
    (tmp_path / '.recovering_other').mkdir()
    recover(part)
    assert [path.name for path in tmp_path.glob('.recovering*')] == ['.recovering_other']


def test_a_file_without_a_readable_frame_is_kept_under_another_name(tmp_path):
    empty = left_behind(tmp_path / 'empty', frames=0)
    report = recover(empty)
    assert report.path is None
    assert 'it ended before its first frame' in report.text
    (tmp_path / 'torn.h5.part').write_bytes(b'\x89HDF\r\n\x1a\n')
    (report,) = recover_folder(tmp_path)
    assert report.path is None
    assert 'cannot be opened as an HDF5 file' in report.text
    assert report.part == tmp_path / 'torn.h5.part.unreadable'
    assert report.part.read_bytes() == b'\x89HDF\r\n\x1a\n'
    assert recover_folder(tmp_path) == []


def test_only_an_unfinished_file_is_recovered(tmp_path):
    with pytest.raises(EpisodeError, match='is no unfinished episode'):
        recover(tmp_path / 'done.h5')
