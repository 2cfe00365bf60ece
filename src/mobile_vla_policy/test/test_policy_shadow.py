# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of shadow mode, through the node's process and DDS."""

import json

from geometry_msgs.msg import Twist, TwistStamped
from lifecycle_msgs.msg import Transition
import numpy as np
from policy_client import PolicyClient
from policy_rig import is_zero, PolicyRig

from mobile_vla_core.episodes import Episode, find_episodes


def test_a_shadow_predicts_beside_the_human_and_never_commands(checkpoint, tmp_path):
    options = {'instruction': 'go left', 'mode': 'shadow', 'run_log': tmp_path}
    with PolicyRig(checkpoint=checkpoint, **options) as rig, PolicyClient(rig) as client:
        shadows = []
        client.node.create_subscription(
            TwistStamped, 'policy/shadow_cmd', lambda message: shadows.append(message.twist), 10
        )
        assert rig.transition(Transition.TRANSITION_CONFIGURE)
        assert rig.transition(Transition.TRANSITION_ACTIVATE)
        rig.wait(lambda: shadows and not is_zero(shadows[-1]))
        client.drive(0.5)
        before = len(shadows)
        rig.wait(lambda: len(shadows) > before + 30)
        client.drive(None)
        assert rig.latest().mode == 'shadow'
        assert rig.latest().driver == 'human'
        topic = f'{client.namespace}/cmd_vel'
        assert client.node.count_publishers(topic) == 0
        assert not rig.twists
        assert rig.transition(Transition.TRANSITION_DEACTIVATE)
        assert rig.transition(Transition.TRANSITION_CLEANUP)

    (report,) = tmp_path.glob('shadow_*.json')
    score = json.loads(report.read_text())
    assert score['pairs'] > 10
    assert 0.0 <= score['direction_agreement'] <= 1.0
    assert score['mean_absolute_error']['linear_y'] >= 0.0
    with Episode(*find_episodes(tmp_path)) as episode:
        assert episode.metadata['driver'] == 'human'
        np.testing.assert_allclose(episode.commands['twist'][:, 0], 0.5)
        assert 'prediction' in {kind for _, kind, _ in episode.events}


def test_commands_on_cmd_vel_are_compared_too(checkpoint, tmp_path):
    options = {'instruction': 'go left', 'mode': 'shadow', 'driver_topic': '""'}
    options.update(run_log=tmp_path, autostart=True)
    with PolicyRig(checkpoint=checkpoint, **options) as rig:
        publisher = rig.node.create_publisher(Twist, 'cmd_vel', 10)
        twist = Twist()
        twist.linear.x = 0.25
        rig.wait(lambda: rig.latest() is not None and rig.latest().state == 'driving')
        rig.wait(lambda: publisher.publish(twist) or len(rig.twists) > 200)
        assert rig.transition(Transition.TRANSITION_DEACTIVATE)
    (report,) = tmp_path.glob('shadow_*.json')
    assert json.loads(report.read_text())['pairs'] > 10
