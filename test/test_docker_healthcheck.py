# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

from contextlib import contextmanager
import os
from pathlib import Path
import subprocess
import sys

from mobile_vla_core.ros_domain import reserve_domain

HEALTHCHECK = Path(__file__).resolve().parent.parent / 'docker' / 'healthcheck.py'
NODE = (
    'import rclpy\n'
    'rclpy.init()\n'
    "node = rclpy.create_node('recorder', namespace='robot')\n"
    "print('ready', flush=True)\n"
    'rclpy.spin(node)\n'
)


def check(domain: int, name: str) -> subprocess.CompletedProcess:
    env = os.environ | {'ROS_DOMAIN_ID': str(domain), 'HEALTH_NODE': name}
    return subprocess.run(
        [sys.executable, HEALTHCHECK], env=env, capture_output=True, text=True, timeout=60
    )


@contextmanager
def running_node(domain: int):
    env = os.environ | {'ROS_DOMAIN_ID': str(domain)}
    process = subprocess.Popen(
        [sys.executable, '-c', NODE], env=env, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == 'ready\n'
        yield
    finally:
        process.kill()
        process.wait()


def test_a_node_that_answers_is_well_and_one_that_is_not_there_is_not():
    with reserve_domain() as domain, running_node(domain):
        assert check(domain, '/robot/recorder').returncode == 0
        absent = check(domain, '/recorder')
    assert absent.returncode == 1
    assert absent.stdout == '/recorder does not answer\n'


def test_without_a_name_there_is_nothing_to_ask():
    assert check(0, '').returncode == 0
