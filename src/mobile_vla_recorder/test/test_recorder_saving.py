# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Episodes that end at the running recorder, over real DDS: when, and what it does meanwhile."""

from itertools import pairwise
from pathlib import Path
import signal
import threading
import time

from action_msgs.msg import GoalStatus
import numpy as np
import pytest
from recorder_process import Recorder, Robot
from sensor_msgs.msg import CompressedImage
from std_srvs.srv import Trigger
from test_recorder_control import arm, Goal

from mobile_vla_core.episodes import Episode, find_episodes, find_unfinished
from mobile_vla_core.images import encode_jpeg
from mobile_vla_msgs.srv import RelabelEpisode, StartEpisode, StopEpisode

PICTURES = 40
SLOW = 'delay_enter=10ms'
"""Of each write: a frame takes about eight."""
MOST_SILENCE = 1.5
"""Between two statuses [s]: the period is 0.5 s, teleop takes a recorder for gone after 2.5 s."""


@pytest.fixture
def slow(start, tamper):
    """Return a recorder with pictures that wait for a slow disk, and its robot."""
    robot, recorder = start()
    robot.start_episode(instruction='go')
    fill_queue(robot, recorder, tamper)
    return robot, recorder


def fill_queue(robot: Robot, recorder: Recorder, tamper) -> None:
    robot.spin_until(lambda: robot.statuses[-1].state == 'recording')
    tamper(recorder.process.pid, 'pwrite64', SLOW)
    for t in range(1, PICTURES + 1):
        robot.send_picture(t)
        robot.spinner.spin_once(timeout_sec=0.01)
    robot.spin_until(lambda: robot.statuses[-1].queued_frames > PICTURES // 2)


def assert_is_whole(recorder: Recorder) -> None:
    (path,) = find_episodes(recorder.output)
    with Episode(path) as episode:
        assert episode.stamps()[-PICTURES:].tolist() == list(range(101, 101 + PICTURES))
    assert find_unfinished(recorder.output) == []


def test_while_a_slow_disk_is_written_to_the_status_goes_on_and_other_requests_are_refused(slow):
    robot, recorder = slow
    seen, name = [], Path(robot.statuses[-1].episode).name
    stopped = robot.ask(StopEpisode, 'stop', outcome='success')
    robot.spin_until(lambda: robot.statuses[-1].state == 'saving')
    asked = (
        (StopEpisode, 'stop', {'outcome': 'success'}),
        (StartEpisode, 'start', {'instruction': 'go'}),
        (Trigger, 'discard', {}),
        (Trigger, 'undo', {}),
        (RelabelEpisode, 'relabel', {'outcome': 'failure'}),
    )
    for kind, service, fields in asked:
        refused = robot.call(kind, service, **fields)
        assert not refused.success
        assert refused.message.startswith(f'{name} is being saved: ')
        assert refused.message.endswith(' pictures are left to write, ask again when it is done')
    assert not stopped.done()

    def saved() -> bool:
        if not seen or robot.statuses[-1] is not seen[-1][1]:
            seen.append((time.monotonic(), robot.statuses[-1]))
        return stopped.done()

    robot.spin_until(saved)
    assert (stopped.result().success, stopped.result().dropped) == (True, 0)
    saving = [status for _, status in seen if status.state == 'saving']
    assert len(saving) >= 3
    left = [status.queued_frames for status in saving]
    assert left == sorted(left, reverse=True)
    assert {Path(status.episode).name for status in saving} == {name}
    assert max(b - a for (a, _), (b, _) in pairwise(seen)) < MOST_SILENCE
    assert_is_whole(recorder)
    assert robot.call(RelabelEpisode, 'relabel', outcome='failure').success


@pytest.mark.parametrize('ending', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_an_episode_is_saved_does_not_cut_it_short(slow, ending):
    robot, recorder = slow
    stopped = robot.ask(StopEpisode, 'stop', outcome='success', reason='arrived')
    robot.spin_until(lambda: robot.statuses[-1].state == 'saving')
    recorder.process.send_signal(ending)
    assert recorder.process.wait(30) == 0
    assert not stopped.done()
    assert 'Traceback' not in recorder.log.read_text()
    assert_is_whole(recorder)
    with Episode(find_episodes(recorder.output)[0]) as episode:
        assert episode.ending == ('success', 'arrived')


def test_the_result_of_a_goal_comes_when_its_episode_is_saved(start, tamper):
    robot, recorder = start()
    arm(robot)
    goal = Goal(robot, instruction='go')
    fill_queue(robot, recorder, tamper)
    goal.cancel()
    robot.spin_until(lambda: robot.statuses[-1].state == 'saving')
    status, result = goal.result()
    assert status == GoalStatus.STATUS_CANCELED
    assert result.frames == PICTURES
    assert_is_whole(recorder)


def test_an_episode_that_ends_by_itself_is_saved_beside_the_node_as_well(start, tamper):
    robot, recorder = start(time_limit=4.0, camera_timeout=60.0)
    robot.start_episode(instruction='go')
    fill_queue(robot, recorder, tamper)
    robot.spin_until(lambda: robot.statuses[-1].state == 'saving')
    text = 'was stopped and kept: the time limit of 4 s is reached'
    robot.spin_until(lambda: text in robot.statuses[-1].message)
    assert robot.statuses[-1].state == 'idle'
    assert_is_whole(recorder)


def test_a_goal_that_was_saved_succeeds_also_when_another_episode_starts_at_once(start):
    robot, _ = start()
    arm(robot)
    goal = Goal(robot, instruction='one')
    robot.send_picture(1)
    saved = robot.call(StopEpisode, 'stop', outcome='success', reason='arrived')
    robot.send_picture(2)
    assert robot.call(StartEpisode, 'start', instruction='two').success
    status, result = goal.result()
    assert (status, result.path) == (GoalStatus.STATUS_SUCCEEDED, saved.path)
    assert (result.outcome, result.reason, result.frames) == ('success', 'arrived', 1)
    assert robot.statuses[-1].instruction == 'two'


class LiveCamera:
    """Sends pictures at a rate of its own, whatever the robot does."""

    def __init__(self, robot: Robot, rate: float) -> None:
        self._robot = robot
        self._period = 1.0 / rate
        self._ended = threading.Event()
        self.sent: list[float] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        jpeg = encode_jpeg(np.zeros((24, 32, 3), dtype=np.uint8))
        due = time.monotonic()
        while not self._ended.wait(max(0.0, due - time.monotonic())):
            due += self._period
            message = CompressedImage(format='jpeg', data=jpeg)
            message.header.stamp = self._robot.get_clock().now().to_msg()
            stamp = message.header.stamp
            self.sent.append(stamp.sec + stamp.nanosec * 1e-9)
            self._robot.images.publish(message)

    def close(self) -> None:
        self._ended.set()
        self._thread.join()


def test_a_stop_takes_what_was_sent_before_it_and_does_not_wait_for_a_pause_of_the_camera(
    start, stack
):
    robot, _ = start(CompressedImage, compressed=True)
    camera = LiveCamera(robot, rate=120.0)
    stack.callback(camera.close)
    robot.start_episode(also=lambda: None, instruction='go')
    robot.spin_until(lambda: robot.statuses[-1].frames > 60)
    asked_at, asked = time.time(), time.monotonic()
    stopped = robot.ask(StopEpisode, 'stop', outcome='success')
    called_at = time.time()
    robot.spin_until(stopped.done)
    took = time.monotonic() - asked
    saved = stopped.result()
    camera.close()
    with Episode(saved.path) as episode:
        stamps = episode.stamps()
    recorded = stamps[stamps > 1e9]  # without those by which the robot let it start
    first = np.searchsorted(camera.sent, recorded[0])
    before = [stamp for stamp in camera.sent[first:] if stamp <= asked_at]
    np.testing.assert_array_equal(recorded[: len(before)], before)
    assert recorded[-1] < called_at + 0.1, 'nothing of what came while it was stopped'
    assert took < 0.4
