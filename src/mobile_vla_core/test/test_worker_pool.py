# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for worker_pool.py: what a file may do to its process, and what not to the others."""

import multiprocessing
import os
from pathlib import Path
import signal
import time

import pytest

from mobile_vla_core.toolbox.worker_pool import Failure, file_time_limit, WorkerPool


def work(path: Path) -> str:
    """Do what the file's name says."""
    if path.name == 'hang':
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        time.sleep(600)
    if path.name == 'crash':
        os.kill(os.getpid(), signal.SIGSEGV)
    if path.name == 'leave':
        os._exit(3)
    if path.name == 'error':
        raise ValueError('a file of no sense')
    return path.name.upper()


def results(names, **options):
    paths = [Path(name) for name in names]
    options = {'count': 2, 'time_limit': lambda path: 1.0, **options}
    found = dict(WorkerPool(work, **options).map(paths))
    assert sorted(found) == list(range(len(names)))
    return [found[number] for number in range(len(names))]


def test_every_file_has_a_result_whatever_the_others_do():
    a, crash, b, hang, leave, c, error, d = results(
        ['a', 'crash', 'b', 'hang', 'leave', 'c', 'error', 'd']
    )
    assert (a, b, c, d) == ('A', 'B', 'C', 'D')
    assert (crash.kind, 'SIGSEGV' in crash.text) == ('crash', True)
    assert hang == Failure('hang', 'reading it came to no end in 1 s')
    assert (leave.kind, 'status 3' in leave.text) == ('crash', True)
    assert error == Failure('error', 'ValueError: a file of no sense')


def test_what_was_given_ahead_to_a_process_that_ended_is_done_by_another():
    names = [f'file {number}' for number in range(60)]
    for place in (0, 1, 7, 20, 21, 22):
        names[place] = 'crash'
    names[9] = names[30] = 'hang'
    found = results(names, time_limit=lambda path: 0.5)
    for name, result in zip(names, found, strict=True):
        kind = result.kind if isinstance(result, Failure) else result
        assert kind == (name if name in ('crash', 'hang') else name.upper())


def test_nothing_to_do_is_done():
    assert results([]) == []


def test_a_loop_that_is_left_early_leaves_no_process():
    pool = WorkerPool(work, count=2, time_limit=lambda path: 60.0)
    for _ in pool.map([Path('a'), Path('hang'), Path('hang')]):
        break
    assert multiprocessing.active_children() == []


def test_a_larger_file_has_more_time(tmp_path):
    small, large = tmp_path / 'small', tmp_path / 'large'
    small.write_bytes(b'')
    with large.open('wb') as file:
        file.truncate(10**9)
    assert file_time_limit(small) < 10.0
    assert file_time_limit(large) == pytest.approx(file_time_limit(small) + 500.0)
    assert file_time_limit(tmp_path / 'absent') < 10.0
