# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Services and the action of the recorder, over real DDS."""

from action_msgs.msg import GoalStatus
import pytest
from rcl_interfaces.msg import Log
from rclpy.action import ActionClient
from rclpy.logging import LoggingSeverity
from rclpy.qos import DurabilityPolicy, QoSProfile
from recorder_process import Robot, TIMEOUT
from std_srvs.srv import Trigger

from mobile_vla_core.episodes import Episode, find_episodes
from mobile_vla_core.errors import EpisodeError
from mobile_vla_msgs.action import RecordEpisode
from mobile_vla_msgs.srv import RelabelEpisode, StopEpisode


class Goal:
    """A goal of the action `recorder/record`, sent and accepted."""

    def __init__(self, robot: Robot, **fields) -> None:
        self._robot = robot
        self._client = ActionClient(robot, RecordEpisode, 'recorder/record')
        assert self._client.wait_for_server(timeout_sec=TIMEOUT)
        self.feedback = []
        sent = self._client.send_goal_async(
            RecordEpisode.Goal(**fields), lambda message: self.feedback.append(message.feedback)
        )
        self._handle = self._wait(sent)
        assert self._handle.accepted

    def cancel(self) -> None:
        self._wait(self._handle.cancel_goal_async())

    def result(self) -> tuple[int, RecordEpisode.Result]:
        answer = self._wait(self._handle.get_result_async())
        self._client.destroy()
        return answer.status, answer.result

    def _wait(self, future):
        self._robot.spinner.spin_until_future_complete(future, timeout_sec=TIMEOUT)
        return future.result()


def arm(robot: Robot) -> None:
    """Let the recorder see a picture, so that it starts."""
    robot.start_episode(instruction='arm')
    assert robot.call(Trigger, 'discard').success


def test_an_episode_is_relabelled_discarded_and_brought_back(start):
    robot, recorder = start()
    refused = robot.call(RelabelEpisode, 'relabel', outcome='success')
    assert 'no episode was saved yet' in refused.message
    refused = robot.call(Trigger, 'undo')
    assert 'nothing to undo' in refused.message

    robot.start_episode(instruction='go left', scenario='kitchen')
    robot.send_picture(1)
    path = robot.call(StopEpisode, 'stop', outcome='success').path
    done = robot.call(RelabelEpisode, 'relabel', instruction='go right', outcome='failure')
    assert (done.success, done.path) == (True, path)
    with Episode(path) as episode:
        assert (episode.instruction, episode.scenario) == ('go right', 'kitchen')
        assert episode.outcome == 'failure'
    refused = robot.call(RelabelEpisode, 'relabel')
    assert 'nothing to change' in refused.message
    assert robot.call(Trigger, 'undo').success
    with Episode(path) as episode:
        assert (episode.instruction, episode.outcome) == ('go left', 'success')

    robot.start_episode(instruction='again')
    robot.send_picture(2)
    assert robot.call(Trigger, 'discard').success
    assert len(find_episodes(recorder.output)) == 1
    for _ in range(2):
        assert 'kept after all: outcome unknown, quality' in robot.call(Trigger, 'undo').message
        assert len(find_episodes(recorder.output)) == 2
        assert 'undo brings it back' in robot.call(Trigger, 'undo').message
        assert len(find_episodes(recorder.output)) == 1


def test_a_goal_ends_at_its_time_limit_and_tells_how_it_goes(start):
    robot, _ = start()
    told: list[Log] = []
    latched = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    robot.create_subscription(Log, '/rosout', told.append, latched)
    arm(robot)
    goal = Goal(robot, instruction='go', scenario='hall', time_limit=1.0)
    robot.send_picture(1)
    robot.send_picture(2)
    status, result = goal.result()
    assert status == GoalStatus.STATUS_SUCCEEDED
    assert (result.frames, result.outcome) == (2, 'unknown')
    assert result.reason == 'the time limit of 1 s is reached'
    robot.spin_until(lambda: any(result.reason in log.msg for log in told))
    levels = {log.level for log in told if result.reason in log.msg}
    assert levels == {LoggingSeverity.INFO}, 'it ends as asked'
    with Episode(result.path) as episode:
        assert (episode.scenario, len(episode)) == ('hall', 2)
    last = goal.feedback[-1]
    assert (last.frames, last.dropped) == (2, 0)
    assert last.rate == pytest.approx(1.0), 'by the stamps of the pictures'
    assert 0.0 < last.seconds < 2.0
    assert last.bytes > 0
    assert last.free_disk_bytes > 0


def test_a_cancelled_goal_stops_and_keeps_its_episode(start):
    robot, _ = start()
    arm(robot)
    goal = Goal(robot, instruction='go')
    robot.send_picture(1)
    goal.cancel()
    status, result = goal.result()
    assert status == GoalStatus.STATUS_CANCELED
    assert (result.outcome, result.reason) == ('unknown', 'the goal was cancelled')
    with Episode(result.path) as episode:
        assert episode.ending == ('unknown', 'the goal was cancelled')


def test_a_goal_follows_the_services(start):
    robot, _ = start()
    arm(robot)
    goal = Goal(robot, instruction='go')
    path = robot.call(StopEpisode, 'stop', outcome='success', reason='arrived').path
    status, result = goal.result()
    assert status == GoalStatus.STATUS_SUCCEEDED
    assert (result.path, result.outcome, result.reason) == (path, 'success', 'arrived')

    goal = Goal(robot, instruction='go')
    assert robot.call(Trigger, 'discard').success
    status, result = goal.result()
    assert status == GoalStatus.STATUS_ABORTED
    assert (result.path, result.reason) == ('', 'the episode was discarded')


def test_a_goal_is_refused_like_a_start(start):
    robot, recorder = start()
    status, result = Goal(robot, instruction='go').result()
    assert status == GoalStatus.STATUS_ABORTED
    assert 'no picture came on /camera/image_raw for 2 s' in result.reason
    for limit, text in ((-1.0, '-1'), (float('nan'), 'nan'), (float('inf'), 'inf')):
        status, result = Goal(robot, instruction='go', time_limit=limit).result()
        assert status == GoalStatus.STATUS_ABORTED
        assert result.reason == f'a time limit of {text} s is none: expected 0 or more seconds'
    with pytest.raises(EpisodeError):
        find_episodes(recorder.output)
