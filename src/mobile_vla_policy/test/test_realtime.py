# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for realtime.py, each in a process of its own."""

import ctypes
import json
import os
import subprocess
import sys

import pytest

TAKE = """
import json, os, resource, subprocess, sys, threading
from mobile_vla_policy.realtime import (
    calm_interpreter, give_up_realtime_priority, take_realtime_priority
)
if sys.argv[1] == 'unprivileged':
    resource.setrlimit(resource.RLIMIT_RTPRIO, (0, 0))
    if os.getuid() == 0:
        os.setresuid(65534, 65534, 65534)
calm_interpreter()
threads = [threading.Thread(target=threading.Event().wait, daemon=True) for _ in range(2)]
for thread in threads:
    thread.start()
control, other = (thread.native_id for thread in threads)

def look(thread):
    # The flag that children do not inherit it is part of the number.
    policy = os.sched_getscheduler(thread) & ~os.SCHED_RESET_ON_FORK
    return [policy, os.sched_getparam(thread).sched_priority]

seen = {'refusal': take_realtime_priority(int(sys.argv[2]), threads[0])}
seen |= {'control': look(control), 'other': look(other), 'main': look(0)}
if not seen['refusal']:
    child = 'import os; print(os.sched_getscheduler(0))'
    seen['child'] = int(subprocess.check_output([sys.executable, '-c', child]))
give_up_realtime_priority()
seen['after'] = look(control)
print(json.dumps(seen))
"""


REUSE = """
import resource, sys
from mobile_vla_policy.realtime import keep_memory
if sys.argv[1] == 'keep':
    keep_memory()
for turn in range(20):
    copies = [bytes([turn]) * 1_000_000 for _ in range(3)]
    del copies
    if turn == 4:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how):
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    return int(subprocess.check_output([sys.executable, '-c', REUSE, how], env=environment))


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), 'mallopt'), reason='needs mallopt')
def test_the_memory_of_one_image_is_used_for_the_next():
    assert faults('keep') < 100


def take(how, priority=10):
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    command = [sys.executable, '-c', TAKE, how, str(priority)]
    return json.loads(subprocess.check_output(command, env=environment))


def may_be_realtime():
    probe = 'import os; os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))'
    return subprocess.run([sys.executable, '-c', probe], stderr=subprocess.DEVNULL).returncode == 0


@pytest.mark.skipif(not may_be_realtime(), reason='this user may not use SCHED_FIFO')
def test_the_control_thread_comes_before_all_others_and_what_is_started_is_left_as_it_was():
    seen = take('privileged')
    assert seen['control'] == [os.SCHED_FIFO, 10]
    assert seen['other'] == seen['main'] == [os.SCHED_FIFO, 9]
    assert seen['child'] == os.SCHED_OTHER
    assert seen['after'] == [os.SCHED_OTHER, 0]


def test_a_refusal_says_what_to_allow_and_changes_nothing():
    seen = take('unprivileged')
    assert 'rtprio 10' in seen['refusal']
    assert seen['control'] == seen['other'] == seen['main'] == [os.SCHED_OTHER, 0]


def test_a_priority_that_linux_does_not_know_is_a_sentence_too():
    seen = take('privileged', priority=1)  # The other threads would have 0.
    assert seen['refusal'].startswith('real-time priority 1 was refused (')
    assert seen['control'] == seen['other'] == seen['main'] == [os.SCHED_OTHER, 0]
