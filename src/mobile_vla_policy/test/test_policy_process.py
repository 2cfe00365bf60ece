# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of the policy node as a process: what it holds, and how it ends."""

import os
from pathlib import Path
import resource
import signal
import subprocess
import sys
import time

from lifecycle_msgs.msg import Transition
from policy_client import PolicyClient
from policy_rig import PolicyRig
import pytest
from std_msgs.msg import String

from mobile_vla_core.episodes import find_episodes

DRIVING = {'instruction': 'go left', 'autostart': True}
READY = 6.0
"""The services of an idle machine's node are there after about a second [s]."""
FAILING_TICK = """
import sys
from mobile_vla_policy.pilot import Pilot
from mobile_vla_policy.policy_node import main
decide, ticks = Pilot.decide, []
def fail(self, now):
    decision = decide(self, now)
    ticks.extend([1] if decision.reason is None else [])
    if len(ticks) > 20:
        raise RuntimeError('on purpose')
    return decision
Pilot.decide = fail
sys.exit(main())
"""
FAILING_IMAGE = """
import sys
from mobile_vla_policy.pilot import Pilot
from mobile_vla_policy.policy_node import main
offer, images = Pilot.offer, []
def fail(self, *arguments):
    images.append(1)
    if len(images) > 80:
        raise RuntimeError('on purpose')
    return offer(self, *arguments)
Pilot.offer = fail
sys.exit(main())
"""


def processors(pid):
    """Return those that each thread of a process may use."""
    threads = Path(f'/proc/{pid}/task').iterdir()
    return {frozenset(os.sched_getaffinity(int(thread.name))) for thread in threads}


def test_only_the_control_process_is_pinned_and_it_holds_no_torch_while_it_drives(
    checkpoint, tmp_path
):
    options = {'control_cpus': '"0"', 'run_log': tmp_path, **DRIVING}
    with PolicyRig(checkpoint=checkpoint, **options) as rig:
        rig.wait_until_driving()
        rig.wait(lambda: rig.latest().frames > 20)
        pid = rig.process.pid
        assert processors(pid) == {frozenset({0})}
        every = {frozenset(os.sched_getaffinity(0))}
        assert processors(rig.worker()) == every
        assert processors(rig.child('mobile_vla_policy.run_log_writer')) == every
        mapped = Path(f'/proc/{pid}/maps').read_text()
        assert not [name for name in ('torch', 'h5py', 'hdf5') if name in mapped]
        assert 'torch' in Path(f'/proc/{rig.worker()}/maps').read_text()
        assert rig.stop(signal.SIGTERM) == 0
        (path,) = find_episodes(tmp_path)
    episodes = [sys.executable, '-m', 'mobile_vla_core.toolbox.command']
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    for verb in ('check', 'info'):
        seen = subprocess.run(
            [*episodes, verb, str(path)], env=environment, capture_output=True, text=True
        )
        assert seen.returncode == 0, seen.stdout + seen.stderr
        assert 'go left' in seen.stdout or verb == 'check'


def test_its_services_are_there_soon_and_the_instruction_may_come_by_another_topic(checkpoint):
    began = time.monotonic()
    remapping = ('-r', 'instruction:=/vla_text_command')
    with PolicyRig(checkpoint=checkpoint, autostart=True, arguments=remapping) as rig:
        rig.trigger('disarm')
        assert time.monotonic() - began < READY
        publisher = rig.node.create_publisher(String, '/vla_text_command', 10)
        rig.wait(lambda: publisher.get_subscription_count() > 0)
        publisher.publish(String(data='go right'))
        rig.wait(lambda: rig.latest() is not None and rig.latest().instruction == 'go right')


def test_a_shutdown_of_an_active_node_stops_the_robot(checkpoint):
    with PolicyRig(checkpoint=checkpoint, **DRIVING) as rig:
        rig.wait_until_driving()
        assert rig.transition(Transition.TRANSITION_ACTIVE_SHUTDOWN)
        rig.wait(lambda: not rig.moves())
        rig.twists.clear()
        time.sleep(0.5)
        assert not rig.twists
        assert rig.stop(signal.SIGTERM) == 0


@pytest.mark.parametrize('program', [FAILING_TICK, FAILING_IMAGE], ids=['tick', 'image'])
def test_after_an_exception_zero_is_the_last_word_and_the_status_is_1(checkpoint, program):
    with PolicyRig(checkpoint=checkpoint, program=program, **DRIVING) as rig:
        rig.wait_until_driving()
        assert rig.process.wait(60.0) == 1
        rig.wait(lambda: not rig.moves())
        assert 'RuntimeError: on purpose' in rig.output()


def test_a_goal_that_is_followed_when_the_node_ends_is_told_why(checkpoint):
    with PolicyRig(checkpoint=checkpoint, autostart=True) as rig, PolicyClient(rig) as client:
        goal = client.follow('go right')
        rig.wait_until_driving()
        answer = client.ask_result(goal)
        time.sleep(0.3)
        assert rig.stop(signal.SIGTERM) == 0
        rig.wait(answer.done)
        result = answer.result().result
        assert (result.outcome, result.reason) == ('aborted', 'the policy was deactivated')
        assert not rig.moves()


def test_without_a_free_file_descriptor_it_drives_on_and_starts_the_worker_when_there_is_one(
    checkpoint,
):
    with PolicyRig(checkpoint=checkpoint, **DRIVING) as rig:
        rig.wait_until_driving()
        pid = rig.process.pid
        limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (5, limits[1]))
        time.sleep(3.0)  # The diagnostics come once a second.
        rig.wait_until_driving()
        os.kill(rig.worker(), signal.SIGKILL)
        status = rig.wait_for_reason('it cannot be started')
        assert 'Too many open files' in status.reason
        assert not rig.moves()
        resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
        rig.wait_until_driving()
        assert rig.stop(signal.SIGTERM) == 0
