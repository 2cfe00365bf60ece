# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for dds_memory.py."""

import fcntl
from importlib.util import find_spec
import os
from pathlib import Path
import subprocess
import sys
import time

import pytest

from mobile_vla_core.dds_memory import remove_dead_segments, SHARED_MEMORY
from mobile_vla_core.ros_domain import reserve_domain

NAME = 'fastrtps_0123456789abcdef'
NODE = (
    'import rclpy, time; rclpy.init(); node = rclpy.create_node("x"); '
    'print(1, flush=True); time.sleep(60)'
)


def segment(folder: Path, name: str = NAME, age: float = 60.0) -> tuple[Path, Path]:
    paths = folder / name, folder / f'{name}_el'
    paths[0].write_bytes(bytes(1000))
    paths[1].touch()
    for path in paths:
        os.utime(path, (time.time() - age,) * 2)
    return paths


def test_a_segment_without_an_owner_is_removed(tmp_path):
    paths = segment(tmp_path)
    assert remove_dead_segments(tmp_path) == 1000
    assert not any(path.exists() for path in paths)


def test_a_segment_with_an_owner_stays(tmp_path):
    paths = segment(tmp_path)
    with paths[1].open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert remove_dead_segments(tmp_path) == 0
        assert all(path.exists() for path in paths)
    assert remove_dead_segments(tmp_path) == 1000


def test_a_segment_that_is_being_made_stays(tmp_path):
    segment(tmp_path, age=0.0)
    assert remove_dead_segments(tmp_path) == 0


@pytest.mark.parametrize('name', ['fastrtps_port7411', 'other_0123456789abcdef', 'fastdds_0'])
def test_other_files_stay(tmp_path, name):
    paths = segment(tmp_path, name)
    assert remove_dead_segments(tmp_path) == 0
    assert all(path.exists() for path in paths)


def test_a_folder_that_is_not_there_is_no_error(tmp_path):
    assert remove_dead_segments(tmp_path / 'none') == 0


@pytest.mark.skipif(find_spec('rclpy') is None, reason='needs rclpy: run it with `make test`')
def test_a_killed_node_leaves_memory_and_it_is_removed():
    def segments() -> set[Path]:
        return {path for path in SHARED_MEMORY.glob('fast*_el') if 'port' not in path.name}

    with reserve_domain() as domain:
        before = segments()
        with subprocess.Popen(
            [sys.executable, '-c', NODE],
            env={**os.environ, 'ROS_DOMAIN_ID': str(domain)},
            stdout=subprocess.PIPE,
        ) as process:
            process.stdout.readline()
            own = {path for path in segments() - before if _held_by(process.pid, path)}
            assert own
            for path in own:
                os.utime(path, (0, 0))
            remove_dead_segments()
            assert all(path.exists() for path in own)
            process.kill()
        assert all(path.exists() for path in own)
        assert remove_dead_segments() > 0
        assert not any(path.exists() for path in own)


def _held_by(pid: int, path: Path) -> bool:
    links = Path(f'/proc/{pid}/fd').iterdir()
    return any(os.readlink(link) == str(path) for link in links)
