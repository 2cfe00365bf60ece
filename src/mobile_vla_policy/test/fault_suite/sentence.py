# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Know a reason by the sentence that was said."""

from __future__ import annotations

from enum import Enum
import re


def pattern_of(reason: Enum) -> re.Pattern[str]:
    """Return what matches the sentence of a reason, whatever its fields hold."""
    parts = re.split(r'\{[^}]*\}', reason.value)
    return re.compile('.*'.join(map(re.escape, parts)), re.DOTALL)
