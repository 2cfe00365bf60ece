# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for pilot.py: which of several reasons is told."""

from dataclasses import replace

from pilot_bench import assert_stopped, begin, CARD, PICTURE, reply, START
import pytest

from mobile_vla_core.safety import StopReason
from mobile_vla_policy.parameters import SafetyParameters
from mobile_vla_policy.pilot import Pilot
from mobile_vla_policy.record import ReplyKind

ORDER = (
    StopReason.EMERGENCY_STOP,
    StopReason.EMERGENCY_STOPPED,
    StopReason.NOT_ARMED,
    StopReason.STALE_IMAGE,
    StopReason.CAMERA_MISMATCH,
    StopReason.FROZEN_IMAGE,
    StopReason.BLACK_IMAGE,
    StopReason.WORKER_DOWN,
    StopReason.NO_INSTRUCTION,
    StopReason.STALE_CHUNK,
)
INSTEAD = {
    StopReason.STALE_IMAGE: (
        StopReason.NO_IMAGE,
        StopReason.FUTURE_IMAGE,
        StopReason.STAMPS_WENT_BACK,
    ),
    StopReason.WORKER_DOWN: (StopReason.WORKER_STARTING, StopReason.WORKER_FAILED),
    StopReason.STALE_CHUNK: (StopReason.NO_CHUNK, StopReason.BAD_CHUNK, StopReason.BAD_IMAGE),
}
"""Of these only one can be at a time."""


def orders():
    """Return every reason with all that are to be hidden by it, first itself."""
    for place, reason in enumerate(ORDER):
        for one in (reason, *INSTEAD.get(reason, ())):
            yield pytest.param([one, *ORDER[place + 1 :]], id=one.name)


def pilot_with(faults):
    """Return a pilot that drove for two seconds, and all these are wrong now: START + 2."""
    card = replace(CARD, camera_width=160, camera_height=90, camera_encoding='rgb8')
    safety = SafetyParameters(max_image_age=0.5, max_chunk_age=0.4, frozen_at_rest=True)
    pilot = begin(Pilot(card, '/camera', safety))
    kind = 'mono8' if StopReason.CAMERA_MISMATCH in faults else 'rgb8'
    picture = replace(PICTURE, encoding=kind)
    for step in range(0 if StopReason.NO_IMAGE in faults else 21):
        stamp = START + 0.1 * step
        if step > 14 and {StopReason.STALE_IMAGE, StopReason.STAMPS_WENT_BACK} & set(faults):
            break
        pilot.offer(picture, stamp, stamp)
        stale = StopReason.STALE_CHUNK in faults and step > 10
        fields = {
            'crc32': 5 if StopReason.FROZEN_IMAGE in faults else 5 + step,
            'brightness': 1.0 if StopReason.BLACK_IMAGE in faults else 90.0,
            'contrast': 50.0,
        }
        kind = ReplyKind.SEEN if stale else ReplyKind.CHUNK
        pilot.answered(reply(pilot, stamp, kind, **fields))
        pilot.decide(stamp)
    now = START + 2.0
    if StopReason.FUTURE_IMAGE in faults:
        pilot.offer(picture, now + 60.0, now)
    for late in range(4 if StopReason.STAMPS_WENT_BACK in faults else 0):
        pilot.offer(picture, now - 60.0 + 0.1 * late, now - 0.4 + 0.1 * late)
    for reason in (StopReason.BAD_CHUNK, StopReason.BAD_IMAGE):
        if reason in faults:
            pilot.refuse(reason, 'on purpose')
    if StopReason.NO_INSTRUCTION in faults:
        pilot.follow('', now)
    elif StopReason.NO_CHUNK in faults:
        pilot.follow('go right', now)
    for reason in (StopReason.WORKER_STARTING, StopReason.WORKER_DOWN, StopReason.WORKER_FAILED):
        if reason in faults:
            pilot.worker_is(reason, 'on purpose')
    if StopReason.NOT_ARMED in faults:
        pilot.arming.disarm()
    if StopReason.EMERGENCY_STOPPED in faults or StopReason.EMERGENCY_STOP in faults:
        pilot.arming.press(True)
        pilot.arming.press(StopReason.EMERGENCY_STOP in faults)
    return pilot


@pytest.mark.parametrize('faults', orders())
def test_of_all_that_is_wrong_the_first_in_order_is_the_reason(faults):
    assert_stopped(pilot_with(faults).decide(START + 2.0), faults[0])


def test_with_none_of_them_the_robot_drives():
    assert pilot_with([]).decide(START + 2.0).reason is None


def test_no_reason_is_left_out_of_the_order():
    elsewhere = {StopReason.NOT_ACTIVE, StopReason.TAKEN_OVER}
    named = {*ORDER, *(reason for others in INSTEAD.values() for reason in others)}
    assert named == set(StopReason) - elsewhere
