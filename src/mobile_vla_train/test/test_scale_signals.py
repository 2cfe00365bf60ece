# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for interruption.py in several processes: whoever is told to stop, all save and end."""

import os
from pathlib import Path
import re
import signal
import socket
import subprocess
import sys
import time

import pytest
from training_rig import command, environment

from mobile_vla_train.learning.trainer_state import load_state

PROGRAM = ('-m', 'mobile_vla_train.train')
TORCHRUN = ('-m', 'torch.distributed.run')
ENDLESS = ('schedule.steps=1000000', 'schedule.epoch_steps=1000000', 'schedule.every=5')
PATIENCE = 90
"""For processes to start, and to end [s]; a run that hangs does so for ever."""


@pytest.fixture
def begin(tmp_path):
    """Return a function that starts a process; what still runs in the end is killed."""
    processes = []

    def start(*arguments, **variables):
        with (tmp_path / f'printed_{len(processes)}').open('w') as printed:
            processes.append(
                subprocess.Popen(
                    [sys.executable, *arguments],
                    env={**environment(), 'OMP_NUM_THREADS': '1', **variables},
                    stdout=printed,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            )
        return processes[-1]

    yield start
    for process in processes:
        for number in (*descendants(process.pid), process.pid):
            if process.poll() is None:
                os.kill(number, signal.SIGKILL)
        process.wait()


def descendants(parent):
    """Return the processes that a process started, and those that these started."""
    children = Path(f'/proc/{parent}/task/{parent}/children')
    try:
        direct = [int(number) for number in children.read_text().split()]
    except OSError:
        return []
    return [number for child in direct for number in (child, *descendants(child))]


def worker_of(parent, rank):
    """Return the process of a rank."""
    for number in descendants(parent):
        variables = Path(f'/proc/{number}/environ').read_bytes().split(b'\0')
        if f'RANK={rank}'.encode() in variables:
            return number
    raise AssertionError(f'no process of rank {rank}')


def free_port():
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return one.getsockname()[1]


def wait_until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def assert_all_save(tmp_path, processes, stop):
    """Wait for training, stop it, and look for what each of two processes says and is saved."""
    state = tmp_path / 'run' / 'trainer_state' / 'last.ckpt'
    printed = sorted(tmp_path.glob('printed_*'))
    wait_until(state.exists, [path.read_text() for path in printed])
    stop()
    for process in processes:
        process.wait(PATIENCE)
    text = ''.join(path.read_text() for path in printed)
    said = re.findall(r'train: stopped after step (\d+); --resume goes on from there', text)
    assert [int(step) for step in said] == [load_state(state)['step']] * 2, text


def test_sigterm_to_the_first_process_stops_both(begin, episodes, tmp_path):
    arguments = command(episodes, tmp_path / 'run', *ENDLESS, 'devices=2')
    run = begin(*TORCHRUN, '--standalone', '--nproc-per-node', '2', *PROGRAM, *arguments)
    assert_all_save(tmp_path, [run], lambda: os.kill(worker_of(run.pid, 0), signal.SIGTERM))


def test_sigterm_to_one_of_two_machines_stops_both(begin, episodes, tmp_path):
    rendezvous = ('--rdzv-backend', 'c10d', '--rdzv-endpoint', f'127.0.0.1:{free_port()}')
    nodes = ('--nnodes', '2', '--nproc-per-node', '1', *rendezvous, '--rdzv-id', 'test')
    arguments = command(episodes, tmp_path / 'run', *ENDLESS, 'nodes=2')
    agents = [
        begin(*TORCHRUN, *nodes, '--local-addr', '127.0.0.1', *PROGRAM, *arguments)
        for _ in range(2)
    ]
    assert_all_save(tmp_path, agents, agents[1].terminate)


def test_sigterm_to_all_that_slurm_started_stops_both(begin, episodes, tmp_path):
    arguments = command(episodes, tmp_path / 'run', *ENDLESS, 'devices=2')
    job = {
        'SLURM_JOB_ID': '7',
        'SLURM_JOB_NAME': 'train',
        'SLURM_NTASKS': '2',
        'SLURM_NTASKS_PER_NODE': '2',
        'SLURM_NODELIST': '127.0.0.1',
        'SLURM_NODEID': '0',
        'MASTER_ADDR': '127.0.0.1',
        'MASTER_PORT': str(free_port()),
    }
    tasks = [
        begin(*PROGRAM, *arguments, **job, SLURM_PROCID=str(rank), SLURM_LOCALID=str(rank))
        for rank in range(2)
    ]
    assert_all_save(tmp_path, tasks, lambda: [task.terminate() for task in tasks])
    assert [task.returncode for task in tasks] == [130, 130]


def test_sigterm_to_a_process_that_started_the_other_itself_stops_both(begin, episodes, tmp_path):
    drawn = ('schedule.epoch_steps=5', 'validation.figures=true')  # by the first one, at the end
    arguments = command(episodes, tmp_path / 'run', *ENDLESS, *drawn, 'devices=2')
    run = begin(*PROGRAM, *arguments)
    assert_all_save(tmp_path, [run], run.terminate)
    assert run.returncode == 130
    assert (tmp_path / 'run' / 'validation' / 'last' / 'instruction_swap.png').exists()
