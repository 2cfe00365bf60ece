# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Closed-loop evaluation: the real policy node drives the simulator in real time.

Every scene is held out from training. Each is driven twice: as asked, and with the instruction
swapped to the other side, which shows whether the policy listens.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
import json
from pathlib import Path
import queue
import sys
import time
from typing import Any

from rclpy.utilities import remove_ros_args

from mobile_vla_core.errors import ConfigError, MobileVlaError
from mobile_vla_core.policy_card import PolicyCard

from .collect import prepare_output
from .evaluation_lane import EvaluationLane, LaneSettings
from .path_plot import plot_paths
from .progress import episode_progress
from .score import score
from .trial import held_out_trials, Trial, TrialResult


def evaluate(trials: Sequence[Trial], settings: LaneSettings, lanes: int) -> list[TrialResult]:
    """
    Drive trials in several lanes side by side, in real time.

    :return: results in the order of the trials
    :raises MobileVlaError: if a lane cannot be started or breaks
    """
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for index in range(len(trials)):
        waiting.put(index)
    results: dict[int, TrialResult] = {}
    progress = episode_progress(len(trials), 'evaluate')

    def drive(lane_index: int) -> None:
        with EvaluationLane(settings, lane_index) as lane:
            while not waiting.empty():
                try:
                    index = waiting.get_nowait()
                except queue.Empty:
                    return
                results[index] = lane.run(trials[index])
                arrived = sum(result.succeeded for result in results.values())
                progress.set_postfix_str(f'{arrived}/{len(results)} arrived', refresh=False)
                progress.update()

    with progress, ThreadPoolExecutor(lanes) as pool:
        futures = [pool.submit(drive, index) for index in range(min(lanes, len(trials)))]
        wait(futures, return_when=FIRST_EXCEPTION)
        if any(future.done() and future.exception() for future in futures):
            _drain(waiting)
    for future in futures:
        future.result()
    return [results[index] for index in range(len(trials))]


def report(
    nominal: Sequence[TrialResult],
    swapped: Sequence[TrialResult],
    settings: LaneSettings,
    seconds: float,
) -> dict[str, Any]:
    """Return what `evaluate` writes to its JSON file."""
    return {
        'checkpoint': settings.checkpoint.name,
        'real_time': True,
        'added_latency_ms': settings.added_latency * 1e3,
        'latency_compensation': settings.latency_compensation,
        'closed_loop': score(nominal),
        'swapped': score(swapped),
        'wall_seconds': round(seconds, 1),
        'trials': [result.to_dict() for result in nominal],
        'swapped_trials': [result.to_dict() for result in swapped],
    }


def table(content: dict[str, Any]) -> str:
    """Return a short table of a report: one line per scenario, and the totals."""
    lines = [f'{"":>18} {"as asked":>22} {"instruction swapped":>22}']
    nominal, swapped = content['closed_loop'], content['swapped']
    for name in nominal['per_scenario']:
        cells = (group['per_scenario'].get(name) for group in (nominal, swapped))
        lines.append(f'{name:>18} ' + ' '.join(f'{_cell(cell):>22}' for cell in cells))
    lines.append(f'{"all":>18} {_cell(nominal):>22} {_cell(swapped):>22}')
    for label, key in (('collisions', 'collision_rate'), ('side followed', 'side_followed')):
        lines.append(f'{label:>18} {nominal[key]:>21.1%}  {swapped[key]:>21.1%}')
    low, high = nominal['success_interval_95']
    other_low, other_high = swapped['success_interval_95']
    intervals = (f'{low:.0%} to {high:.0%}', f'{other_low:.0%} to {other_high:.0%}')
    lines.append(f'{"95 % interval":>18} {intervals[0]:>22} {intervals[1]:>22}')
    return '\n'.join(lines)


def _cell(rates: dict[str, Any] | None) -> str:
    if not rates or not rates['episodes']:
        return '-'
    count = rates['episodes']
    return f'{round(rates["success_rate"] * count)} of {count}  {rates["success_rate"]:>6.1%}'


def _drain(waiting: queue.SimpleQueue[int]) -> None:
    while not waiting.empty():
        waiting.get_nowait()


def main(arguments: list[str] | None = None) -> int:
    """Parse, evaluate, write, print."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument('--checkpoint', type=Path, required=True, help='checkpoint directory')
    parser.add_argument('--output', type=Path, required=True, help='folder for result and picture')
    parser.add_argument('--episodes', type=int, default=64, help='scenes; each is driven twice')
    parser.add_argument('--lanes', type=int, default=4, help='simulators side by side')
    parser.add_argument('--disturbance', type=float, default=0.0, help='1 is the training level')
    parser.add_argument(
        '--added-latency-ms', type=float, default=0.0, help='each prediction comes so much later'
    )
    parser.add_argument(
        '--no-latency-compensation',
        action='store_true',
        help='play every chunk from its first action, to see what compensation is worth',
    )
    parser.add_argument('--no-swap', action='store_true', help='leave out the swapped drives')
    options = parser.parse_args(remove_ros_args(sys.argv if arguments is None else arguments)[1:])
    try:
        if options.episodes < 1 or options.lanes < 1:
            raise ConfigError('--episodes and --lanes must be at least 1')
        PolicyCard.load(options.checkpoint)  # a clear sentence before anything is started
        prepare_output(options.output)
        settings = LaneSettings(
            options.checkpoint.absolute(),
            options.output,
            disturbance=options.disturbance,
            added_latency=options.added_latency_ms * 1e-3,
            latency_compensation=not options.no_latency_compensation,
        )
        started = time.monotonic()
        trials = held_out_trials(options.episodes)
        both = trials if options.no_swap else trials + [trial.swapped for trial in trials]
        results = evaluate(both, settings, options.lanes)
        nominal, swapped = results[: len(trials)], results[len(trials) :]
        content = report(nominal, swapped, settings, time.monotonic() - started)
        (options.output / 'evaluation.json').write_text(json.dumps(content, indent=1))
        title = (
            f'Closed loop, real time: {content["closed_loop"]["success_rate"]:.0%} of '
            f'{len(nominal)} drives arrive; {content["swapped"]["success_rate"]:.0%} with the '
            f'instruction swapped'
        )
        plot_paths(nominal, swapped, title, options.output / 'evaluation.png')
    except (MobileVlaError, OSError) as error:
        print(f'evaluate: {error}', file=sys.stderr)
        return 1
    print(table(content))
    print(f'{options.output / "evaluation.json"}\n{options.output / "evaluation.png"}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
