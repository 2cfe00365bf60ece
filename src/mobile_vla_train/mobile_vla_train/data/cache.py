# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Frames and labels of a data folder, with the frames in a memory-mapped file or without.

In the cache each frame is decoded once, through the same `Preprocessing` that serving uses, and
then costs a copy. A cache folder is shared by runs and by the processes of a run: a lock lets one
of them build while the others wait, and a finished cache appears under its fingerprint at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
import fcntl
import hashlib
import json
from pathlib import Path
import shutil

import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.episodes.labels import CachedEpisode, Labels, read_labels
from mobile_vla_core.errors import ConfigError
from mobile_vla_core.images import Preprocessing

from ..byte_size import format_bytes
from .cache_file import build_frames, frames_checksums, FRAMES_FILE, read_index, write_index
from .checked_mark import CheckedMark
from .frames import DecodedFrames, MappedFrames

FORMAT = 2
LOCK_FILE = 'lock'
UNFINISHED = '.part'

__all__ = ['CachedEpisode', 'FrameCache', 'open_cache', 'open_uncached']


@dataclass(frozen=True)
class FrameCache:
    """
    All frames and labels of a data folder at one cadence.

    :param frames: shape (N, H, W_px, 3) uint8 RGB, by rows
    :param actions: shape (N, 4) float32, row t in force from the capture of frame t
    :param stamps: capture times, shape (N,) [s]
    :param step_period: time between rows of an episode [s]
    :param camera: name of the camera
    :param data_fingerprint: SHA-256 over the episodes' names, instructions, stamps and actions
    """

    frames: MappedFrames | DecodedFrames
    actions: NDArray[np.float32]
    stamps: NDArray[np.float64]
    episodes: tuple[CachedEpisode, ...]
    step_period: float
    camera: str
    data_fingerprint: str

    @classmethod
    def of(cls, frames: MappedFrames | DecodedFrames, labels: Labels) -> FrameCache:
        """Join frames and their labels."""
        return cls(
            frames=frames,
            actions=labels.actions,
            stamps=labels.stamps,
            episodes=labels.episodes,
            step_period=labels.step_period,
            camera=labels.camera,
            data_fingerprint=labels.data_fingerprint,
        )

    def select(self, names: Sequence[str]) -> list[CachedEpisode]:
        """Return the episodes of these file names, in the given order, each with all its parts."""
        by_name: dict[str, list[CachedEpisode]] = {}
        for episode in self.episodes:
            by_name.setdefault(episode.name, []).append(episode)
        return [episode for name in names for episode in by_name[name]]


def open_uncached(
    paths: Sequence[Path],
    preprocessing: Preprocessing,
    *,
    camera: str = '',
    step_period: float = 0.0,
) -> FrameCache:
    """Read frames from the episode files whenever they are needed; else as `open_cache`."""
    labels = read_labels(paths, camera, step_period)
    return FrameCache.of(DecodedFrames(paths, labels, preprocessing), labels)


def open_cache(
    folder: Path,
    paths: Sequence[Path],
    preprocessing: Preprocessing,
    *,
    camera: str = '',
    step_period: float = 0.0,
    progress: Callable[[Sequence[Path]], Sequence[Path]] = lambda paths: paths,
    announce: Callable[[str], None] = lambda text: None,
) -> FrameCache:
    """
    Open the cache, building it when it is absent, damaged, or of other episodes or settings.

    Caches of other fingerprints in the folder are removed after building, unless a run uses them.

    :param folder: of the cache, created when absent
    :param paths: episode files
    :param camera: '' takes each episode's primary camera
    :param step_period: 0 takes the episodes' own [s]
    :param progress: wraps the episodes while they are decoded
    :param announce: is told what is about to take long, in one sentence
    :raises EpisodeError: if an episode cannot be used; it is named
    :raises ConfigError: if an episode has another cadence, or there is no room for the cache
    """
    folder = Path(folder)
    labels = read_labels(paths, camera, step_period)
    shape = (len(labels.actions), preprocessing.height, preprocessing.width, 3)
    fingerprint = _fingerprint(paths, preprocessing, labels)
    home = folder / fingerprint
    frames_file = home / FRAMES_FILE
    mark = CheckedMark(home)
    with _locked(folder, announce):
        index = read_index(home)
        known = bool(index) and mark.is_set()
        if not known and (not index or index != frames_checksums(frames_file, labels, shape)):
            if index is not None:
                announce(f'the cache in {folder} is damaged: building it again')
            _build(home, paths, preprocessing, labels, shape, progress, announce)
            _remove_others(folder, home)
        mark.set()
        frames = MappedFrames(frames_file, shape)
    return FrameCache.of(frames, labels)


def _fingerprint(paths: Sequence[Path], preprocessing: Preprocessing, labels: Labels) -> str:
    """Name what the frames are made of; files are told apart by size and time of change."""
    request = {
        'format': FORMAT,
        'preprocessing': preprocessing.to_dict(),
        'camera': labels.camera,
        'frames': hashlib.sha256(labels.frame_numbers.tobytes()).hexdigest(),
        'episodes': [[path.name, path.stat().st_size, path.stat().st_mtime_ns] for path in paths],
    }
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()[:16]


@contextmanager
def _locked(folder: Path, announce: Callable[[str], None]) -> Iterator[None]:
    """Let one process at a time look at the folder or build in it; the kernel frees the lock."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOCK_FILE).open('w') as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                announce(f'waiting for another process that prepares the cache in {folder}')
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise ConfigError(
            f'the cache {folder} cannot be written ({error.strerror or error}): '
            f'choose another --cache, or set data.cache=none'
        ) from error


def _build(
    home: Path,
    paths: Sequence[Path],
    preprocessing: Preprocessing,
    labels: Labels,
    shape: tuple[int, ...],
    progress: Callable[[Sequence[Path]], Sequence[Path]],
    announce: Callable[[str], None],
) -> None:
    """Build beside the final place and move there: what has the final name is whole."""
    needed, folder = int(np.prod(shape)), home.parent
    for leftover in folder.glob(f'*{UNFINISHED}'):  # of a process that was killed
        shutil.rmtree(leftover)
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise ConfigError(
            f'the cache needs {format_bytes(needed)} in {folder}, where {format_bytes(free)} are '
            f'free: choose another --cache, or set data.cache=none'
        )
    announce(
        f'decoding {shape[0]} frames into {folder}: {format_bytes(needed)} of '
        f'{format_bytes(free)} that are free'
    )
    unfinished = home.with_suffix(UNFINISHED)
    try:
        unfinished.mkdir()
        checksums = build_frames(
            unfinished / FRAMES_FILE, paths, labels, preprocessing, shape, progress
        )
        write_index(unfinished, checksums)
        if home.exists():
            shutil.rmtree(home)
        unfinished.rename(home)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _remove_others(folder: Path, home: Path) -> None:
    for other in folder.glob(f'*/{FRAMES_FILE}'):
        if other.parent == home:
            continue
        with other.open('rb') as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            shutil.rmtree(other.parent)
