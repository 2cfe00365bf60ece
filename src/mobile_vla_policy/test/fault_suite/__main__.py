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
from rich.progress import Progress
from rich.table import Table

from mobile_vla_core.ros_domain import reserve_domain

from .fault import Result
from .suite import COUNT, run_suite

_WIDTH = 160
"""Of the table where there is no terminal [characters]."""


def markdown_of(results: list[Result]) -> str:
    """Return the results as a table in a file."""
    lines = ['| fault | expected | zero after | seen | reason | ok |', '|---|---|---|---|---|---|']
    for result in results:
        seconds = result.seconds_to_zero
        cells = (
            result.fault,
            result.expected,
            '' if seconds is None else f'{seconds:.2f} s',
            result.seen,
            result.reason.replace('|', '/'),
            'yes' if result.ok else '**no**',
        )
        lines.append(f'| {" | ".join(cells)} |')
    return '\n'.join(lines) + '\n'


def table_of(results: list[Result]) -> Table:
    """Return the results to be read."""
    table = Table('fault', 'zero after [s]', 'seen', 'reason', 'goes on', 'ok')
    for result in results:
        seconds = result.seconds_to_zero
        table.add_row(
            result.fault,
            '-' if seconds is None else f'{seconds:.2f}',
            result.seen,
            result.reason,
            'yes' if result.recovered else 'NO',
            'ok' if result.ok else '[bold red]NOT OK',
        )
    return table


def main() -> int:
    """Do every fault once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--result', type=Path, default=Path('runs/faults/result.json'))
    parser.add_argument(
        '--slack', type=float, default=0.3, help='time that a busy machine may add [s]'
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
            progress.print(f'{"ok    " if result.ok else "NOT OK"} {result.fault}: {result.seen}')
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
