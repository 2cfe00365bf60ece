# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Preprocessed frames of a data folder in one memory-mapped file.

Each frame is decoded once, through the same `Preprocessing` that serving uses, and then costs a
copy. Labels (actions, instructions) lie beside the frames, so the episodes are opened only to
build the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.episodes.reader import Episode
from mobile_vla_core.errors import EpisodeError, ImageFormatError, MobileVlaError
from mobile_vla_core.images import Preprocessing

from .cadence import common_step_period, select_frames

INDEX_FILE = 'index.json'
FRAMES_FILE = 'frames.npy'
ACTIONS_FILE = 'actions.npy'
FORMAT = 1


@dataclass(frozen=True)
class CachedEpisode:
    """One episode's rows in the cache."""

    name: str
    instruction: str
    scenario: str
    start: int
    """First row."""
    length: int
    """Rows: frames at the step period."""

    @property
    def rows(self) -> slice:
        """The episode's rows."""
        return slice(self.start, self.start + self.length)


@dataclass(frozen=True)
class FrameCache:
    """
    All frames and labels of a data folder at one cadence.

    :param frames: shape (N, H, W_px, 3) uint8 RGB, memory-mapped and read-only
    :param actions: shape (N, 4) float32, row t in force from the capture of frame t
    :param step_period: time between rows of an episode [s]
    :param camera: name of the camera
    :param data_fingerprint: SHA-256 over the episodes' names, instructions, stamps and actions
    """

    frames: NDArray[np.uint8]
    actions: NDArray[np.float32]
    episodes: tuple[CachedEpisode, ...]
    step_period: float
    camera: str
    data_fingerprint: str

    def select(self, names: Sequence[str]) -> list[CachedEpisode]:
        """Return the episodes of these file names, in the given order."""
        by_name = {episode.name: episode for episode in self.episodes}
        return [by_name[name] for name in names]


def open_cache(
    folder: Path,
    paths: Sequence[Path],
    preprocessing: Preprocessing,
    *,
    camera: str = '',
    step_period: float = 0.0,
    progress: Callable[[Sequence[Path]], Sequence[Path]] = lambda paths: paths,
) -> FrameCache:
    """
    Open the cache, building it when it is absent or of other episodes or settings.

    :param folder: of the cache, created when absent
    :param paths: episode files
    :param camera: '' takes each episode's primary camera
    :param step_period: 0 takes the episodes' own [s]
    :param progress: wraps the episodes while they are read
    :raises EpisodeError: if an episode cannot be used; it is named
    :raises ConfigError: if an episode has another cadence
    """
    request = {
        'format': FORMAT,
        'preprocessing': preprocessing.to_dict(),
        'camera': camera,
        'step_period': step_period,
        'episodes': [[path.name, path.stat().st_size, path.stat().st_mtime_ns] for path in paths],
    }
    fingerprint = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
    index = _read_index(folder)
    if index.get('fingerprint') != fingerprint:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / INDEX_FILE).unlink(missing_ok=True)
        index = _build(folder, paths, preprocessing, camera, step_period, progress)
        index['fingerprint'] = fingerprint
        temporary = folder / f'{INDEX_FILE}.part'
        temporary.write_text(json.dumps(index), encoding='utf-8')
        temporary.rename(folder / INDEX_FILE)
    return FrameCache(
        frames=np.load(folder / FRAMES_FILE, mmap_mode='r'),
        actions=np.load(folder / ACTIONS_FILE),
        episodes=tuple(CachedEpisode(**row) for row in index['episodes']),
        step_period=index['step_period'],
        camera=index['camera'],
        data_fingerprint=index['data_fingerprint'],
    )


def _read_index(folder: Path) -> dict[str, Any]:
    try:
        return json.loads((folder / INDEX_FILE).read_text(encoding='utf-8'))
    except (OSError, ValueError):
        return {}


def _build(
    folder: Path,
    paths: Sequence[Path],
    preprocessing: Preprocessing,
    camera: str,
    step_period: float,
    progress: Callable[[Sequence[Path]], Sequence[Path]],
) -> dict[str, Any]:
    readings = [_Reading.of(path, camera) for path in paths]
    cameras = {reading.camera for reading in readings}
    if len(cameras) > 1:
        raise EpisodeError(
            f'the episodes have different primary cameras ({", ".join(sorted(cameras))}): '
            f'choose one with data.camera'
        )
    step_period = step_period or common_step_period({r.path.name: r.period for r in readings})
    chosen = [select_frames(r.stamps, step_period, r.path.name) for r in readings]
    starts = np.concatenate([[0], np.cumsum([len(indices) for indices in chosen])]).tolist()
    frames = np.lib.format.open_memmap(
        folder / FRAMES_FILE,
        mode='w+',
        dtype=np.uint8,
        shape=(starts[-1], preprocessing.height, preprocessing.width, 3),
    )
    for path, indices, start in zip(progress(paths), chosen, starts, strict=False):
        _fill(frames[start : start + len(indices)], path, indices, preprocessing, camera)
    frames.flush()
    actions = [r.actions[indices] for r, indices in zip(readings, chosen, strict=True)]
    np.save(folder / ACTIONS_FILE, np.concatenate(actions).astype(np.float32))
    digest = hashlib.sha256()
    for reading in readings:
        reading.update(digest)
    rows = [
        CachedEpisode(r.path.name, r.instruction, r.scenario, start, len(indices))
        for r, indices, start in zip(readings, chosen, starts, strict=False)
    ]
    return {
        'step_period': step_period,
        'camera': cameras.pop(),
        'data_fingerprint': digest.hexdigest(),
        'episodes': [asdict(row) for row in rows],
    }


@dataclass(frozen=True)
class _Reading:
    """What an episode says besides its pictures."""

    path: Path
    camera: str
    instruction: str
    scenario: str
    stamps: NDArray[np.float64]
    actions: NDArray[np.float32]
    period: float

    @classmethod
    def of(cls, path: Path, camera: str) -> _Reading:
        with _naming(path), Episode(path) as episode:
            reading = cls(
                path=path,
                camera=camera or episode.primary_camera,
                instruction=episode.instruction,
                scenario=episode.scenario,
                stamps=episode.stamps(camera or None),
                actions=episode.actions,
                period=episode.frame_period,
            )
        if len(reading.stamps) == 0 or len(reading.actions) != len(reading.stamps):
            raise EpisodeError(
                f'{path.name} has {len(reading.stamps)} frames and {len(reading.actions)} '
                f'actions: expected at least one frame and an action for each'
            )
        if not np.isfinite(reading.actions).all():
            raise EpisodeError(f'{path.name} holds actions that are NaN or infinity: leave it out')
        return reading

    def update(self, digest: Any) -> None:
        for part in (self.path.name, self.instruction, self.scenario):
            digest.update(part.encode() + b'\0')
        digest.update(self.stamps.tobytes())
        digest.update(self.actions.tobytes())


def _fill(
    rows: NDArray[np.uint8],
    path: Path,
    indices: NDArray[np.int64],
    preprocessing: Preprocessing,
    camera: str,
) -> None:
    with _naming(path), Episode(path) as episode:
        for row, t in enumerate(indices.tolist()):
            try:
                rows[row] = preprocessing(episode.jpeg(t, camera or None))
            except ImageFormatError as error:
                raise EpisodeError(f'frame {t}: {error}') from error


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Make every fault while reading an episode name that episode."""
    try:
        yield
    except (MobileVlaError, OSError, KeyError, ValueError) as error:
        text = ' '.join(str(error).split())
        if isinstance(error, MobileVlaError) and path.name in text:
            raise
        raise EpisodeError(f'{path.name} cannot be read: {text}') from error
