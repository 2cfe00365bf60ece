# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A collection plan at the running recorder, over real DDS."""

from action_msgs.msg import GoalStatus
from recorder_process import Robot
from std_srvs.srv import Trigger
from test_recorder_control import arm, Goal

from mobile_vla_core.episodes import EpisodeWriter
from mobile_vla_msgs.srv import RelabelEpisode, StopEpisode

PLAN = """
minimum_seconds: 2
scenarios:
  - {name: left, count: 3, instructions: [go left]}
  - {name: right, count: 2, instructions: [go right]}
"""
SHORT = 'is discarded, undo brings it back: it lasted 1.0 s, the plan asks for at least 2 s'


def write_plan(folder) -> str:
    path = folder / 'plan.yaml'
    path.write_text(PLAN)
    return str(path)


def told(robot: Robot) -> tuple | None:
    if not robot.statuses:
        return None
    status = robot.statuses[-1]
    return list(status.plan_recorded), status.plan_next


def record(robot: Robot, scenario: str, seconds: int):
    robot.start_episode(instruction='go', scenario=scenario)
    robot.send_picture(1)
    robot.send_picture(1 + seconds)
    return robot.call(StopEpisode, 'stop', outcome='success')


def test_the_status_follows_the_plan_through_saving_relabelling_discarding_and_undoing(
    start, tmp_path
):
    for _ in range(2):
        EpisodeWriter(tmp_path / 'episodes', instruction='go', scenario='left').close('success')
    robot, _ = start(plan=write_plan(tmp_path))
    robot.spin_until(lambda: told(robot) == ([2, 0], 'right'))
    status = robot.statuses[-1]
    assert (status.plan_scenarios, list(status.plan_target)) == (['left', 'right'], [3, 2])

    assert record(robot, 'right', 3).success
    robot.spin_until(lambda: told(robot) == ([2, 1], 'left'))
    assert robot.call(RelabelEpisode, 'relabel', scenario='left').success
    robot.spin_until(lambda: told(robot) == ([3, 0], 'right'))
    assert robot.call(Trigger, 'undo').success
    robot.spin_until(lambda: told(robot) == ([2, 1], 'left'))
    assert robot.call(RelabelEpisode, 'relabel', outcome='failure').success
    robot.spin_until(lambda: told(robot) == ([2, 0], 'right'))

    robot.start_episode(instruction='go', scenario='right')
    robot.send_picture(1)
    assert robot.call(Trigger, 'discard').success
    assert robot.call(Trigger, 'undo').success
    robot.spin_until(lambda: told(robot) == ([2, 1], 'left'))


def test_a_short_episode_is_discarded_by_itself_and_said_so(start, tmp_path):
    robot, recorder = start(plan=write_plan(tmp_path))
    refused = record(robot, 'left', 1)
    assert not refused.success
    assert refused.message.endswith(SHORT)
    robot.spin_until(lambda: robot.statuses[-1].message == refused.message)
    assert list(recorder.output.glob('*.h5')) == []
    name = refused.message.split()[0]
    undone = robot.call(Trigger, 'undo').message
    assert undone.startswith(f'{name} is kept after all: outcome ')
    assert 'it had been discarded by rule: it lasted 1.0 s, the plan asks for' in undone
    robot.spin_until(lambda: told(robot) == ([1, 0], 'left'))
    assert record(robot, 'left', 3).success
    assert record(robot, 'unplanned', 1).success


def test_a_short_goal_is_aborted_with_the_reason(start, tmp_path):
    robot, _ = start(plan=write_plan(tmp_path))
    arm(robot)
    goal = Goal(robot, instruction='go', scenario='left', time_limit=1.0)
    robot.send_picture(1)
    robot.send_picture(2)
    status, result = goal.result()
    assert status == GoalStatus.STATUS_ABORTED
    assert result.path == ''
    assert result.reason.endswith(SHORT)
    robot.spin_until(lambda: robot.statuses[-1].message.endswith(SHORT))
    assert robot.statuses[-1].message.startswith('the time limit of 1 s is reached; episode_')


def test_a_shipped_plan_is_found_by_its_name(start):
    robot, _ = start(plan='box_and_cup')
    robot.spin_until(lambda: robot.statuses and len(robot.statuses[-1].plan_scenarios) == 8)
    assert robot.statuses[-1].plan_next == robot.statuses[-1].plan_scenarios[0]
