# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""End a node whose launch is gone: nobody is left who would stop the robot."""

from __future__ import annotations

from collections.abc import Mapping
import ctypes
import os
import signal

LAUNCH_PID = 'MOBILE_VLA_LAUNCH_PID'
"""The environment variable with the process that starts the nodes and is to end them."""
_PR_SET_PDEATHSIG = 1


def end_with_launch(environment: Mapping[str, str] = os.environ) -> None:
    """
    Have the kernel send SIGTERM to this process when the launch that started it ends.

    `ros2 launch` ends its nodes at SIGINT, but leaves them behind, with the robot driving, when it
    is killed itself, or told to end by SIGTERM. A process that was started otherwise goes on.
    """
    launch = environment.get(LAUNCH_PID, '')
    if not launch.isdecimal():
        return
    if os.getppid() == int(launch):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if not _lives(int(launch)):  # Perhaps it ended before the kernel was asked.
        os.kill(os.getpid(), signal.SIGTERM)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
