# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A full disk and a queue that is too small, at the running recorder over real DDS."""

from itertools import pairwise
import re
import resource
import signal
import time

import numpy as np
from recorder_process import Recorder, Robot
from sensor_msgs.msg import CompressedImage, Image

from mobile_vla_core.episodes import Episode, find_episodes, recover_folder
from mobile_vla_core.images import encode_jpeg
from mobile_vla_msgs.srv import StopEpisode

MEGABYTE = 1024 * 1024
FULL = 'writing failed: File too large'


def limit_files(recorder: Recorder, size: int) -> None:
    """Let no file of the recorder grow beyond a size, as on a disk that is full."""
    pid = recorder.process.pid
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


def test_a_full_disk_keeps_the_episode_and_the_node_which_records_again(start):
    robot, recorder = start(CompressedImage, compressed=True)
    noise = np.random.default_rng(0).integers(0, 255, (480, 640, 3), dtype=np.uint8)
    picture = CompressedImage(format='jpeg', data=encode_jpeg(noise, 90))
    robot.start_episode(instruction='go')
    limit_files(recorder, 12 * MEGABYTE)
    sent = 0

    def ended() -> bool:
        nonlocal sent
        sent += 1
        picture.header.stamp.sec = 100 + sent
        robot.images.publish(picture)
        return FULL in robot.statuses[-1].message and robot.statuses[-1].state == 'idle'

    robot.spin_until(ended)
    assert re.fullmatch(
        rf'episode_\w+\.h5 was stopped and kept: {FULL}', robot.statuses[-1].message
    )
    (path,) = find_episodes(recorder.output)
    with Episode(path) as episode:
        assert episode.ending == ('unknown', FULL)
        assert len(episode) * len(picture.data) > 2 * MEGABYTE
        assert all(episode.jpeg(t) == bytes(picture.data) for t in range(len(episode)))
        assert (np.diff(episode.stamps()) > 0).all()
    assert recorder.process.poll() is None

    limit_files(recorder, resource.RLIM_INFINITY)
    robot.start_episode(instruction='go on')
    robot.send_picture(1)
    saved = robot.call(StopEpisode, 'stop', outcome='success')
    assert (saved.success, saved.frames) == (True, 1)
    assert len(find_episodes(recorder.output)) == 2


def test_drops_are_counted_by_camera_published_stored_and_warned_of(start):
    robot, recorder = start(
        camera_names="['front', 'rear']",
        image_topics="['camera/image_raw', 'rear/image_raw']",
        queue_megabytes=1,
    )
    rear = robot.create_publishers({'rear/image_raw': Image})['rear/image_raw']

    def send_rear(height: int = 8) -> None:
        large = Image(height=height, width=1000, step=3000, encoding='rgb8')
        large.data = bytes(large.height * large.step)
        rear.publish(large)

    robot.start_episode(also=send_rear, instruction='go')

    def dropped(count: int) -> None:
        def enough() -> bool:
            send_rear(400)  # more than the queue holds
            return robot.statuses[-1].camera_dropped[1] >= count

        robot.spin_until(enough)

    for t in range(1, 4):
        robot.send_picture(t)
        dropped(5 * t)
    status = robot.statuses[-1]
    assert status.camera_dropped[0] == 0
    assert any(re.match(r'rear: \d+ pictures dropped: the disk', text) for text in status.warnings)
    saved = robot.call(StopEpisode, 'stop')
    assert saved.dropped >= 15
    assert saved.findings[0].startswith(f'rear: {saved.dropped} pictures dropped')
    assert 0.0 <= saved.quality < 1.0
    with Episode(saved.path) as episode:
        assert f'rear: {saved.dropped} frames dropped' in [text for *_, text in episode.events]
        assert episode.stamps('front').tolist() == [101, 102, 103]
    warned = re.findall(r'too slow: dropped: rear (\d+)', recorder.log.read_text())
    assert 1 <= len(warned) < saved.dropped
    assert sum(map(int, warned)) <= saved.dropped


def send_too_large_ones(robot: Robot, seconds: float) -> None:
    """Send pictures that no queue of 1 MB holds, for so long [s]."""
    large = Image(height=400, width=1000, step=3000, encoding='rgb8', data=bytes(1_200_000))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        large.header.stamp.sec += 1
        robot.images.publish(large)
        robot.send_command(1)
        robot.spinner.spin_once(timeout_sec=0.02)


def test_drops_are_warned_of_once_a_second_while_they_go_on(start):
    robot, recorder = start(queue_megabytes=1)
    robot.start_episode(instruction='go')
    send_too_large_ones(robot, 4.5)
    saved = robot.call(StopEpisode, 'stop')
    warned = re.findall(r'\[(\d+\.\d+)\].*too slow: dropped: front', recorder.log.read_text())
    assert saved.dropped > 3 * len(warned)
    assert 3 <= len(warned) <= 6
    assert min(b - a for a, b in pairwise(map(float, warned))) >= 0.99


def test_a_recorder_that_is_killed_leaves_the_counts_of_its_drops(start):
    robot, recorder = start(queue_megabytes=1)
    robot.start_episode(instruction='go')
    robot.send_picture(1)
    send_too_large_ones(robot, 2.5)
    counted = robot.statuses[-1].dropped
    assert counted > 10
    recorder.end(signal.SIGKILL)
    (report,) = recover_folder(recorder.output)
    with Episode(report.path) as episode:
        drops = [(at, text) for at, kind, text in episode.events if kind == 'dropped']
    stored = [
        int(re.fullmatch(r'front: (\d+) frames dropped so far', text)[1]) for _, text in drops
    ]
    assert stored == sorted(stored)
    assert stored[-1] > counted / 3, 'all but those of the last second'
    assert min(b - a for (a, _), (b, _) in pairwise(drops)) >= 1.0
