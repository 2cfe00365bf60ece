# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Preprocessed frames by row: from a memory-mapped file, or decoded when asked for.

Both give the same bytes, and both may be handed to loading processes, forked or spawned: what is
open is not sent along but opened anew where it is needed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
import fcntl
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.episodes.labels import Labels, naming
from mobile_vla_core.episodes.reader import Episode
from mobile_vla_core.errors import EpisodeError, ImageFormatError
from mobile_vla_core.images import Preprocessing

OPEN_EPISODES = 64
"""Files that one process keeps open at once."""


class MappedFrames:
    """
    Rows of a raw file of frames.

    As long as it is open the file is locked for sharing, so that nobody removes it.

    :param path: of the file
    :param shape: (N, H, W_px, 3)
    """

    def __init__(self, path: Path, shape: tuple[int, ...]) -> None:
        self.path = Path(path)
        self.shape = tuple(shape)
        self._file: BinaryIO | None = None
        self._pixels: NDArray[np.uint8] | None = None
        self._map()

    def __len__(self) -> int:
        return self.shape[0]

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, '_file': None, '_pixels': None}

    def __getitem__(self, rows: slice | NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return frames, shape (T, H, W_px, 3) uint8 RGB; a read-only view for a slice."""
        return self._map()[rows]

    def _map(self) -> NDArray[np.uint8]:
        if self._pixels is None:
            self._file = self.path.open('rb')
            fcntl.flock(self._file, fcntl.LOCK_SH)
            self._pixels = np.memmap(self._file, np.uint8, 'r', shape=self.shape)
        return self._pixels


class DecodedFrames:
    """
    Rows decoded from the episode files when they are asked for.

    :param paths: episode files
    :param labels: which frame of which episode each row is
    :param preprocessing: what is made of each frame
    """

    def __init__(
        self, paths: Sequence[Path], labels: Labels, preprocessing: Preprocessing
    ) -> None:
        self.shape = (len(labels.frame_numbers), preprocessing.height, preprocessing.width, 3)
        self._paths = {path.name: path for path in paths}
        self._names = [episode.name for episode in labels.episodes]
        self._starts = np.array([episode.start for episode in labels.episodes])
        self._numbers = labels.frame_numbers
        self._camera = labels.camera
        self._preprocessing = preprocessing
        self._open: OrderedDict[str, Episode] = OrderedDict()

    def __len__(self) -> int:
        return self.shape[0]

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, '_open': OrderedDict()}

    def __getitem__(self, rows: slice | NDArray[np.int64]) -> NDArray[np.uint8]:
        """
        Return frames, shape (T, H, W_px, 3) uint8 RGB; one asked for twice is decoded once.

        :raises EpisodeError: if a frame cannot be decoded; episode and frame are named
        """
        wanted = np.arange(len(self))[rows]
        frames = np.empty((len(wanted), *self.shape[1:]), np.uint8)
        for place, row in enumerate(wanted.tolist()):
            if place and row == wanted[place - 1]:
                frames[place] = frames[place - 1]
            else:
                frames[place] = self._decode(row)
        return frames

    def _decode(self, row: int) -> NDArray[np.uint8]:
        name = self._names[int(np.searchsorted(self._starts, row, side='right')) - 1]
        with naming(self._paths[name]):
            episode = self._episode(name)
            return decode_frame(
                episode, int(self._numbers[row]), self._camera, self._preprocessing
            )

    def _episode(self, name: str) -> Episode:
        if name not in self._open:
            self._open[name] = Episode(self._paths[name])
            if len(self._open) > OPEN_EPISODES:
                self._open.popitem(last=False)[1].close()
        self._open.move_to_end(name)
        return self._open[name]


def decode_frame(
    episode: Episode, number: int, camera: str, preprocessing: Preprocessing
) -> NDArray[np.uint8]:
    """Return one preprocessed frame; a damaged one is named by its number."""
    try:
        return preprocessing(episode.jpeg(number, camera))
    except ImageFormatError as error:
        raise EpisodeError(f'frame {number}: {error}') from error
