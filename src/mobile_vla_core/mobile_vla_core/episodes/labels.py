# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""All that episodes say besides their pictures, at one cadence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..action_space import ACTION_UNITS, VELOCITY_DIM
from ..errors import EpisodeError, MobileVlaError, SchemaMismatchError
from . import schema
from .alignment import align_actions
from .cadence import common_step_period, contiguous_parts
from .reader import Episode


@dataclass(frozen=True)
class CachedEpisode:
    """Consecutive rows of one episode: the whole of it, or a part between lost frames."""

    name: str
    instruction: str
    scenario: str
    start: int
    """First row."""
    length: int
    """Rows: frames at the step period."""
    part: int = 0
    """Counted from 0 within the episode."""

    @property
    def rows(self) -> slice:
        """The episode's rows."""
        return slice(self.start, self.start + self.length)


@dataclass(frozen=True)
class Labels:
    """
    The rows of all episodes, without their pictures.

    :param episodes: in the order of the files
    :param frame_numbers: which frame of its recording each row is, shape (N,)
    :param stamps: capture times, shape (N,) [s]
    :param actions: shape (N, 4) float32, row t in force from the capture of frame t
    :param step_period: time between rows of an episode [s]
    :param camera: name of the camera
    :param data_fingerprint: SHA-256 over the episodes' names, instructions, stamps and actions
    """

    episodes: tuple[CachedEpisode, ...]
    frame_numbers: NDArray[np.int64]
    stamps: NDArray[np.float64]
    actions: NDArray[np.float32]
    step_period: float
    camera: str
    data_fingerprint: str


def read_labels(paths: Sequence[Path], camera: str = '', step_period: float = 0.0) -> Labels:
    """
    Read every episode's stamps, commands and instruction.

    :param paths: episode files
    :param camera: '' takes each episode's primary camera
    :param step_period: 0 takes the episodes' own [s]
    :raises EpisodeError: if an episode cannot be used; it is named
    :raises ConfigError: if an episode has another cadence
    """
    return labels_of([Recording.of(path, camera) for path in paths], step_period)


def labels_of(recordings: Sequence[Recording], step_period: float = 0.0) -> Labels:
    """
    Put the recordings of some episodes together, as `read_labels` does.

    :param step_period: 0 takes the episodes' own [s]
    :raises EpisodeError: if they do not fit together
    :raises ConfigError: if an episode has another cadence
    """
    cameras = {recording.camera: recording.path.name for recording in recordings}
    if len(cameras) > 1:
        names = sorted(cameras)
        raise EpisodeError(
            f'the episodes have different primary cameras ({", ".join(names)}), such as '
            f'{cameras[names[0]]} and {cameras[names[1]]}: choose one with data.camera'
        )
    step_period = step_period or common_step_period({r.path.name: r.period for r in recordings})
    episodes: list[CachedEpisode] = []
    numbers, actions, start = [], [], 0
    for recording in recordings:
        parts = contiguous_parts(recording.stamps, step_period, recording.path.name)
        actions += recording.actions_at(parts, step_period)
        numbers += parts
        for place, part in enumerate(parts):
            text, scenario = recording.instruction, recording.scenario
            name, length = recording.path.name, len(part)
            episodes.append(CachedEpisode(name, text, scenario, start, length, place))
            start += length
    stamps = {recording.path.name: recording.stamps for recording in recordings}
    digest = hashlib.sha256()
    for recording in recordings:
        recording.update(digest)
    return Labels(
        episodes=tuple(episodes),
        frame_numbers=np.concatenate(numbers),
        stamps=np.concatenate(
            [stamps[e.name][part] for e, part in zip(episodes, numbers, strict=True)]
        ),
        actions=np.concatenate(actions).astype(np.float32),
        step_period=step_period,
        camera=cameras.popitem()[0],
        data_fingerprint=digest.hexdigest(),
    )


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Make every fault while reading an episode an `EpisodeError` that names that episode."""
    try:
        yield
    except (MobileVlaError, OSError, KeyError, ValueError, RuntimeError) as error:
        text = ' '.join(str(error).split())
        if isinstance(error, MobileVlaError) and path.name in text:
            raise
        raise EpisodeError(f'{path.name} cannot be read: {text}') from error


@dataclass(frozen=True)
class Recording:
    """The labels of one file at the camera's own cadence."""

    path: Path
    camera: str
    instruction: str
    scenario: str
    stamps: NDArray[np.float64]
    actions: NDArray[np.float32]
    period: float
    commands: dict[str, NDArray[Any]]

    @classmethod
    def of(cls, path: Path, camera: str) -> Recording:
        """
        Read one episode.

        :param camera: '' takes the primary one
        :raises EpisodeError: if it cannot be used; it is named
        """
        with naming(path), Episode(path) as episode:
            recording = cls(
                path=path,
                camera=camera or episode.primary_camera,
                instruction=episode.instruction,
                scenario=episode.scenario,
                stamps=episode.stamps(camera or None),
                actions=episode.actions,
                period=episode.frame_period,
                commands=_commands(episode),
            )
            units = episode.attributes.get('action_units', ','.join(ACTION_UNITS))
            primary = episode.primary_camera
            unfit = [text for _, kind, text in episode.events if kind == schema.UNFIT_EVENT]
        if unfit:
            raise EpisodeError(f'{path.name} is {unfit[-1]}; leave it out')
        if units != ','.join(ACTION_UNITS):
            raise SchemaMismatchError(
                f'{path.name} has actions in {units}, expected {",".join(ACTION_UNITS)}: '
                f'convert them, or leave the episode out'
            )
        if recording.camera != primary:
            recording = recording._aligned_to_its_camera()
        recording._check()
        return recording

    def _check(self) -> None:
        name = self.path.name
        if len(self.stamps) == 0 or len(self.actions) != len(self.stamps):
            raise EpisodeError(
                f'{name} has {len(self.stamps)} frames and {len(self.actions)} '
                f'actions: expected at least one frame and an action for each'
            )
        if not np.isfinite(self.actions).all() or not np.isfinite(self.commands['twist']).all():
            raise EpisodeError(f'{name} holds actions that are NaN or infinity: leave it out')
        if not np.isfinite(self.stamps).all() or not np.isfinite(self.commands['stamp']).all():
            raise EpisodeError(f'{name} holds stamps that are NaN or infinity: leave it out')

    def _aligned_to_its_camera(self) -> Recording:
        """Return the same with an action for each frame of a camera that is not the primary."""
        actions = self._align(self.stamps)
        period = float(np.median(np.diff(self.stamps))) if len(self.stamps) > 1 else float('nan')
        return Recording(**{**vars(self), 'actions': actions, 'period': period})

    def actions_at(
        self, parts: Sequence[NDArray[np.int64]], step_period: float
    ) -> list[NDArray[np.float32]]:
        """
        Return the actions of chosen frames, shape (N, 4) for each part.

        When all frames are chosen these are the recorded rows. Else the native commands are
        aligned anew by the schema's rule, a step lasting from a chosen frame to the next; the
        last one of a part lasts one step period, unless it is the last of the recording.
        """
        if len(parts) == 1 and len(parts[0]) == len(self.stamps):
            return [self.actions]
        aligned = []
        for part in parts:
            ends = part[-1] == len(self.stamps) - 1
            stamps = self.stamps[part]
            bound = [] if ends else [stamps[-1] + step_period]
            aligned.append(self._align(np.append(stamps, bound))[: len(part)])
        return aligned

    def _align(self, stamps: NDArray[np.float64]) -> NDArray[np.float32]:
        commands = self.commands
        return align_actions(
            stamps, commands['stamp'], commands['twist'], commands['action_type']
        )[0]

    def update(self, digest: Any) -> None:
        """Add what it says to a digest."""
        for part in (self.path.name, self.instruction, self.scenario):
            digest.update(part.encode() + b'\0')
        digest.update(self.stamps.tobytes())
        digest.update(self.actions.tobytes())


def _commands(episode: Episode) -> dict[str, NDArray[Any]]:
    """Return the native commands; in an imported episode without any, its aligned actions."""
    commands = episode.commands
    if len(commands['stamp']) or not len(episode.actions):
        return commands
    actions = episode.actions
    return {
        'stamp': episode.action_stamps,
        'twist': actions[:, :VELOCITY_DIM],
        'action_type': actions[:, VELOCITY_DIM].astype(np.int64),
    }
