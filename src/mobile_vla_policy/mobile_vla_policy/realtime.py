# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Let the control process keep its rate while other programs compute."""

from __future__ import annotations

from contextlib import suppress
import ctypes
import gc
import os
from pathlib import Path
import sys
import threading

SWITCH_INTERVAL = 0.0005
"""Time after which a thread of Python that computes hands over to one that waits [s]."""
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4
"""From linux/mman.h: lock what is touched, not all that is mapped."""
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_KEPT, _LARGEST_KEPT = 1 << 26, 1 << 25
"""Freed memory that stays with the process, and the largest piece of it [bytes]."""
_LIBC = ctypes.CDLL(None, use_errno=True)


def calm_interpreter() -> None:
    """
    Keep the interpreter from holding up a thread that is due.

    What was loaded so far is left out of garbage collection, which would go through all of it
    (10 ms and more) at a moment of its own choice.
    """
    sys.setswitchinterval(SWITCH_INTERVAL)
    gc.unfreeze()  # What went away since the last time must not stay.
    gc.collect()
    gc.freeze()


def keep_memory() -> None:
    """
    Use freed memory again for images, instead of giving it back after each.

    Memory that is new to a process is cleared page by page when it is touched: three quarters of
    the time that it takes to receive an image, with Python's lock in hand.
    """
    # Not every C library has it.
    set_option = getattr(_LIBC, 'mallopt', None)
    if set_option is not None:
        set_option(_M_MMAP_THRESHOLD, _LARGEST_KEPT)
        set_option(_M_TRIM_THRESHOLD, _KEPT)


def take_realtime_priority(priority: int, control: threading.Thread) -> str:
    """
    Run this process under SCHED_FIFO, and keep its memory from being paged out.

    The control thread gets `priority` and all others one less: whoever holds Python's lock or
    one of the middleware while the control thread waits for it must not be pushed aside by the
    model. Processes that this one starts do not inherit it.

    :param priority: 2 to 99
    :param control: the thread that must be on time, which runs
    :return: '' or a sentence that says why not
    """
    try:
        _schedule(os.SCHED_FIFO, {None: priority - 1, control.native_id: priority})
    except OSError as error:
        _stop_scheduling()
        refused = f'real-time priority {priority} was refused'
        if not isinstance(error, PermissionError):
            return f'{refused} ({error.strerror}): the rate is kept as a busy machine lets it'
        return (
            f'{refused}, the rate is kept as well as a busy '
            f'machine lets it: allow it with "rtprio {priority}" in /etc/security/limits.conf, '
            f'CAP_SYS_NICE or LimitRTPRIO={priority}'
        )
    if _LIBC.mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT) != 0:
        return (
            f'memory was not locked ({os.strerror(ctypes.get_errno())}): '
            f'raise "memlock" in /etc/security/limits.conf'
        )
    return ''


def give_up_realtime_priority() -> None:
    """Take back take_realtime_priority, as far as that works: the base has to be stopped next."""
    _stop_scheduling()
    _LIBC.munlockall()


def _stop_scheduling() -> None:
    with suppress(OSError):
        _schedule(os.SCHED_OTHER, {None: 0})


def _schedule(policy: int, priorities: dict[int | None, int]) -> None:
    """Set every thread of this process; None stands for those that are not named."""
    for thread in Path('/proc/self/task').iterdir():
        number = int(thread.name)
        parameter = os.sched_param(priorities.get(number, priorities[None]))
        with suppress(ProcessLookupError):
            os.sched_setscheduler(number, policy | os.SCHED_RESET_ON_FORK, parameter)
