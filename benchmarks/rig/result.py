# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What every benchmark gives: one JSON object on the output, and in a file when one is named."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime, timezone
import json
import os
from pathlib import Path
import sys
from typing import Any

from mobile_vla_core.errors import MobileVlaError


def result_parser(documentation: str) -> argparse.ArgumentParser:
    """Return a parser that explains a benchmark and knows where its result goes."""
    parser = argparse.ArgumentParser(
        description=documentation.strip(), formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--json', nargs='?', type=Path, help='a file to write to as well')
    return parser


def give_result(measure: Callable[[], dict[str, Any]], path: Path | None) -> int:
    """
    Measure, print the figures with the day and the machine's load, and write them.

    :return: the status to exit with; 1 when there is no result, with the reason printed
    """
    figures = {
        'date': f'{datetime.now(timezone.utc):%Y-%m-%d}',
        'cores': len(os.sched_getaffinity(0)),
        'load_before': _load(),
    }
    try:
        figures.update(measure())
    except MobileVlaError as error:
        print(f'{Path(sys.argv[0]).stem}: {error}', file=sys.stderr)
        return 1
    figures['load_after'] = _load()
    text = json.dumps(figures, indent=2)
    print(text)
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + '\n', encoding='utf-8')
    return 0


def _load() -> float:
    """Return the load average of the last minute."""
    return round(os.getloadavg()[0], 2)
