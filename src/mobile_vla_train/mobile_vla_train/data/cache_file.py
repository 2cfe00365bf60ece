# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The files of a cache: raw frames, and an index with a checksum of each episode's frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
import json
import os
from pathlib import Path
import zlib

import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.episodes.labels import CachedEpisode, Labels, naming
from mobile_vla_core.episodes.reader import Episode
from mobile_vla_core.images import Preprocessing

from .frames import decode_frame

FRAMES_FILE = 'frames.raw'
INDEX_FILE = 'index.json'
_BLOCK = 1 << 18
"""Bytes that are read at once for a checksum."""


def build_frames(
    file: Path,
    paths: Sequence[Path],
    labels: Labels,
    preprocessing: Preprocessing,
    shape: tuple[int, ...],
    progress: Callable[[Sequence[Path]], Sequence[Path]],
) -> list[int]:
    """
    Decode every row of every episode into a file, on all cores: decoding frees the interpreter.

    Written with `pwrite` and not through a mapping, where a full disk would kill the process.

    :return: the checksum of each of `labels.episodes`
    :raises EpisodeError: if a frame cannot be decoded; episode and frame are named
    :raises OSError: if the disk is full
    """
    frame_bytes = int(np.prod(shape[1:]))
    parts: dict[str, list[CachedEpisode]] = {path.name: [] for path in paths}
    for part in labels.episodes:
        parts[part.name].append(part)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)

    def decode(path: Path) -> list[int]:
        checksums = []
        for part in parts[path.name]:
            checksum, position = 0, part.start * frame_bytes
            for frame in _decoded(path, part, labels, preprocessing):
                pixels = memoryview(frame).cast('B')
                _write(descriptor, pixels, position)
                position += frame_bytes
                checksum = zlib.crc32(pixels, checksum)
            checksums.append(checksum)
        return checksums

    threads = ThreadPoolExecutor(_cores())
    try:
        results = threads.map(decode, paths)
        found = [sums for _, sums in zip(progress(paths), results, strict=False)]
        os.fsync(descriptor)
    finally:
        threads.shutdown(cancel_futures=True)
        os.close(descriptor)
    return [checksum for checksums in found for checksum in checksums]


def frames_checksums(file: Path, labels: Labels, shape: tuple[int, ...]) -> list[int]:
    """
    Return the checksum of each episode's frames as they lie on the disk.

    :return: empty when the file is absent or of another size
    """
    frame_bytes = int(np.prod(shape[1:]))
    try:
        if file.stat().st_size != shape[0] * frame_bytes:
            return []
        with file.open('rb') as stream, ThreadPoolExecutor(_cores()) as threads:
            descriptor = stream.fileno()
            return list(
                threads.map(
                    lambda part: _checksum(
                        descriptor, part.start * frame_bytes, part.length * frame_bytes
                    ),
                    labels.episodes,
                )
            )
    except FileNotFoundError:
        return []


def write_index(folder: Path, checksums: Sequence[int]) -> None:
    """Write the checksums beside the frames, on the disk when this returns."""
    with (folder / INDEX_FILE).open('w', encoding='utf-8') as stream:
        json.dump({'crc32': list(checksums)}, stream)
        stream.flush()
        os.fsync(stream.fileno())


def read_index(folder: Path) -> list[int] | None:
    """Return the checksums beside the frames; None when there is no cache, empty if damaged."""
    try:
        return list(json.loads((folder / INDEX_FILE).read_text(encoding='utf-8'))['crc32'])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _decoded(
    path: Path, part: CachedEpisode, labels: Labels, preprocessing: Preprocessing
) -> Iterator[NDArray[np.uint8]]:
    with naming(path), Episode(path) as episode:
        for number in labels.frame_numbers[part.rows].tolist():
            yield decode_frame(episode, number, labels.camera, preprocessing)


def _write(descriptor: int, pixels: memoryview, position: int) -> None:
    while len(pixels):
        written = os.pwrite(descriptor, pixels, position)
        pixels, position = pixels[written:], position + written


def _checksum(descriptor: int, position: int, count: int) -> int:
    checksum = 0
    while count:
        block = os.pread(descriptor, min(count, _BLOCK), position)
        if not block:
            return -1
        checksum = zlib.crc32(block, checksum)
        position, count = position + len(block), count - len(block)
    return checksum


def _cores() -> int:
    return len(os.sched_getaffinity(0))
