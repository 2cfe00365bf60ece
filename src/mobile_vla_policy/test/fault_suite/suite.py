# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The faults in order, and the stacks that they are done to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from . import checkpoints
from .camera_faults import CAMERA_FAULTS
from .fault import Result
from .node_faults import CHECKPOINT_FAULTS, CLOCK_FAULTS, NODE_FAULTS
from .stack import Stack
from .worker_faults import SERVING_FAULTS, WORKER_FAULTS

_OF_ONE_STACK = (*CAMERA_FAULTS, *WORKER_FAULTS)
_OF_CHECKPOINTS = (*SERVING_FAULTS, *CHECKPOINT_FAULTS)
COUNT = len(_OF_ONE_STACK) + len(_OF_CHECKPOINTS) + len(NODE_FAULTS) + len(CLOCK_FAULTS)


def make_checkpoints(folder: Path) -> dict[str, Path]:
    """Save every checkpoint that the faults need, by name."""
    good = checkpoints.save_good(folder / 'good')
    return {
        'good': good,
        'huge': checkpoints.save_huge(good, folder / 'huge'),
        'tampered': checkpoints.copy_tampered(good, folder / 'tampered'),
        'foreign': checkpoints.copy_of_another_schema(good, folder / 'foreign'),
        'missing': folder / 'missing',
    }


def run_suite(domain: int, folder: Path, log: Path, slack: float) -> Iterator[Result]:
    """
    Do every fault to a robot that drives.

    :param folder: for the checkpoints
    :param log: what the processes write goes there
    :param slack: time that a busy machine may add to the limits [s]
    """
    saved = make_checkpoints(folder)
    with Stack(domain, saved['good'], log) as stack:
        for fault in _OF_ONE_STACK:
            yield fault(stack, slack)
        for fault in _OF_CHECKPOINTS:
            yield fault(stack, slack, saved)
        for fault in NODE_FAULTS:
            yield fault(stack, slack)
    with Stack(domain, saved['good'], log, simulated=True) as stack:
        for fault in CLOCK_FAULTS:
            yield fault(stack, slack)
