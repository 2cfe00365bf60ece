# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""The library needs no ROS, and what runs beside the robot's clock needs no torch."""

import importlib.util
import pkgutil
import subprocess
import sys

import pytest

ROS = r'rclpy|rcl_interfaces|rosidl_\w+|ament_\w+|\w+_msgs|\w+_srvs'
TORCH = r'torch|torchvision|lightning|safetensors'
TORCH_FREE = (
    'errors',
    'action_space',
    'images',
    'episodes',
    'chunk_player',
    'safety',
    'policy_card',
    'instruction',
    'picture',
    'ros_domain',
    'shutdown_signal',
)
IMPORTER = """
import importlib
import re
import sys


class Blocker:
    def find_spec(self, name, path=None, target=None):
        if re.fullmatch(sys.argv[1], name.split('.')[0]):
            raise ImportError(f'{name} is blocked')


sys.meta_path.insert(0, Blocker())
for name in sys.argv[2:]:
    importlib.import_module(name)
"""


def import_without(blocked: str, modules: list[str]) -> subprocess.CompletedProcess:
    """Import modules in a new process in which the blocked packages do not exist."""
    command = [sys.executable, '-c', IMPORTER, blocked, *modules]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def modules_of(package: str) -> list[str]:
    """Return a package and all modules in it, without importing them."""
    path = importlib.util.find_spec(package).submodule_search_locations
    if path is None:
        return [package]
    names = [package]
    for module in pkgutil.iter_modules(path, f'{package}.'):
        names += modules_of(module.name)
    return [name for name in names if not name.endswith('.__main__')]


@pytest.mark.parametrize('package', ['mobile_vla_core', 'mobile_vla_train'])
def test_every_module_imports_without_ros(package):
    modules = modules_of(package)
    assert len(modules) > 8
    result = import_without(ROS, modules)
    assert result.returncode == 0, result.stderr


def test_episodes_actions_images_and_safety_import_without_torch():
    modules = [name for part in TORCH_FREE for name in modules_of(f'mobile_vla_core.{part}')]
    result = import_without(TORCH, modules)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ('blocked', 'module'), [(ROS, 'std_msgs.msg'), (TORCH, 'mobile_vla_core.checkpoint')]
)
def test_an_import_of_a_blocked_package_is_seen(blocked, module):
    result = import_without(blocked, [module])
    assert result.returncode != 0
    assert 'is blocked' in result.stderr
