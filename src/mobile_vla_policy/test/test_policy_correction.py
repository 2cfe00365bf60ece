# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A takeover is recorded by the real recorder, with what led to it."""

import os
import signal
import subprocess
import sys

from policy_client import PolicyClient
from policy_rig import DOMAIN, PATIENCE, PolicyRig
import pytest
from rclpy.qos import DurabilityPolicy, QoSProfile

from mobile_vla_core.episodes import Episode, find_episodes
from mobile_vla_msgs.msg import RecorderStatus


@pytest.fixture
def recorder(tmp_path):
    """Return a function that starts a recorder in a namespace."""
    processes = []

    def start(namespace):
        environment = dict(
            os.environ,
            PYTHONPATH=os.pathsep.join(path for path in sys.path if path),
            ROS_DOMAIN_ID=str(DOMAIN),
            ROS_AUTOMATIC_DISCOVERY_RANGE='LOCALHOST',
        )
        command = [sys.executable, '-m', 'mobile_vla_recorder.recorder_node', '--ros-args']
        command += ['-r', f'__ns:={namespace}', '-p', f'output:={tmp_path}']
        command += ['-p', 'pre_roll:=2.0']
        processes.append(subprocess.Popen(command, env=environment))
        return processes[-1]

    yield start
    for process in processes:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


def test_a_takeover_starts_a_correction_with_its_ring_buffer_and_arming_ends_it(
    checkpoint, recorder, tmp_path
):
    options = {'instruction': 'go left', 'autostart': True, 'start_correction': True}
    with PolicyRig(checkpoint=checkpoint, **options) as rig, PolicyClient(rig) as client:
        recorder(client.namespace)
        states: list[RecorderStatus] = []
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        client.node.create_subscription(RecorderStatus, 'recorder/status', states.append, latched)
        rig.wait_until_driving()
        rig.wait(lambda: states and states[-1].state == 'idle')
        before = len(rig.statuses)
        rig.wait(lambda: len(rig.statuses) > before + 15)  # what led to the takeover
        client.drive(0.125)
        rig.wait(lambda: states[-1].state == 'recording')
        assert (states[-1].scenario, states[-1].instruction) == ('correction', 'go left')
        rig.wait(lambda: states[-1].frames > 20)
        client.drive(None)
        rig.wait_for_reason('took over and let go')
        assert rig.trigger('arm')[0]
        rig.wait(lambda: states[-1].state == 'idle')
    with Episode(*find_episodes(tmp_path)) as episode:
        assert episode.ending == ('unknown', 'the policy drives again')
        speeds = episode.commands['twist'][:, 0]
        assert (speeds == 0.125).sum() > 5
        assert (speeds[:5] != 0.125).all()  # of the policy, before the takeover


def test_without_a_recorder_the_takeover_goes_on_and_the_log_says_so(checkpoint):
    options = {'instruction': 'go left', 'autostart': True, 'start_correction': True}
    with PolicyRig(checkpoint=checkpoint, **options) as rig:
        with PolicyClient(rig) as client:
            rig.wait_until_driving()
            client.drive(0.125)
            rig.wait(lambda: client.commanded(0.125, 0.0))
            assert rig.stop(signal.SIGINT) == 0
        assert 'the correction is not recorded: there is no service' in rig.output()
