# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Settings of the process that must be made before torch is imported."""

from __future__ import annotations

import ctypes
import os

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
LARGEST = 2**30
"""Freed blocks up to this size are kept for the next step [bytes]."""


def prepare_runtime() -> None:
    """
    Keep freed memory, and let idle threads sleep.

    A training step allocates and frees tens of megabytes. By default every step maps them anew
    and pays a page fault per 4 KiB: filling 27 MB takes 35 ms, and 3 ms from kept huge pages.
    Idle OpenMP threads spin by default: on two cores that others use too, a step then costs five
    times its CPU time. What the user has set in the environment stays as it is.
    """
    os.environ.setdefault('OMP_WAIT_POLICY', 'passive')
    os.environ.setdefault('THP_MEM_ALLOC_ENABLE', '1')  # read by torch's CPU allocator
    mallopt = getattr(ctypes.CDLL(None), 'mallopt', None)
    if mallopt is not None:  # glibc
        mallopt(M_MMAP_THRESHOLD, LARGEST)
        mallopt(M_TRIM_THRESHOLD, LARGEST)
