# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A pilot with all that is said to it: images, the worker's replies, and the time."""

import numpy as np

from mobile_vla_core.action_space import ActionCodec, ActionType
from mobile_vla_core.images import Preprocessing
from mobile_vla_core.picture import Picture
from mobile_vla_core.policy_card import PolicyCard
from mobile_vla_policy.record import ReplyKind, ReplyRecord

CARD = PolicyCard(
    architecture='nano',
    network={},
    window=8,
    chunk=8,
    step_period=0.1,
    preprocessing=Preprocessing(),
    codec=ActionCodec(scale=(0.5, 0.5, 0.5), limits=((-0.2, 0.7), (-0.4, 0.4), (-1.0, 1.0))),
)
START = 1000.0
PICTURE = Picture(bytes(90 * 160 * 3), 'rgb8', 90, 160, 480)


def actions(kind=ActionType.MOVEMENT, velocity=(0.5, 0.1, 0.2)):
    rows = np.tile(np.float32([*velocity, kind]), (8, 1))
    rows[:, 0] -= np.arange(8, dtype=np.float32) * 0.01
    return rows


def reply(pilot, stamp, kind=ReplyKind.CHUNK, **fields):
    values = {'generation': pilot.generation, 'stamp': stamp, 'crc32': 5, 'inference_ms': 3.0}
    if kind is ReplyKind.CHUNK:
        values['actions'] = actions()
    return ReplyRecord(kind, **{**values, **fields})


def begin(pilot):
    pilot.follow('go left', START - 1.0)
    pilot.worker_is(None)
    pilot.activate(START)
    pilot.arming.arm()
    return pilot


def see(pilot, stamp, **fields):
    """Let image, worker and control loop do their work at one moment."""
    pilot.offer(PICTURE, stamp, stamp)
    pilot.answered(reply(pilot, stamp, **fields))
    return pilot.decide(stamp)


def assert_stopped(decision, reason):
    assert decision.reason is reason
    assert decision.sentence
    assert decision.action_type is ActionType.STOP
    np.testing.assert_array_equal(decision.velocity, np.zeros(3))
