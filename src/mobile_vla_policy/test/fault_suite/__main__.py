# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Run the fault suite and write its table; exit status 1 when the robot did not do right."""

from __future__ import annotations

import argparse
from dataclasses import asdict
import json
import os
from pathlib import Path
import sys
import tempfile
import time

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from mobile_vla_core.ros_domain import reserve_domain

from .fault import Result
from .suite import COUNT, run_suite

_WIDTH = 160
"""Of the table where there is no terminal [characters]."""


def markdown_of(results: list[Result]) -> str:
    """Return the results as a table in a file."""
    lines = [
        '| fault | expected | brakes after | zero after | seen | reason | ok |',
        '|---|---|---|---|---|---|---|',
    ]
    for result in results:
        cells = (
            result.fault,
            result.expected,
            _seconds(result.seconds_to_braking),
            _seconds(result.seconds_to_zero),
            result.seen,
            result.reason.replace('|', '/'),
            'yes' if result.ok else '**no**',
        )
        lines.append(f'| {" | ".join(cells)} |')
    return '\n'.join(lines) + '\n'


def table_of(results: list[Result]) -> Table:
    """Return the results to be read."""
    columns = ('fault', 'brakes after', 'zero after', 'seen', 'reason', 'goes on', 'ok')
    table = Table(*columns)
    for result in results:
        table.add_row(
            result.fault,
            _seconds(result.seconds_to_braking),
            _seconds(result.seconds_to_zero),
            escape(result.seen),
            escape(result.reason),
            'yes' if result.recovered else 'NO',
            'ok' if result.ok else '[bold red]NOT OK',
        )
    return table


def _seconds(value: float | None) -> str:
    return '' if value is None else f'{value:.2f} s'


def main() -> int:
    """Do every fault once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--result', type=Path, default=Path('runs/faults/result.json'))
    parser.add_argument(
        '--slack', type=float, default=0.1, help='time that a busy machine may add [s]'
    )
    options = parser.parse_args()
    console = Console() if sys.stdout.isatty() else Console(width=_WIDTH)
    results, start = [], time.monotonic()
    options.result.parent.mkdir(parents=True, exist_ok=True)
    log = options.result.with_name('processes.log')
    log.unlink(missing_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        reserve_domain() as domain,
        Progress(console=console) as progress,
    ):
        task = progress.add_task('faults', total=COUNT)
        for result in run_suite(domain, Path(folder), log, options.slack):
            results.append(result)
            progress.update(task, advance=1)
            right = 'ok    ' if result.ok else 'NOT OK'
            progress.print(f'{right} {result.fault}: {escape(result.seen)}')
            options.result.write_text(
                json.dumps([asdict(result) for result in results], indent=2) + '\n'
            )
    table = options.result.with_suffix('.md')
    table.write_text(markdown_of(results))
    console.print(table_of(results))
    right = sum(result.ok for result in results)
    load = os.getloadavg()[0]
    console.print(
        f'{right} of {COUNT} ok, in {time.monotonic() - start:.0f} s at load {load:.1f}; '
        f'{options.result}, {table}'
    )
    return 0 if right == COUNT else 1


if __name__ == '__main__':
    sys.exit(main())
