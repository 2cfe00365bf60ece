# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A disk that fails, fills or is taken away under the running recorder, over real DDS."""

from collections.abc import Callable
from pathlib import Path
import shutil
import signal
import subprocess

import numpy as np
import pytest
from recorder_process import Recorder, Robot
from sensor_msgs.msg import CompressedImage
from std_srvs.srv import Trigger

from mobile_vla_core.episodes import Episode, find_episodes, find_unfinished
from mobile_vla_core.images import encode_jpeg
from mobile_vla_msgs.srv import StartEpisode, StopEpisode
from mobile_vla_recorder.recording.episode_history import DISCARDED_FOLDER

MEGABYTE = 1024 * 1024
EIO = 'writing failed: Input/output error'


def film_until(robot: Robot, condition: Callable[[], bool]) -> int:
    """Send pictures until something is so, and return how many."""
    sent = 0

    def one_more() -> bool:
        nonlocal sent
        sent += 1
        robot.send_picture(sent)
        robot.spinner.spin_once(timeout_sec=0.02)
        return condition()

    robot.spin_until(one_more)
    return sent


def record_one(robot: Robot, recorder: Recorder) -> Path:
    """Record an episode of one picture: the node lives and works."""
    assert recorder.process.poll() is None, recorder.log.read_text()
    robot.start_episode(instruction='go on')
    robot.send_picture(1)
    saved = robot.call(StopEpisode, 'stop', outcome='success')
    assert (saved.success, saved.frames) == (True, 1), saved.message
    assert 'Traceback' not in recorder.log.read_text()
    return Path(saved.path)


@pytest.fixture
def ext2(tmp_path):
    """Return a folder on an ext2 of 60 MB: it cannot take room ahead (fallocate)."""
    if shutil.which('mkfs.ext2') is None:
        pytest.skip('needs mkfs.ext2: install e2fsprogs, then make test')
    image, folder = tmp_path / 'image', tmp_path / 'disk'
    folder.mkdir()
    with image.open('wb') as file:
        file.truncate(60 * MEGABYTE)
    subprocess.run(['mkfs.ext2', '-q', '-m', '0', image], check=True)
    mount = subprocess.run(['mount', '-o', 'loop', image, folder], capture_output=True, text=True)
    if mount.returncode:
        pytest.skip(f'mount says {mount.stderr.strip()}: run make test as root where it may mount')
    yield folder
    subprocess.run(['umount', '--lazy', folder], check=True)


def test_a_full_disk_that_cannot_promise_room_ends_the_episode_and_not_the_node(start, ext2):
    robot, recorder = start(CompressedImage, compressed=True, output=ext2)
    noise = np.random.default_rng(0).integers(0, 255, (480, 640, 3), dtype=np.uint8)
    picture = CompressedImage(format='jpeg', data=encode_jpeg(noise, 90))
    robot.start_episode(instruction='go')
    full, sent = 'was stopped and kept: writing failed: No space left on device', 0

    def ended() -> bool:
        nonlocal sent
        sent += 1
        picture.header.stamp.sec = 100 + sent
        robot.images.publish(picture)
        return robot.statuses[-1].message.endswith(full) and robot.statuses[-1].state == 'idle'

    robot.spin_until(ended)
    (path,) = find_episodes(ext2)
    with Episode(path) as episode:
        assert episode.ending == ('unknown', 'writing failed: No space left on device')
        assert len(episode) * len(picture.data) > 0.5 * 60 * MEGABYTE
        assert all(episode.jpeg(t) == bytes(picture.data) for t in range(len(episode)))
    path.unlink()
    assert record_one(robot, recorder).parent == ext2


@pytest.mark.parametrize('service', ['stop', 'discard'])
def test_an_output_folder_that_is_removed_while_recording_does_not_end_the_node(start, service):
    robot, recorder = start()
    robot.start_episode(instruction='go')
    robot.send_picture(1)
    robot.spin_until(lambda: robot.statuses[-1].frames == 1)
    shutil.rmtree(recorder.output)
    refused = robot.call(StopEpisode if service == 'stop' else Trigger, service)
    assert not refused.success
    assert refused.message.endswith('is lost: its file was removed while it was recorded')
    record_one(robot, recorder)


def test_an_episode_that_cannot_be_discarded_stays_and_so_does_the_node(start):
    robot, recorder = start()
    robot.start_episode(instruction='go')
    robot.send_picture(1)
    (recorder.output / DISCARDED_FOLDER).write_text('in the way')
    refused = robot.call(Trigger, 'discard')
    (path,) = find_episodes(recorder.output)
    assert refused.message == (
        f'{path.name} cannot be discarded: File exists; it stays in {recorder.output}'
    )
    record_one(robot, recorder)


def test_an_episode_that_is_to_go_by_rule_and_cannot_stays_and_so_does_the_node(start):
    robot, recorder = start(minimum_quality=0.9, expected_rate=4.0, camera_timeout=0.5)
    robot.start_episode(instruction='go')
    robot.send_picture(1)
    robot.send_picture(2)
    (recorder.output / DISCARDED_FOLDER).write_text('in the way')
    text = 'it was to be discarded: quality 0.400 is below the minimum of 0.9'
    robot.spin_until(lambda: text in robot.statuses[-1].message)
    assert 'cannot be discarded: File exists; it stays in' in robot.statuses[-1].message
    assert robot.statuses[-1].state == 'idle'
    assert len(find_episodes(recorder.output)) == 1
    assert recorder.process.poll() is None
    assert recorder.end(signal.SIGINT) == 0


def test_what_the_disk_did_not_take_ends_the_episode_and_is_recovered_at_once(start, tamper):
    robot, recorder = start()
    robot.start_episode(instruction='go')
    name = Path(robot.statuses[-1].episode).name.removesuffix('.part')
    film_until(robot, lambda: robot.statuses[-1].frames > 10)
    tamper(recorder.process.pid, 'fdatasync', 'error=EIO:when=1')
    seen = []

    def recovered() -> bool:
        seen.append(robot.statuses[-1])
        return f'after {EIO}: {name}: recovered' in robot.statuses[-1].message

    film_until(robot, recovered)
    assert 'nothing acknowledged is lost' in robot.statuses[-1].message
    with Episode(recorder.output / name) as episode:
        assert len(episode) >= max(status.frames for status in seen) > 10
        assert episode.ending == ('unknown', EIO)
    assert find_unfinished(recorder.output) == []
    said = robot.call(StopEpisode, 'stop', outcome='success').message
    assert said.startswith('no episode is being recorded: start one first; the last one could ')
    assert f'not be finished; {name}: recovered' in said
    log = recorder.log.read_text()
    assert f'{EIO}; {name}.part is kept for recovery: Input/output error' in log
    assert 'too slow' not in log, 'what came meanwhile was not too much'
    assert not any('too slow' in text for status in seen for text in status.warnings)
    record_one(robot, recorder)


def test_an_episode_that_cannot_be_closed_at_the_stop_is_recovered_at_once(start, tamper):
    robot, recorder = start()
    robot.start_episode(instruction='go')
    robot.send_picture(1)
    robot.spin_until(lambda: robot.statuses[-1].frames == 1)
    part = robot.statuses[-1].episode
    tamper(recorder.process.pid, 'fsync', 'error=EIO', '-P', part)
    refused = robot.call(StopEpisode, 'stop', outcome='success', reason='arrived')
    assert refused.message.endswith('.h5.part is kept for recovery: Input/output error')
    robot.spin_until(lambda: 'nothing acknowledged is lost' in robot.statuses[-1].message)
    (path,) = find_episodes(recorder.output)
    with Episode(path) as episode:
        assert episode.stamps().tolist() == [101]
        assert episode.ending == ('success', 'arrived')
        told = [text for _, kind, text in episode.events if kind == 'recovered']
        assert told == ['closing failed: Input/output error; nothing acknowledged is lost']
    record_one(robot, recorder)


def test_a_disk_that_does_not_tell_its_room_keeps_no_episode_from_being_saved(start, tamper):
    robot, recorder = start()
    robot.start_episode(instruction='go')
    tamper(recorder.process.pid, 'statfs,fstatfs', 'error=EIO', '-P', recorder.output)
    robot.spin_until(lambda: robot.statuses[-1].free_disk_bytes == 0)
    robot.send_picture(1)
    robot.spin_until(lambda: robot.statuses[-1].frames == 1)
    assert robot.call(StopEpisode, 'stop', outcome='success').success
    robot.send_picture(2)
    unknown = f'nobody can tell how much room {recorder.output} has: Input/output error'
    robot.spin_until(lambda: unknown in robot.statuses[-1].warnings)
    assert robot.call(StartEpisode, 'start', instruction='go').message == unknown
    assert recorder.end(signal.SIGTERM) == 0
    assert 'Traceback' not in recorder.log.read_text()
