# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The whole loop in simulation: record, train, serve, drive, measure."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
import json
from pathlib import Path
import shutil
import subprocess
import sys
import time
from typing import Any

from mobile_vla_core.errors import MobileVlaError

from .evaluate import table
from .process import find_executable

CLOSED_LOOP_KEYS = (
    'episodes',
    'success_rate',
    'success_interval_95',
    'collision_rate',
    'side_followed',
)


class DemoError(MobileVlaError):
    """A step of the demo ended with an error; its own output says which."""


@dataclass(frozen=True)
class Step:
    """One command of the suite, as a user would run it."""

    title: str
    package: str
    executable: str
    arguments: tuple[str, ...]

    def run(self) -> float:
        """Run to the end and return how long it took [s]; DemoError when it fails."""
        print(f'\n== {self.title}: ros2 run {self.package} {self.executable}', flush=True)
        print('   ' + ' '.join(self.arguments), flush=True)
        started = time.monotonic()
        command = [str(find_executable(self.package, self.executable)), *self.arguments]
        status = subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode
        if status:
            raise DemoError(
                f'"{self.executable}" ended with status {status}; see its output above'
            )
        return time.monotonic() - started


def steps(folder: Path, options: argparse.Namespace) -> list[Step]:
    """Return the demo's commands in order."""
    episodes, run, evaluation = (folder / name for name in ('episodes', 'train', 'evaluation'))
    record = ('--output', str(episodes), '--episodes', str(options.episodes))
    learn = ('--data', str(episodes), '--output', str(run), f'seed={options.seed}')
    measure = ('--checkpoint', str(run / 'checkpoints' / 'best'), '--output', str(evaluation))
    return [
        Step(
            'record',
            'mobile_vla_sim',
            'collect',
            (*record, '--lanes', str(options.collect_lanes), '--seed', str(options.seed)),
        ),
        Step(
            'train',
            'mobile_vla_train',
            'train',
            (*learn, *options.train),
        ),
        Step(
            'serve, drive, measure',
            'mobile_vla_sim',
            'evaluate',
            (*measure, '--episodes', str(options.trials), '--lanes', str(options.lanes)),
        ),
    ]


def summary(folder: Path, seconds: dict[str, float]) -> dict[str, Any]:
    """Return what goes to result.json, taken from what the steps wrote."""
    collected = json.loads((folder / 'episodes' / 'collect.json').read_text())
    measured = json.loads((folder / 'evaluation' / 'evaluation.json').read_text())
    return {
        'episodes_recorded': collected['episodes'],
        'frames_recorded': collected['frames'],
        'frames_dropped': collected['dropped'],
        'record_seconds': round(seconds['collect'], 1),
        'train_seconds': round(seconds['train'], 1),
        'evaluate_seconds': round(seconds['evaluate'], 1),
        'closed_loop': {key: measured['closed_loop'][key] for key in CLOSED_LOOP_KEYS},
        'swapped': {key: measured['swapped'][key] for key in CLOSED_LOOP_KEYS},
        'wall_seconds': round(sum(seconds.values()), 1),
    }


def _fresh_folder(folder: Path) -> Path:
    """Return the empty folder; what an earlier demo left is kept once, beside it."""
    if folder.exists() and any(folder.iterdir()):
        previous = folder.with_name(f'{folder.name}.previous')
        shutil.rmtree(previous, ignore_errors=True)
        folder.rename(previous)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def main(arguments: list[str] | None = None) -> int:
    """Run every step, then print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--output', type=Path, default=Path('runs/demo'))
    parser.add_argument('--episodes', type=int, default=160, help='episodes to record')
    parser.add_argument('--collect-lanes', type=int, default=2, help='recorded side by side')
    parser.add_argument(
        '--trials', type=int, default=64, help='held-out scenes, each driven twice'
    )
    parser.add_argument('--lanes', type=int, default=4, help='driven side by side, in real time')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument(
        '--train', nargs='*', default=[], metavar='KEY=VALUE', help='overrides for train'
    )
    options = parser.parse_args(arguments)
    seconds = {}
    try:
        folder = _fresh_folder(options.output)
        for step in steps(folder, options):
            seconds[step.executable] = step.run()
        result = summary(folder, seconds)
        (folder / 'result.json').write_text(json.dumps(result, indent=2) + '\n')
    except (MobileVlaError, OSError) as error:
        print(f'demo: {error}', file=sys.stderr)
        return 1
    measured = json.loads((folder / 'evaluation' / 'evaluation.json').read_text())
    print(f'\n{table(measured)}\n')
    print(
        f'{result["episodes_recorded"]} episodes, {result["frames_recorded"]} frames recorded, '
        f'{result["frames_dropped"]} dropped; record {seconds["collect"]:.0f} s, '
        f'train {seconds["train"]:.0f} s, evaluate {seconds["evaluate"]:.0f} s'
    )
    for label, name in (
        ('result', 'result.json'),
        ('picture', 'evaluation/evaluation.png'),
        ('episodes', 'episodes'),
        ('checkpoint', 'train/checkpoints/best'),
    ):
        print(f'{label:>11}  {folder / name}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
