# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What became of an unfinished episode."""

from __future__ import annotations

from dataclasses import asdict, dataclass
import json
from pathlib import Path


@dataclass(frozen=True)
class RecoveryReport:
    """What became of one unfinished file."""

    part: Path
    """The unfinished file, where it is kept now."""
    path: Path | None
    """The recovered episode, None when there is none."""
    frames: dict[str, int]
    """Recovered frames of each camera."""
    commands: int
    lost: tuple[str, ...]
    """What could not be recovered, a sentence each; nothing acknowledged when empty."""

    @property
    def text(self) -> str:
        """The report in one line."""
        counts = ', '.join(f'{name} {count} frames' for name, count in self.frames.items())
        lost = '; '.join(self.lost) or 'nothing acknowledged is lost'
        if self.path is None:
            return f'{self.part.name}: no episode recovered: {lost}'
        return f'{self.path.name}: recovered {counts}, {self.commands} commands; {lost}'

    def to_json(self) -> str:
        """Return the report as one line."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> RecoveryReport:
        """Rebuild what `to_json` gave."""
        values = json.loads(text)
        return cls(
            part=Path(values['part']),
            path=Path(values['path']) if values['path'] else None,
            frames=values['frames'],
            commands=values['commands'],
            lost=tuple(values['lost']),
        )
