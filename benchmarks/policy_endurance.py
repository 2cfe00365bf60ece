# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Does the memory of what drives stay as it is: policy node, inference worker and guard.

They are processes of their own and drive by a camera of 640x480 at 30 Hz, with DDS between them
and the nano policy. Memory is read once a second; growth is from the first minute to the last, and
from the sixth, when everything that is kept of the past has its size.
"""

from __future__ import annotations

import os
from pathlib import Path
import subprocess
import sys
import tempfile
import time
from typing import Any

import numpy as np
from rig.nano_checkpoint import INSTRUCTION, save_nano
from rig.process_memory import child_of, growth_figures, memory_of
from rig.result import give_result, result_parser
from rig.serving_rig import ServingRig
from tqdm import tqdm

from mobile_vla_core.ros_domain import reserve_domain

PERIOD = 1.0
"""Time between two readings [s]."""
TOPIC = 'cmd_vel_policy'


def measure(checkpoint: Path, seconds: int) -> dict[str, Any]:
    """Drive for so long [s] and return all figures."""
    values = {
        'checkpoint': checkpoint,
        'instruction': INSTRUCTION,
        'autostart': 'true',
        'cmd_vel_topic': TOPIC,
    }
    command = ['-m', 'mobile_vla_policy.policy_node', '--ros-args', '--log-level', 'error']
    for name, value in values.items():
        command += ['-p', f'{name}:={value}']
    guard = [sys.executable, '-m', 'mobile_vla_policy.guard_node', '--ros-args']
    # So patient that it passes commands on for all the time, also on a busy machine.
    guard += ['--log-level', 'error', '-p', 'timeout:=1.0']
    with subprocess.Popen(guard) as process:
        try:
            with ServingRig(command) as rig:
                rig.wait(lambda: any(command.linear.x for command in rig.commands[-1:]))
                figures = watch(rig, process.pid, seconds)
        finally:
            process.terminate()
    return figures


def watch(rig: ServingRig, guard: int, seconds: int) -> dict[str, Any]:
    """Read the memory for so long [s] while they drive."""
    processes = {
        'node': rig.pid,
        'worker': child_of(rig.pid, 'mobile_vla_policy.worker'),
        'guard': guard,
    }
    samples = {name: [] for name in processes}
    rig.forget()
    due = time.monotonic()
    for _ in tqdm(range(round(seconds / PERIOD)), 'memory', unit='s'):
        for name, pid in processes.items():
            samples[name].append(memory_of(pid))
        due += PERIOD
        time.sleep(max(0.0, due - time.monotonic()))
    driving = [status.state == 'driving' for status in rig.statuses]
    figures: dict[str, Any] = {
        'seconds': seconds,
        'commands': len(rig.published),
        'longest_period_ms': round(float(np.diff(rig.published).max()) * 1e3, 1),
        'driving_share': round(sum(driving) / len(driving), 4),
        'frames': int(rig.statuses[-1].frames),
        'worker_restarts': int(rig.statuses[-1].worker_restarts),
    }
    for name in processes:
        figures.update(growth_figures(name, samples[name], PERIOD))
    return figures


def main() -> int:
    """Measure, print, write."""
    parser = result_parser(__doc__)
    seconds = int(os.environ.get('ENDURANCE_SECONDS', 1800))
    parser.add_argument('--seconds', type=int, default=seconds, help='how long they drive [s]')
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, reserve_domain() as domain:
        os.environ['ROS_DOMAIN_ID'] = str(domain)
        checkpoint = save_nano(Path(folder) / 'nano')
        return give_result(lambda: measure(checkpoint, options.seconds), options.json)


if __name__ == '__main__':
    sys.exit(main())
