# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for part_file.py: on the disk once a second, and nothing left open behind it."""

import os
from pathlib import Path
import re
import shutil
import subprocess
import sys
import threading
import time

import pytest

from mobile_vla_core.episodes import EpisodeWriter, find_episodes, find_unfinished
from mobile_vla_core.errors import EpisodeError

RECORD = """
import sys, time
from pathlib import Path
from mobile_vla_core.episodes import EpisodeWriter
writer = EpisodeWriter(Path(sys.argv[1]), instruction='go', name='recorded')
for t in range(600):
    if Path(sys.argv[1], 'enough').exists():
        break
    writer.add_frame('front', b'frame', t, t)
    time.sleep(0.1)
"""
SYNC = re.compile(r'(\d+) +fdatasync\(\d+<([^>]*)>')  # strace pads the id to five characters
FRAME = re.compile(r'(\d+) +pwrite64\(')


def handles() -> tuple[int, int]:
    """Return the open descriptors and threads of this process."""
    return len(os.listdir('/proc/self/fd')), threading.active_count()


def test_a_running_episode_is_put_on_the_disk_again_and_again_and_never_by_its_writer(tmp_path):
    if shutil.which('strace') is None:
        pytest.skip('needs strace: run tools/setup-environment as root, then make test')
    log = tmp_path / 'strace.log'
    command = ['strace', '-f', '-y', '-o', log, '-s', '8', '-e', 'trace=fdatasync,pwrite64']
    process = subprocess.Popen(
        [*command, sys.executable, '-c', RECORD, str(tmp_path)],
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        while process.poll() is None:
            if log.exists() and len(SYNC.findall(log.read_text())) >= 3:
                (tmp_path / 'enough').touch()
            time.sleep(0.1)
        if 'ptrace' in process.stderr.read():
            pytest.skip('strace may not trace here: run make test where it may')
    lines = log.read_text()
    syncs = SYNC.findall(lines)
    assert len(syncs) >= 3
    assert {Path(path) for _, path in syncs} == {tmp_path / 'recorded.h5.part'}
    writers = set(FRAME.findall(lines))
    assert writers.isdisjoint(thread for thread, _ in syncs)
    # Each comes after frames that the one before could not have had.
    between = lines.split('fdatasync(')[1:-1]
    assert all('pwrite64' in part for part in between)


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
