# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers of the command line that must be in a range: types for `add_argument`."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
import math


def count(text: str) -> int:
    """Return a whole number of 1 or more."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise ArgumentTypeError(f'expected a whole number of at least 1, found {text}')
    return value


def duration(text: str) -> float:
    """Return a time of more than 0 [s]."""
    value = _number(text)
    if value <= 0.0:
        raise ArgumentTypeError(f'expected more than 0 seconds, found {text}')
    return value


def duration_or_zero(text: str) -> float:
    """Return a time of 0 or more [s]."""
    value = _number(text)
    if value < 0.0:
        raise ArgumentTypeError(f'expected 0 seconds or more, found {text}')
    return value


def add_workers(parser: ArgumentParser) -> None:
    """Declare the option `--workers`."""
    parser.add_argument('--workers', type=count, default=0, help='processes (default: one a core)')


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ArgumentTypeError(f'expected a number of seconds, found {text}')
    return value
