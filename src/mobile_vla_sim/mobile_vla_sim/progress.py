# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A progress bar over episodes that does not flood a log file."""

from __future__ import annotations

import sys

from tqdm import tqdm

LOG_PERIOD = 10.0
"""Least time between two lines where nobody watches a terminal [s]."""


def episode_progress(total: int, description: str) -> tqdm:
    """Return a bar on standard error: redrawn in a terminal, a line now and then in a log."""
    watched = sys.stderr.isatty()
    return tqdm(
        total=total,
        desc=description,
        unit='episode',
        mininterval=0.2 if watched else LOG_PERIOD,
        maxinterval=2.0 if watched else LOG_PERIOD,
        dynamic_ncols=watched,
        ascii=not watched,
    )
