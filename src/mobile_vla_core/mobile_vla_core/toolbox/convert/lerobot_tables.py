# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The Parquet files of a LeRobot data set v3: frames, episodes and tasks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
import json
from pathlib import Path
from typing import Any

import numpy as np

from ..optional_library import need

CHUNK_FILES = 1000
FILE_MEGABYTES = 100
FILE_NAME = 'chunk-{chunk_index:03d}/file-{file_index:03d}'
DATA_PATH = f'data/{FILE_NAME}.parquet'
EPISODES_PATH = f'meta/episodes/{FILE_NAME}.parquet'
BATCH_FRAMES = 256
"""Frames held in memory at a time."""


class FrameTable:
    """The frames, in files of about FILE_MEGABYTES; an episode is whole in one of them."""

    def __init__(self, root: Path, features: Mapping[str, Mapping[str, Any]]) -> None:
        self._arrow = need('pyarrow', 'pyarrow', 'a LeRobot data set')
        self._parquet = need('pyarrow.parquet', 'pyarrow', 'a LeRobot data set')
        self._root = root
        self._schema = self._arrow.schema(
            [(name, self._type(feature)) for name, feature in features.items()]
        )
        self._writer: Any = None
        self._path = root
        self._file = -1

    def add_episode(self, batches: Iterator[Mapping[str, Sequence[Any]]]) -> dict[str, int]:
        """Append an episode; return in which file it is, as the episodes' table says it."""
        full = self._writer and self._path.stat().st_size >= FILE_MEGABYTES * 1024**2
        if full:
            self.close()
        if self._writer is None:
            self._file += 1
            place = self._place()
            self._path = self._root / DATA_PATH.format(**place)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = self._parquet.ParquetWriter(self._path, self._schema)
        for batch in batches:
            self._writer.write_table(self._arrow.table(dict(batch), schema=self._schema))
        return {f'data/{name}': value for name, value in self._place().items()}

    def close(self) -> None:
        """Complete the last file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _place(self) -> dict[str, int]:
        chunk, file = divmod(self._file, CHUNK_FILES)
        return {'chunk_index': chunk, 'file_index': file}

    def _type(self, feature: Mapping[str, Any]) -> Any:
        if feature['dtype'] == 'image':
            fields = [('bytes', self._arrow.binary()), ('path', self._arrow.string())]
            return self._arrow.struct(fields)
        value = self._arrow.type_for_alias(feature['dtype'])
        (width,) = feature['shape']
        return value if width == 1 else self._arrow.list_(value, width)


def write_episodes(root: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the table of episodes, a row of plain values and arrays each."""
    arrow = need('pyarrow', 'pyarrow', 'a LeRobot data set')
    parquet = need('pyarrow.parquet', 'pyarrow', 'a LeRobot data set')
    place = {'chunk_index': 0, 'file_index': 0}
    columns: dict[str, list[Any]] = {name: [] for name in rows[0]}
    for row in rows:
        for name, value in row.items():
            columns[name].append(value.tolist() if isinstance(value, np.ndarray) else value)
    for name, value in place.items():
        columns[f'meta/episodes/{name}'] = [value] * len(rows)
    path = root / EPISODES_PATH.format(**place)
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(arrow.table(columns), path)


def write_tasks(root: Path, tasks: Sequence[str]) -> None:
    """Write the table of tasks, whose index, for pandas, is the text."""
    arrow = need('pyarrow', 'pyarrow', 'a LeRobot data set')
    parquet = need('pyarrow.parquet', 'pyarrow', 'a LeRobot data set')
    table = arrow.table({'task_index': list(range(len(tasks))), 'task': list(tasks)})
    columns = [
        {'name': name, 'field_name': name, 'pandas_type': kind, 'numpy_type': numpy_type}
        for name, kind, numpy_type in (
            ('task_index', 'int64', 'int64'),
            ('task', 'unicode', 'object'),
        )
    ]
    pandas = {
        'index_columns': ['task'],
        'columns': [{**column, 'metadata': None} for column in columns],
        'column_indexes': [],
    }
    table = table.replace_schema_metadata({'pandas': json.dumps(pandas)})
    parquet.write_table(table, root / 'meta' / 'tasks.parquet')
