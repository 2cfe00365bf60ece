# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The faults in order, and the stacks that they are done to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from . import checkpoints
from .camera_faults import CAMERA_FAULTS
from .configure_faults import CONFIGURE_FAULTS
from .fault import Drill, Result
from .node_faults import CLOCK_FAULTS, NODE_FAULTS
from .output_faults import OUTPUT_FAULTS
from .stack import Stack
from .worker_faults import SERVING_FAULTS, WORKER_FAULTS

_IN_REAL_TIME: tuple[Drill, ...] = (
    *CAMERA_FAULTS,
    *WORKER_FAULTS,
    *SERVING_FAULTS,
    *CONFIGURE_FAULTS,
    *NODE_FAULTS,
    *OUTPUT_FAULTS,
)
COUNT = len(_IN_REAL_TIME) + len(CLOCK_FAULTS)


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
    for drills, simulated in ((_IN_REAL_TIME, False), (CLOCK_FAULTS, True)):
        start = partial(Stack, domain, saved, log, simulated=simulated)
        yield from run_all(drills, start, slack)


def run_all(drills: Sequence[Drill], start: Callable[[], Stack], slack: float) -> Iterator[Result]:
    """Do faults to one stack; after one that ends in an error, to a new one."""
    waiting = list(drills)
    while waiting:
        with ExitStack() as parts:
            stack = None
            while waiting:
                drill = waiting.pop(0)
                try:
                    stack = stack or parts.enter_context(start())
                    result = drill.run(stack, slack)
                except Exception as error:
                    yield Result(drill.name, drill.expected, f'{type(error).__name__}: {error}')
                    break
                yield result
                if not result.recovered:
                    break
