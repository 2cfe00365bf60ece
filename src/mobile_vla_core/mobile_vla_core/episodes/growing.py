# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Datasets that grow by rows, written through HDF5's low-level interface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import h5py
from h5py import h5s, h5t
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import EpisodeError
from .schema import Column

CHUNK_ROWS = 512
CHUNK_BYTES = 32 * 1024
"""A chunk of a table has so many rows, fewer where they would take more bytes."""
CHUNKS = 8180
"""
More chunks than these a dataset may not have. Beyond, HDF5's index of them (an extensible array)
has blocks of more than one page, 512 entries of 8 bytes, which a crash may tear.
"""


class GrowingDataset:
    """
    One dataset that is appended to and flushed.

    The low-level calls cost about a third of `dataset[a:b] = value`, which counts here: a frame
    takes four appends. What they need again and again, a type and two data spaces, is kept: that
    saves a third.
    """

    def __init__(self, group: h5py.Group, column: Column, chunk_rows: int = 0) -> None:
        self.name = column.name
        self._dtype = np.dtype(column.dtype)
        self._tail = column.shape(0)[1:]
        row_bytes = self._dtype.itemsize * (column.width or 1)
        rows = chunk_rows or min(CHUNK_ROWS, max(CHUNK_BYTES // row_bytes, 8))
        self._most_rows = CHUNKS * rows
        self._dataset = group.create_dataset(
            column.name,
            column.shape(0),
            maxshape=(None, *self._tail),
            dtype=self._dtype,
            chunks=(rows, *self._tail),
        )
        self._id = self._dataset.id
        self._origin = (0,) * len(self._tail)
        self._type = h5t.py_create(self._dtype)
        self._limits = (h5s.UNLIMITED, *self._tail)
        self._target = self._id.get_space()
        self._one_row = h5s.create_simple((1, *self._tail))

    def write(self, start: int, rows: ArrayLike) -> None:
        """
        Write rows, shape (n, width) or (n,), at `start`, growing to their end, and flush.

        :raises EpisodeError: if there would be more rows than are safe; nothing is written
        """
        values = np.ascontiguousarray(rows, dtype=self._dtype)
        if start + len(values) > self._most_rows:
            raise EpisodeError(
                f'the episode is full: {self.name} holds {self._most_rows} rows at most, '
                f'start another episode'
            )
        extent = (start + len(values), *self._tail)
        self._id.set_extent(extent)
        self._target.set_extent_simple(extent, self._limits)
        self._target.select_hyperslab((start, *self._origin), values.shape)
        source = self._one_row if len(values) == 1 else h5s.create_simple(values.shape)
        self._id.write(source, self._target, values, self._type)
        self._id.flush()

    def read(self, count: int) -> NDArray[Any]:
        """Return the first `count` rows."""
        return self._dataset[:count]


class GrowingTable:
    """Datasets of equal length; a row exists once its last column is flushed."""

    def __init__(self, group: h5py.Group, columns: Sequence[Column]) -> None:
        self.count = 0
        self._columns = [GrowingDataset(group, column) for column in columns]

    @property
    def names(self) -> list[str]:
        """Names of the columns, in order."""
        return [column.name for column in self._columns]

    def append(self, *values: Any) -> None:
        """Append one row, a value per column in order."""
        self.extend(*([value] for value in values))

    def extend(self, *columns: Sequence[Any]) -> None:
        """Append rows, a sequence per column in order."""
        if len(columns[0]) == 0:
            return
        for dataset, values in zip(self._columns, columns, strict=True):
            dataset.write(self.count, values)
        self.count += len(columns[0])

    def read(self, name: str) -> NDArray[Any]:
        """Return a column."""
        return next(c for c in self._columns if c.name == name).read(self.count)
