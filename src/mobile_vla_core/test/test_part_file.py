# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for part_file.py: on the disk once a second, and nothing left open behind it."""

from itertools import pairwise
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys
import threading
import time

import pytest

from mobile_vla_core.episodes import (
    EpisodeWriter,
    find_episodes,
    find_unfinished,
    recover_folder,
)
from mobile_vla_core.errors import EpisodeError

MOST_SECONDS = 2.5
"""Between two syncs: the period is 1 s, and a busy machine may wake the thread late."""
RECORD = """
import sys, time
from pathlib import Path
from mobile_vla_core.episodes import EpisodeWriter
JPEG = bytes.fromhex('ffd8ffd9')
writer = EpisodeWriter(Path(sys.argv[1]), instruction='go', name='recorded')
for t in range(600):
    if Path(sys.argv[1], 'enough').exists():
        break
    writer.add_frame('front', JPEG, t, t)
    time.sleep(0.1)
"""
RECORD_UNTIL_IT_FAILS = """
import sys, time
from pathlib import Path
from mobile_vla_core.episodes import EpisodeWriter
from mobile_vla_core.errors import EpisodeError
JPEG = bytes.fromhex('ffd8ffd9')
writer = EpisodeWriter(Path(sys.argv[1]), instruction='go', name='recorded')
try:
    for t in range(600):
        writer.add_frame('front', JPEG, t, t)
        time.sleep(0.1)
except EpisodeError as error:
    print(t, error, sep='\\n')
try:
    writer.close('success')
except EpisodeError as error:
    print(error)
"""
# strace pads the id to five characters; -ttt gives the time.
SYNC = re.compile(r'(\d+) +([\d.]+) fdatasync\(\d+<([^>]*)>')
FRAME = re.compile(r'(\d+) +[\d.]+ pwrite64\(')
FOLDER_SYNC = re.compile(r'fsync\(\d+<([^>]*)>')


def handles() -> tuple[int, int]:
    """Return the open descriptors and threads of this process."""
    return len(os.listdir('/proc/self/fd')), threading.active_count()


def strace(log: Path, *options: str) -> list[str | Path]:
    """Return the beginning of a command that is traced; skip where there is no strace."""
    if shutil.which('strace') is None:
        pytest.skip('needs strace: run tools/setup-environment as root, then make test')
    return ['strace', '-f', '-y', '-ttt', '-o', log, '-s', '8', *options]


def test_a_running_episode_is_put_on_the_disk_every_second_and_never_by_its_writer(tmp_path):
    log = tmp_path / 'strace.log'
    command = strace(log, '-e', 'trace=fdatasync,fsync,pwrite64')
    process = subprocess.Popen(
        [*command, sys.executable, '-c', RECORD, str(tmp_path)],
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        while process.poll() is None:
            if log.exists() and len(SYNC.findall(log.read_text())) >= 4:
                (tmp_path / 'enough').touch()
            time.sleep(0.1)
        if 'ptrace' in process.stderr.read():
            pytest.skip('strace may not trace here: run make test where it may')
    lines = log.read_text()
    syncs = SYNC.findall(lines)
    assert len(syncs) >= 4
    assert {Path(path) for *_, path in syncs} == {tmp_path / 'recorded.h5.part'}
    times = [float(time) for _, time, _ in syncs]
    assert max(b - a for a, b in pairwise(times)) < MOST_SECONDS
    writers = set(FRAME.findall(lines))
    assert writers.isdisjoint(thread for thread, *_ in syncs)
    # Each comes after frames that the one before could not have had.
    between = lines.split('fdatasync(')[1:-1]
    assert all('pwrite64' in part for part in between)
    # The name of the file is on the disk before what it holds.
    before = lines[: lines.index('pwrite64(')]
    assert [Path(path) for path in FOLDER_SYNC.findall(before)] == [tmp_path]


def test_what_the_disk_does_not_take_ends_the_episode_and_is_kept_for_recovery(tmp_path):
    command = strace(tmp_path / 'strace.log', '-e', 'trace=fdatasync')
    command += ['-e', 'inject=fdatasync:error=EIO:when=2']
    ended = subprocess.run(
        [*command, sys.executable, '-c', RECORD_UNTIL_IT_FAILS, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    if 'ptrace' in ended.stderr:
        pytest.skip('strace may not trace here: run make test where it may')
    written, failed, closed = ended.stdout.splitlines()
    assert failed == 'recorded.h5.part cannot be continued: Input/output error'
    assert closed == 'recorded.h5.part is kept for recovery: Input/output error'
    assert 10 < int(written) < 40, 'not before the second sync, and soon after it'
    (report,) = recover_folder(tmp_path)
    assert report.frames == {'front': int(written)}


def test_fifty_episodes_leave_no_descriptor_and_no_thread_behind(tmp_path):
    def record(t: int) -> None:
        writer = EpisodeWriter(tmp_path, instruction='go')
        writer.add_frame('front', b'\xff\xd8frame', 0, 0)
        if t % 4 == 0:
            writer.discard()
        elif t % 4 == 1:
            with pytest.raises(EpisodeError, match='outcome "great" is unknown'):
                writer.close('great')
            writer.close('success')
        else:
            writer.close()

    record(0)
    before = handles()
    for t in range(50):
        record(t)
    assert handles() == before
    assert len(find_episodes(tmp_path)) == 37
    assert find_unfinished(tmp_path) == []


def test_an_episode_that_cannot_be_created_leaves_nothing_behind(tmp_path):
    EpisodeWriter(tmp_path, instruction='go', name='same').discard()
    (tmp_path / 'same.h5.part').write_bytes(b'')
    before = handles()
    for _ in range(10):
        with pytest.raises(EpisodeError, match=r'cannot write an episode .*: File exists'):
            EpisodeWriter(tmp_path, instruction='go', name='same')
    assert handles() == before
    assert [path.name for path in tmp_path.iterdir()] == ['same.h5.part']
