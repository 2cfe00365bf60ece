# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for cpu_set.py."""

import os
import subprocess
import sys

import pytest

from mobile_vla_core.errors import ConfigError
from mobile_vla_policy.cpu_set import parse_cpus

PIN = """
import os, threading
from mobile_vla_policy.cpu_set import pin_process, usable_cpus
threading.Thread(target=threading.Event().wait, daemon=True).start()
given = os.sched_getaffinity(0)
pin_process(frozenset({min(given)}))
threads = [int(name) for name in os.listdir('/proc/self/task')]
assert len(threads) > 1
assert all(os.sched_getaffinity(thread) == {min(given)} for thread in threads)
pin_process(frozenset())
assert all(os.sched_getaffinity(thread) == given for thread in threads)
"""


@pytest.mark.parametrize(
    ('text', 'cpus'),
    [('', set()), ('0', {0}), ('0,2-4', {0, 2, 3, 4}), (' 1 , 3 ', {1, 3}), ('2-2', {2})],
)
def test_lists_are_read_as_linux_writes_them(text, cpus):
    assert parse_cpus(text, range(8)) == cpus


@pytest.mark.parametrize('text', ['a', '1-', '-1', '1-2-3', '0.5'])
def test_other_texts_are_refused(text):
    with pytest.raises(ConfigError, match='is no list of processors'):
        parse_cpus(text, range(8))


def test_processors_that_are_not_there_are_refused_with_those_that_are():
    with pytest.raises(ConfigError, match=r'names processor 2, .*expected some of \[0, 1\]'):
        parse_cpus('0-3', range(2))


def test_a_process_is_pinned_with_all_its_threads_and_let_loose_again():
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    subprocess.run([sys.executable, '-c', PIN], env=environment, check=True)
