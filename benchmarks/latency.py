# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
What latency costs in closed loop, with latency compensation and without it.

The real policy node drives the simulator in real time, through DDS, with a policy that learned
from a driver who hurries: at the usual pace half a second costs nothing, with or without
compensation. It is made by

    collect --output runs/fast/episodes --pace 1.7
    train --data runs/fast/episodes --output runs/fast/train

Predictions are held back for a while; the worker goes on meanwhile, as on a device that is
as fast and farther away. Every condition drives the same held-out scenes; what differs between two
conditions is compared scene by scene.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import product
import json
from math import comb
import os
from pathlib import Path
from statistics import median
import sys
import tempfile
import time
from typing import Any

from rig.result import give_result, result_parser

from mobile_vla_core.safety import StopReason
from mobile_vla_sim.evaluate import evaluate
from mobile_vla_sim.evaluation_lane import LaneSettings
from mobile_vla_sim.score import wilson_interval
from mobile_vla_sim.trial import held_out_trials, Trial, TrialResult

CHECKPOINT = Path('runs/fast/train/checkpoints/best')
LATENCIES_MS = (0, 100, 200, 300)
MAX_CHUNK_AGE = 0.8
"""The whole chunk: what an action's age alone must not decide here [s]."""
_USUAL = frozenset({StopReason.NO_CHUNK.value, StopReason.NOT_ARMED.value})
"""What is said at the beginning of each drive."""


def drive(
    trials: Sequence[Trial], latency_ms: int, compensated: bool, options: argparse.Namespace
) -> list[TrialResult]:
    """Drive all trials in one condition, several side by side."""
    with tempfile.TemporaryDirectory() as folder:
        settings = LaneSettings(
            options.checkpoint.absolute(),
            Path(folder),
            disturbance=options.disturbance,
            added_latency=latency_ms * 1e-3,
            latency_compensation=compensated,
            max_chunk_age=MAX_CHUNK_AGE,
        )
        return evaluate(trials, settings, options.lanes)


def condition_figures(results: Sequence[TrialResult]) -> dict[str, Any]:
    """Return how a condition went."""
    arrived = sum(result.succeeded for result in results)
    low, high = wilson_interval(arrived, len(results))
    reached = [result for result in results if result.succeeded]
    held = [set(result.reasons) - _USUAL for result in results]
    return {
        'arrived': arrived,
        'success_rate': round(arrived / len(results), 4),
        'success_interval_95': [round(low, 4), round(high, 4)],
        'collisions': sum(result.collided for result in results),
        'median_clearance_m': round(median(result.min_clearance for result in results), 3),
        'median_seconds': round(median(result.seconds for result in reached), 2)
        if reached
        else None,
        'held_still': sum(bool(reasons) for reasons in held),
        'median_image_to_command_ms': round(
            1e3 * median(result.prediction_age for result in results), 1
        ),
    }


def compare(ones: Sequence[TrialResult], others: Sequence[TrialResult]) -> dict[str, Any]:
    """
    Compare two conditions scene by scene.

    :return: in how many scenes only one of them arrived, and the two-sided p of McNemar's exact
        test: of as much or more of a difference between two conditions that are equally good
    """
    pairs = [(a.succeeded, b.succeeded) for a, b in zip(ones, others, strict=True)]
    first, second = pairs.count((True, False)), pairs.count((False, True))
    count, fewer = first + second, min(first, second)
    tail = sum(comb(count, k) for k in range(fewer + 1)) / 2**count
    return {
        'only_first_arrived': first,
        'only_second_arrived': second,
        'p': round(min(1.0, 2.0 * tail), 5),
    }


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Return all figures."""
    trials = held_out_trials(options.scenes)
    results: dict[tuple[int, bool], list[TrialResult]] = {}
    conditions = []
    for latency_ms, compensated in product(options.latencies_ms, (True, False)):
        began = time.monotonic()
        found = results[latency_ms, compensated] = drive(trials, latency_ms, compensated, options)
        conditions.append(
            {
                'added_latency_ms': latency_ms,
                'latency_compensation': compensated,
                **condition_figures(found),
                'wall_seconds': round(time.monotonic() - began, 1),
                'load': round(os.getloadavg()[0], 1),
            }
        )
        print(conditions[-1], file=sys.stderr, flush=True)
    first = options.latencies_ms[0]
    return {
        'scenes': options.scenes,
        'lanes': options.lanes,
        'disturbance': options.disturbance,
        'conditions': conditions,
        'compensation_on_and_off': {
            f'{latency_ms} ms': compare(results[latency_ms, True], results[latency_ms, False])
            for latency_ms in options.latencies_ms
        },
        'without_and_with_latency_compensated': {
            f'{latency_ms} ms': compare(results[first, True], results[latency_ms, True])
            for latency_ms in options.latencies_ms[1:]
        },
    }


def main() -> int:
    """Measure, print, write."""
    parser = result_parser(__doc__)
    parser.add_argument('--checkpoint', type=Path, default=CHECKPOINT)
    parser.add_argument('--scenes', type=int, default=16, help='driven in each condition')
    parser.add_argument('--lanes', type=int, default=4, help='driven side by side, in real time')
    parser.add_argument('--disturbance', type=float, default=0.0, help='1 is the training level')
    parser.add_argument('--latencies-ms', type=int, nargs='+', default=LATENCIES_MS)
    options = parser.parse_args()
    if not options.checkpoint.exists():
        print(json.dumps({'skipped': f'{options.checkpoint} is not there: see --help'}))
        return 0
    return give_result(lambda: measure(options), options.json)


if __name__ == '__main__':
    sys.exit(main())
