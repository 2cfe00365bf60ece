# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A terminal that takes no output, while something else goes wrong."""

from __future__ import annotations

import signal
import time

from mobile_vla_core.safety import StopReason
from mobile_vla_policy.guard.command_guard import GuardReason

from .camera_faults import mend
from .checkpoints import INSTRUCTIONS, UNSEEN
from .fault import Fault
from .node_faults import GUARD_LIMIT, signal_node, start_after_kill
from .stack import Stack


def hold_output(stack: Stack) -> bool:
    """Let the terminal take no output, and have the nodes write some; return True."""
    stack.take_output(False)
    stack.set_parameter('instruction', UNSEEN)  # Which is warned of.
    stack.set_parameter('instruction', INSTRUCTIONS[0])
    stack.wait_until_driving()
    return True


def release_output(stack: Stack) -> None:
    """Let the terminal take output, and wait until all that was held back is written."""
    stack.take_output(True)
    before, now = -1, len(stack.written())
    while now > before:
        time.sleep(0.5)
        before, now = now, len(stack.written())


OUTPUT_FAULTS = (
    Fault(
        'terminal takes no output, camera stops',
        'brakes to zero, drives on when it is right again',
        lambda stack: hold_output(stack) and stack.camera(running=False),
        StopReason.STALE_IMAGE,
        lambda stack: (release_output(stack), mend(stack)),
    ),
    Fault(
        'terminal takes no output, node SIGKILL (guard)',
        'the guard gives zero; drives when started again and armed',
        lambda stack: hold_output(stack) and signal_node(signal.SIGKILL)(stack),
        GuardReason.SILENT,
        lambda stack: (release_output(stack), start_after_kill(stack)),
        GUARD_LIMIT,
        0.0,
        by_guard=True,
    ),
)
