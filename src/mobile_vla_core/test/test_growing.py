# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for growing.py."""

from pathlib import Path
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

from mobile_vla_core.episodes import growing
from mobile_vla_core.episodes.episode_file import create_file, PAGE_BYTES
from mobile_vla_core.episodes.schema import Column
from mobile_vla_core.errors import EpisodeError

ROWS = 8
"""Of a chunk: a short one, so that a small file has many."""
INDEX_WRITE = re.compile(r'pwrite64\(\d+, "\\x45\\x41\\x44\\x42"\.\.\., (\d+), ')
"""Of a block of the index of chunks, which begins with EADB."""


def fill(path: Path, chunks: int) -> None:
    """Write a dataset of so many chunks, the last row alone."""
    file = create_file(path)
    dataset = growing.GrowingDataset(file, Column('values', 'u1'), ROWS)
    file.swmr_mode = True
    values = np.zeros(chunks * ROWS, dtype=np.uint8)
    dataset.write(0, values[:-1])
    dataset.write(len(values) - 1, values[-1:])
    file.close()


def longest_index_write(folder: Path, chunks: int, limit: int) -> int:
    """Return the bytes of the longest write of a block of the index, as strace sees it."""
    if shutil.which('strace') is None:
        pytest.skip('needs strace: run tools/setup-environment as root')
    code = f'import test_growing as t; t.growing.CHUNKS = {limit}; '
    code += f't.fill(t.Path({str(folder / "filled.h5")!r}), {chunks})'
    log = folder / 'strace.log'
    command = ['strace', '-o', log, '-xx', '-s', '4', '-e', 'trace=pwrite64']
    finished = subprocess.run(
        [*command, sys.executable, '-c', code],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
    )
    if 'ptrace' in finished.stderr:
        pytest.skip(f'strace may not trace here ({finished.stderr}): run make test where it may')
    finished.check_returncode()
    return max(int(size) for size in INDEX_WRITE.findall(log.read_text()))


def test_a_dataset_ends_before_its_index_has_a_block_that_a_crash_may_tear(tmp_path):
    assert longest_index_write(tmp_path, growing.CHUNKS, growing.CHUNKS) < PAGE_BYTES


def test_one_chunk_more_would_bring_such_a_block(tmp_path):
    beyond = growing.CHUNKS + 1
    assert longest_index_write(tmp_path, beyond, beyond) > PAGE_BYTES


def test_a_full_dataset_takes_no_row_more_and_stays_as_it_was(tmp_path):
    file = create_file(tmp_path / 'full.h5')
    dataset = growing.GrowingDataset(file, Column('values', 'f8'), ROWS)
    most = growing.CHUNKS * ROWS
    dataset.write(0, np.arange(most - 1))
    with pytest.raises(EpisodeError, match=f'is full: values holds {most} rows at most'):
        dataset.write(most - 1, [1.0, 2.0])
    dataset.write(most - 1, [most - 1.0])
    assert dataset.read(most).tolist() == list(range(most))
    file.close()


@pytest.mark.parametrize('width', [None, 3])
def test_rows_come_back_as_they_were_written(tmp_path, width):
    file = create_file(tmp_path / 'rows.h5')
    column = Column('values', 'f4', width)
    dataset = growing.GrowingDataset(file, column)
    rows = np.arange(np.prod(column.shape(1200))).reshape(column.shape(1200))
    for start, stop in ((0, 1), (1, 2), (2, 700), (700, 1200)):
        dataset.write(start, rows[start:stop])
    np.testing.assert_array_equal(dataset.read(1200), rows)
    file.close()
