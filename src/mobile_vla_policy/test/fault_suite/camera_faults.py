# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What goes wrong in a camera."""

from __future__ import annotations

import time

from mobile_vla_core.safety import StopReason

from .braking import braking_of
from .fault import AGED, Fault, Observation, Outcome
from .stack import Stack

STEP = 0.1
_RIGHT = {
    'running': True,
    'rate': 10.0,
    'frozen': False,
    'black': False,
    'stamp_offset': 0.0,
    'encoding': 'rgb8',
    'height': 90,
    'width': 160,
    'data_share': 1.0,
}


def mend(stack: Stack) -> None:
    """Let the camera be right again."""
    stack.camera(**_RIGHT)


def _camera(name: str, reason: StopReason, within: float = AGED, **settings: object) -> Fault:
    expected = 'brakes to zero, drives on when it is right again'
    return Fault(name, expected, lambda stack: stack.camera(**settings), reason, mend, within)


def half_rate(stack: Stack, slack: float) -> Outcome:
    """Drive on, which the robot may, and look for the warning."""
    del slack
    given = len(stack.commands)
    since = stack.camera(rate=5.0)
    stack.wait(lambda: any(stack.statuses[-1].warnings), 'a warning', 15.0)
    reason = next(iter(stack.statuses[-1].warnings))
    time.sleep(1.0)
    drives = all(speed > 0.0 for stamp, speed in stack.commands[given:] if stamp >= since)
    stopped = braking_of(stack.commands[given:], since) is not None
    right = not stopped and reason.startswith('the camera is too slow')
    seen = 'drove on' if drives else 'stopped' if stopped else 'stopped at times'
    return Outcome(seen, right, reason)


def mend_rate(stack: Stack) -> None:
    """Let the camera be right again, and see the end of the warning."""
    mend(stack)
    stack.wait_until_driving()
    stack.wait(lambda: not stack.statuses[-1].warnings, 'the end of the warning')


CAMERA_FAULTS = (
    _camera('camera stops', StopReason.STALE_IMAGE, running=False),
    _camera('camera freezes', StopReason.FROZEN_IMAGE, AGED + STEP, frozen=True),
    Observation('camera at half rate', 'drives on and warns', half_rate, mend_rate),
    _camera('black camera', StopReason.BLACK_IMAGE, black=True),
    _camera('stamps in the future', StopReason.FUTURE_IMAGE, stamp_offset=60.0),
    _camera('stamps jump back', StopReason.STAMPS_WENT_BACK, stamp_offset=-5.0),
    _camera('wrong encoding', StopReason.BAD_IMAGE, encoding='bayer_rggb8'),
    _camera('colours become grey', StopReason.CAMERA_MISMATCH, encoding='mono8'),
    _camera('wrong size', StopReason.CAMERA_MISMATCH, height=160),
    _camera('truncated image data', StopReason.BAD_IMAGE, data_share=0.5),
    _camera('image larger than declared', StopReason.BAD_IMAGE, data_share=1.5),
)
