# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What a file does not say and the user may say instead."""

from __future__ import annotations

from dataclasses import dataclass

from ...episodes.layout import Layout


@dataclass(frozen=True)
class Assumption:
    """One thing taken for granted about a source, and what it was taken from."""

    what: str
    value: str
    why: str

    def __str__(self) -> str:
        return f'{self.what}: {self.value} ({self.why})'


@dataclass(frozen=True)
class Overrides:
    """What the user says of the sources; None where it is to be found out."""

    layout: Layout | None = None
    color_order: str | None = None
    action_names: tuple[str, ...] | None = None
    rate: float | None = None
    """Frames per second of a source without times [Hz]."""
    instruction: str | None = None
    scenario: str | None = None
    keep_artificial: bool = False
    """Whether rows that nobody drove stay."""


USER = 'as you said'
