# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers of bytes as a person says them."""

from __future__ import annotations


def format_bytes(count: float) -> str:
    """Return three figures and a unit of 1000, such as '1.23 GB'."""
    for unit in ('B', 'kB', 'MB'):
        if count < 1000:
            return f'{count:.3g} {unit}'
        count /= 1000
    return f'{count:.3g} GB' if count < 1e4 else f'{count:.0f} GB'
