# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What a verb prints: one JSON document or tables on stdout, progress on stderr."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Collection, Iterable, Sequence
import json
import math
from pathlib import Path
import sys
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text
from tqdm import tqdm

JSON = '--json'
PLAIN_WIDTH = 160
"""Columns where the output is no terminal."""


def add_json(parser: ArgumentParser) -> None:
    """Declare the option `--json`."""
    parser.add_argument(JSON, action='store_true', help='print one JSON document instead')


def print_json(document: Any) -> None:
    """Print a document on stdout; NaN and infinity, which JSON lacks, as null."""
    print(json.dumps(_plain(document), indent=2, ensure_ascii=False, allow_nan=False))


def print_lines(lines: Iterable[str]) -> None:
    """Print sentences on stdout, without what a terminal would take for a command."""
    for line in lines:
        print(printable(line))


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    title: str = '',
    numbers: Collection[str] = (),
) -> None:
    """
    Print a table on stdout, as wide as the terminal.

    :param numbers: the columns that are aligned to the right
    """
    table = Table(title=title or None, title_justify='left', box=None, pad_edge=False)
    for column in columns:
        right = column in numbers
        table.add_column(column, justify='right' if right else 'left', no_wrap=right)
    for row in rows:
        table.add_row(*(Text(printable(str(value))) for value in row))
    Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False).print(table)


def printable(text: str) -> str:
    """Return a text of one line: control characters, which files may hold, as spaces."""
    return ''.join(letter if letter.isprintable() else ' ' for letter in text)


def progress(total: int, description: str, unit: str = 'episode') -> tqdm:
    """Return a bar on stderr, which is shown on a terminal only."""
    return tqdm(total=total, desc=description, unit=unit, disable=not sys.stderr.isatty())


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(content) for key, content in value.items()}
    if isinstance(value, (list, tuple, set, frozenset, np.ndarray)):
        return [_plain(content) for content in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, bytes):
        return value.decode(errors='replace')
    return str(value) if isinstance(value, Path) else value
