# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What became of a damaged episode, frame by frame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
import json
from pathlib import Path
from typing import Any

RAW_REASON = 'not for training: stamps or actions were lost, those in this file are made up'


@dataclass
class CameraReport:
    """What became of the frames of one camera."""

    frames: int = 0
    """As many the file says that it has, or were found."""
    recovered: int = 0
    lost: dict[int, str] = field(default_factory=dict)
    """Frame -> why it is not in the new file."""

    def sentences(self, name: str) -> Iterable[str]:
        """Yield a sentence for each run of frames lost for one reason."""
        for reason, entries in groupby(sorted(self.lost.items()), key=lambda entry: entry[1]):
            frames = [frame for frame, _ in entries]
            for _, run in groupby(enumerate(frames), key=lambda entry: entry[1] - entry[0]):
                numbers = [number for _, number in run]
                last = f' to {numbers[-1]}' if len(numbers) > 1 else ''
                yield f'{name}: frame {numbers[0]}{last} is lost: {reason}'


@dataclass
class SalvageReport:
    """What became of one file."""

    source: Path
    target: Path | None = None
    """The new file; None when there is nothing to repair, or nothing to recover."""
    cameras: dict[str, CameraReport] = field(default_factory=dict)
    commands: int = 0
    notes: list[str] = field(default_factory=list)
    """What else was lost, a sentence each."""
    mended: list[str] = field(default_factory=list)
    """What was put right without a loss, a sentence each."""
    raw: bool = False
    """Whether stamps or actions are made up, so that the new file is not for training."""
    sound: bool = False
    """Whether there is nothing to repair."""

    @property
    def recovered(self) -> int:
        """Frames in the new file."""
        return sum(camera.recovered for camera in self.cameras.values())

    @property
    def lost(self) -> list[str]:
        """Everything that is lost, a sentence each."""
        frames = [s for name, camera in self.cameras.items() for s in camera.sentences(name)]
        return [*frames, *self.notes]

    @property
    def is_lossy(self) -> bool:
        """Whether the new file lacks something, or must not be trained on."""
        return bool(self.lost) or self.raw

    @property
    def lines(self) -> list[str]:
        """The report in words."""
        if self.sound:
            return [f'{self.source.name}: nothing to repair, {self.recovered} frames are sound']
        if self.target is None:
            return [f'{self.source.name}: nothing can be recovered', *self._indented()]
        counts = ', '.join(
            f'{name} {camera.recovered} of {camera.frames} frames'
            for name, camera in self.cameras.items()
        )
        head = f'{self.source.name}: recovered {counts}, {self.commands} commands'
        return [f'{head} -> {self.target}', *self._indented()]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            'source': str(self.source),
            'target': None if self.target is None else str(self.target),
            'sound': self.sound,
            'raw': self.raw,
            'frames': sum(camera.frames for camera in self.cameras.values()),
            'recovered': self.recovered,
            'commands': self.commands,
            'cameras': {
                name: {
                    'frames': camera.frames,
                    'recovered': camera.recovered,
                    'lost': {str(frame): reason for frame, reason in camera.lost.items()},
                }
                for name, camera in self.cameras.items()
            },
            'notes': self.notes,
            'mended': self.mended,
        }

    @classmethod
    def from_json(cls, text: str) -> SalvageReport:
        """Rebuild what a process printed."""
        values = json.loads(text)
        cameras = {
            name: CameraReport(
                camera['frames'],
                camera['recovered'],
                {int(frame): reason for frame, reason in camera['lost'].items()},
            )
            for name, camera in values['cameras'].items()
        }
        return cls(
            source=Path(values['source']),
            target=Path(values['target']) if values['target'] else None,
            cameras=cameras,
            commands=values['commands'],
            notes=values['notes'],
            mended=values['mended'],
            raw=values['raw'],
            sound=values['sound'],
        )

    def _indented(self) -> list[str]:
        sentences = [*self.lost, *self.mended]
        if self.raw and self.target is not None:
            sentences.append(RAW_REASON)
        return [f'  {sentence}' for sentence in sentences]
