# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of who tells the policy node what to do and what it tells, through its process and DDS."""

import os
import subprocess
import sys
import zlib

from action_msgs.srv import CancelGoal
from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.msg import Transition
from policy_client import PolicyClient
from policy_rig import DOMAIN, is_zero, PATIENCE, PolicyRig
import pytest
from std_msgs.msg import String

from mobile_vla_core.episodes import Episode, find_episodes
from mobile_vla_core.images import Preprocessing


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp('runs')


@pytest.fixture(scope='module')
def shared(checkpoint, folder):
    options = {'instruction': 'go left', 'autostart': True, 'run_log': folder}
    with PolicyRig(checkpoint=checkpoint, **options) as rig, PolicyClient(rig) as client:
        yield client


@pytest.fixture(scope='module')
def arriving(still_checkpoint):
    """Give a node whose policy always says stop, and that refuses instructions it never saw."""
    options = {'autostart': True, 'refuse_unseen_above': 0.4, 'arrived_after': 3}
    with PolicyRig(checkpoint=still_checkpoint, **options) as rig, PolicyClient(rig) as client:
        yield client


@pytest.fixture
def client(shared):
    shared.rig.set_parameter('instruction', 'go left')
    shared.rig.wait_until_driving()
    return shared


def test_a_topic_gives_the_instruction_and_an_empty_one_stops(client):
    client.instruct('go right')
    client.rig.wait(lambda: client.rig.latest().instruction == 'go right')
    client.rig.wait_until_driving()
    client.instruct('')
    status = client.rig.wait_for_reason('no instruction')
    assert status.driver == ''


def test_volatile_publishers_such_as_the_original_systems_are_heard_too(client):
    volatile = client.node.create_publisher(String, 'instruction', 10)
    client.rig.wait(lambda: volatile.get_subscription_count() > 0)
    volatile.publish(String(data='go right'))
    client.rig.wait(lambda: client.rig.latest().instruction == 'go right')
    client.rig.in_spin(client.node.destroy_publisher, volatile)


def test_an_instruction_that_cannot_be_followed_changes_nothing(client):
    client.instruct('?!')
    client.instruct('go right')
    client.rig.wait(lambda: client.rig.latest().instruction == 'go right')
    assert '?!' not in [status.instruction for status in client.rig.statuses]


def test_an_instruction_unlike_those_of_training_is_warned_of(client):
    client.instruct('fetch a beer')
    client.rig.wait(lambda: client.rig.latest().instruction == 'fetch a beer')
    client.rig.wait(lambda: any('unlike those' in text for text in client.rig.latest().warnings))
    client.instruct('go left')
    client.rig.wait(lambda: client.rig.latest().instruction == 'go left')
    client.rig.wait(lambda: not any('unlike' in text for text in client.rig.latest().warnings))


def test_a_goal_is_followed_until_it_is_cancelled_and_the_robot_stands(client):
    goal = client.follow('go right')
    client.rig.wait(lambda: client.feedback and not is_zero(client.feedback[-1].command))
    assert client.rig.latest().instruction == 'go right'
    assert client.cancel(goal) == CancelGoal.Response.ERROR_NONE
    result = client.result(goal)
    assert (result.outcome, result.reason) == ('canceled', 'the goal was cancelled')
    assert result.seconds > 0.0
    client.rig.wait_for_reason('no instruction')
    client.rig.wait(lambda: is_zero(client.rig.latest().command))


def test_another_goal_preempts_and_the_robot_follows_that(client):
    first = client.follow('go right')
    client.rig.wait(lambda: client.rig.latest().instruction == 'go right')
    second = client.follow('go left')
    assert client.result(first).outcome == 'preempted'
    client.rig.wait_until_driving()
    assert client.rig.latest().instruction == 'go left'
    client.cancel(second)
    assert client.result(second).outcome == 'canceled'


def test_a_goal_that_is_refused_leaves_the_one_before_as_it_is(client):
    first = client.follow('go right')
    client.rig.wait(lambda: client.rig.latest().instruction == 'go right')
    client.rig.wait_until_driving()
    assert client.result(client.follow('  ')).outcome == 'aborted'
    client.rig.wait_until_driving()
    assert client.cancel(first) == CancelGoal.Response.ERROR_NONE
    assert client.result(first).outcome == 'canceled'
    client.rig.wait_for_reason('no instruction')
    client.rig.wait(lambda: not client.rig.moves())


def test_an_instruction_from_elsewhere_preempts_a_goal(client):
    goal = client.follow('go right')
    client.rig.wait(lambda: client.rig.latest().instruction == 'go right')
    client.instruct('go left')
    assert client.result(goal).outcome == 'preempted'
    client.rig.wait_until_driving()


def test_the_time_limit_ends_a_goal(client):
    result = client.result(client.follow('go right', time_limit=0.5))
    assert (result.outcome, result.reason) == ('time_limit', 'not arrived within 0.5 s')
    client.rig.wait_for_reason('no instruction')


def test_a_goal_without_words_is_aborted_with_the_reason(client):
    result = client.result(client.follow('  '))
    assert result.outcome == 'aborted'
    assert 'holds no word' in result.reason


def test_the_driver_comes_first_at_once_and_holds_the_robot_until_it_is_armed(client):
    client.rig.wait(lambda: client.rig.latest().driver == 'policy')
    client.drive(0.125, 0.25)
    client.rig.wait(lambda: client.commanded(0.125, 0.25))
    client.rig.wait(lambda: client.rig.latest().driver == 'human')
    client.drive(None)
    status = client.rig.wait_for_reason('the driver took over and let go')
    assert status.driver == ''
    client.rig.wait(lambda: is_zero(client.rig.twists[-1][1]))
    assert client.rig.trigger('arm')[0]
    client.rig.wait_until_driving()
    assert client.rig.latest().driver == 'policy'


def test_the_emergency_stop_counts_for_the_driver_too(client):
    client.drive(0.125)
    client.rig.wait(lambda: client.commanded(0.125, 0.0))
    client.rig.press_emergency_stop(True)
    status = client.rig.wait_for_reason('the emergency stop is pressed')
    assert (status.driver, status.emergency_stop) == ('', True)
    client.rig.wait(lambda: is_zero(client.rig.twists[-1][1]))
    client.drive(None)
    client.rig.press_emergency_stop(False)
    client.rig.wait_for_reason('the emergency stop was pressed')
    assert client.rig.trigger('arm')[0]
    client.rig.wait_until_driving()


def test_the_driver_may_drive_while_the_policy_may_not(client):
    assert client.rig.trigger('disarm')[0]
    client.rig.wait_for_reason('not armed')
    client.drive(-0.125)
    client.rig.wait(lambda: client.commanded(-0.125, 0.0))
    assert client.rig.latest().armed is False
    client.drive(None)
    client.rig.wait_for_reason('the driver took over and let go')
    assert client.rig.trigger('arm')[0]
    client.rig.wait_until_driving()


def test_the_diagnostics_tell_rate_times_counts_and_memory(client):
    heard = []
    client.node.create_subscription(DiagnosticArray, '/diagnostics', heard.append, 10)
    rates = []

    def complete():
        for status in [status for message in heard for status in message.status]:
            values = {pair.key: pair.value for pair in status.values}
            if client.namespace.strip('/') in status.name and values.get('rate [Hz]'):
                rates.append(values)
        return len(rates) > 0

    client.rig.wait(complete)
    rows = {status.name.partition(': ')[2]: status for status in heard[-1].status}
    assert set(rows) == {'driving', 'control loop', 'inference', 'image', 'memory'}
    keys = {pair.key for status in rows.values() for pair in status.values}
    for name in ('period', 'inference', 'image to command'):
        assert {f'{name} p50 [ms]', f'{name} p99 [ms]', f'{name} max [ms]'} <= keys
    assert {'rate [Hz]', 'dropped frames', 'restarts', 'free memory [MiB]', 'armed'} <= keys


def test_the_latency_program_prints_one_table_and_ends(client):
    environment = dict(
        os.environ,
        PYTHONPATH=os.pathsep.join(path for path in sys.path if path),
        ROS_DOMAIN_ID=str(DOMAIN),
        ROS_AUTOMATIC_DISCOVERY_RANGE='LOCALHOST',
    )
    command = [sys.executable, '-m', 'mobile_vla_policy.latency', '--once']
    seen = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert 'image to command [ms]' in seen.stdout
    assert client.namespace in seen.stdout
    assert '\x1b' not in seen.stdout


def test_a_deactivation_aborts_the_goal_and_ends_the_run_log(client, folder):
    goal = client.follow('go right')
    client.rig.wait(lambda: client.rig.latest().instruction == 'go right')
    client.rig.wait_until_driving()
    crc = client.rig.latest().input_crc32
    assert client.rig.transition(Transition.TRANSITION_DEACTIVATE)
    result = client.result(goal)
    assert (result.outcome, result.reason) == ('aborted', 'the policy was deactivated')
    refused = client.result(client.follow('go left'))
    assert (refused.outcome, 'not active' in refused.reason) == ('aborted', True)
    assert client.rig.transition(Transition.TRANSITION_CLEANUP)
    assert client.rig.transition(Transition.TRANSITION_CONFIGURE)
    assert client.rig.transition(Transition.TRANSITION_ACTIVATE)
    with Episode(find_episodes(folder)[-1]) as episode:
        assert episode.instruction == 'go right'
        assert episode.metadata['driver'] == 'policy'
        assert episode.ending[1] == 'deactivated'
        assert {'driving', 'prediction'} <= {kind for _, kind, _ in episode.events}
        assert (episode.actions[-1] != 0.0).any()
        assert len(episode.commands['stamp']) > len(episode)
        seen = [zlib.crc32(Preprocessing()(episode.jpeg(t))) for t in range(len(episode))]
    assert crc in seen


def test_a_takeover_stands_in_the_run_log(client, folder):
    client.drive(0.125)
    client.rig.wait(lambda: client.commanded(0.125, 0.0))
    client.drive(None)
    client.rig.wait_for_reason('the driver took over and let go')
    assert client.rig.trigger('arm')[0]
    before = len(find_episodes(folder))
    client.rig.set_parameter('instruction', 'go right')  # which ends the file
    client.rig.wait(lambda: len(find_episodes(folder)) > before)
    with Episode(find_episodes(folder)[-1]) as episode:
        kinds = [kind for _, kind, _ in episode.events]
        took = kinds.index('takeover')
        assert 'driving' in kinds[:took]
        assert 'stopped' in kinds[took:]
        assert 0.125 in episode.commands['twist'][:, 0]


def test_predictions_of_stop_in_a_row_end_a_goal_as_arrived(arriving):
    goal = arriving.follow('go left')
    result = arriving.result(goal)
    assert (result.outcome, result.reason) == ('arrived', '3 predictions in a row say stop')
    arriving.rig.wait_for_reason('no instruction')
    assert {message.stop_predictions_needed for message in arriving.feedback} == {3}


def test_an_instruction_unlike_those_of_training_is_refused_by_option(arriving):
    assert 'refuse_unseen_above is 0.4' in arriving.rig.set_parameter('instruction', 'fetch beer')
    result = arriving.result(arriving.follow('fetch beer'))
    assert result.outcome == 'aborted'
    assert 'the nearest is "go ' in result.reason
    assert arriving.rig.set_parameter('instruction', 'go right') == ''


def test_no_goal_leaves_its_instruction_behind_when_one_unlike_those_of_training_is_refused(
    arriving,
):
    arriving.rig.trigger('disarm')  # A robot that stands predicts nothing, so it never arrives.
    first = arriving.follow('go left', time_limit=2.0)
    arriving.rig.wait(lambda: arriving.rig.latest().instruction == 'go left')
    assert arriving.result(arriving.follow('fetch beer')).outcome == 'aborted'
    arriving.rig.statuses.clear()
    arriving.rig.wait(lambda: len(arriving.rig.statuses) > 3)
    assert {status.instruction for status in arriving.rig.statuses} == {'go left'}
    assert arriving.result(first).outcome == 'time_limit'
    arriving.rig.wait(lambda: arriving.rig.latest().instruction == '')
    assert arriving.rig.trigger('arm')[0]
