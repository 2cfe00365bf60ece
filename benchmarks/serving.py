# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
How exactly the policy node keeps its rate, and how old the image behind a command is.

The commands' times are those at which the node's own middleware stamped them when they were
published, so the listener's delays do not count. For the period the worker runs a nano policy
that was widened until one inference takes 300 ms of CPU time, on as many threads as there are
cores; beside it, in the same run, the original way: that model inside the timer callback. For the
age of images the policy is nano as it is trained. Everything is measured twice, without and with
real-time priority (SCHED_FIFO); keys with the suffix _realtime are null where that is refused. The
period is measured a third time, with the suffix _idle: without real-time priority, but with a
worker that computes only when no other program does (worker_nice 20). ready_s is the time from the
start of the process until its services answer and it is configured, beside a camera of 30 Hz.
"""

from __future__ import annotations

from collections.abc import Sequence
import os
from pathlib import Path
from statistics import median
import sys
import tempfile
from typing import Any

import numpy as np
from rig.nano_checkpoint import INSTRUCTION, save_nano, save_slow_nano, STEP_PERIOD
from rig.result import give_result, result_parser
from rig.serving_rig import ServingRig

from mobile_vla_core.ros_domain import reserve_domain

RATE = 20.0
MODEL_CPU_MS = 300.0
PRIORITY = 40
ORIGINAL = Path(__file__).parent / 'rig' / 'original_node.py'
STARTS = 3
ORIGINAL_SECONDS = 20.0
"""Long enough: its errors are as long as an inference."""


def drive(
    checkpoint: Path, seconds: float, threads: int, priority: int, **parameters: object
) -> tuple[ServingRig, str]:
    """
    Let the policy node drive.

    :return: what was heard, and why real-time priority was refused, '' when it was not
    """
    values = {
        'checkpoint': checkpoint,
        'instruction': INSTRUCTION,
        'autostart': True,
        'rate': RATE,
        'threads': threads,
        'realtime_priority': priority,
        **parameters,
    }
    command = ['-m', 'mobile_vla_policy.policy_node', '--ros-args', '--log-level', 'error']
    for name, value in values.items():
        command += ['-p', f'{name}:={str(value).lower() if value is True else value}']
    with ServingRig(command) as rig:
        rig.wait(lambda: bool(rig.statuses) and rig.statuses[-1].inference_ms > 0.0)
        warnings = rig.statuses[-1].warnings
        rig.record(seconds)
    return rig, next((text for text in warnings if 'real-time priority' in text), '')


def seconds_to_ready(checkpoint: Path) -> float:
    """Return the time until the policy node is configured, the median of a few starts [s]."""
    command = ['-m', 'mobile_vla_policy.policy_node', '--ros-args', '--log-level', 'error']
    command += ['-p', f'checkpoint:={checkpoint}']
    found = []
    for _ in range(STARTS):
        with ServingRig(command) as rig:
            found.append(rig.configure())
    return median(found)


def drive_originally(checkpoint: Path, seconds: float, threads: int, priority: int) -> ServingRig:
    """Let the original way drive."""
    values = (checkpoint, RATE, threads, INSTRUCTION, priority)
    with ServingRig([str(ORIGINAL), *map(str, values)]) as rig:
        rig.wait(lambda: len(rig.commands) > 2)
        rig.record(seconds)
    return rig


def period_errors_ms(published: Sequence[float]) -> np.ndarray:
    """Return how far each period was from the wanted one [ms]."""
    return np.abs(np.diff(published) - 1.0 / RATE) * 1e3


def period_figures(rig: ServingRig) -> dict[str, float]:
    """Return the figures of how the rate was kept."""
    errors = period_errors_ms(rig.published)
    return {
        'period_error_p50_ms': percentile(errors, 50),
        'period_error_p99_ms': percentile(errors, 99),
        'period_error_max_ms': percentile(errors, 100),
        'commands': len(rig.published),
    }


def age_figures(rig: ServingRig) -> dict[str, float]:
    """Return the figures of how old the image behind a command was, of every single command."""
    ages = [status.chunk_age * 1e3 for status in rig.statuses if status.state == 'driving']
    inferences = [status.inference_ms for status in rig.statuses if status.state == 'driving']
    slowest = percentile(inferences, 99)
    return {
        'image_to_command_p50_ms': percentile(ages, 50),
        'image_to_command_p99_ms': percentile(ages, 99),
        'image_to_command_max_ms': percentile(ages, 100),
        'image_to_command_goal_ms': round((STEP_PERIOD + 1.0 / RATE) * 1e3 + slowest, 3),
        'inference_p50_ms': percentile(inferences, 50),
        'inference_p99_ms': slowest,
    }


def percentile(values: Sequence[float], share: float) -> float:
    """Return a percentile, rounded to a microsecond."""
    return round(float(np.percentile(values, share)), 3)


def measure(folder: Path, seconds: float) -> dict[str, Any]:
    """Return all figures."""
    threads = len(os.sched_getaffinity(0))
    nano, slow = save_nano(folder / 'nano'), folder / 'slow'
    figures: dict[str, Any] = {
        'seconds': seconds,
        'model_cpu_ms': round(save_slow_nano(slow, MODEL_CPU_MS), 1),
        'ready_s': round(seconds_to_ready(nano), 2),
        'realtime_refused': '',
    }
    for suffix, priority in (('', 0), ('_realtime', PRIORITY)):
        # The model is slow on purpose: an old chunk must not end the measurement.
        rig, refused = drive(slow, seconds, threads, priority, max_chunk_age=5.0)
        found = period_figures(rig)
        rig, _ = drive(nano, seconds / 2, 1, priority, status_rate=10 * RATE)
        found.update(age_figures(rig))
        if not refused:
            rig = drive_originally(slow, min(seconds, ORIGINAL_SECONDS), threads, priority)
            found['original_period_error_p99_ms'] = percentile(period_errors_ms(rig.published), 99)
        figures['realtime_refused'] = refused
        figures.update({f'{key}{suffix}': None if refused else found[key] for key in found})
        figures.setdefault(f'original_period_error_p99_ms{suffix}', None)
    rig, _ = drive(slow, seconds, threads, 0, max_chunk_age=5.0, worker_nice=20)
    figures.update({f'{key}_idle': value for key, value in period_figures(rig).items()})
    return figures


def main() -> int:
    """Measure, print, write."""
    parser = result_parser(__doc__)
    parser.add_argument('--seconds', type=float, default=60.0, help='per measured drive')
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, reserve_domain() as domain:
        os.environ['ROS_DOMAIN_ID'] = str(domain)
        return give_result(lambda: measure(Path(folder), options.seconds), options.json)


if __name__ == '__main__':
    sys.exit(main())
