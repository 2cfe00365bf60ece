# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The installed launch files, loaded as launch loads them, but without it."""

from functools import cache
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

from ament_index_python.packages import get_package_share_directory

SHARE = Path(get_package_share_directory('mobile_vla_bringup'))
NAMES = ('demo', 'nav2_safety', 'policy', 'record', 'sim')
NEEDED = {
    'demo': {'checkpoint': 'best'},
    'nav2_safety': {'checkpoint': 'best'},
    'policy': {'checkpoint': 'best'},
    'record': {},
    'sim': {},
}
"""The arguments without which a file cannot be started."""


@cache
def load(name: str) -> ModuleType:
    """Return the module of a launch file."""
    loader = SourceFileLoader(f'{name}_launch_file', str(SHARE / f'{name}.launch.py'))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def plans(name: str, **given: str) -> dict:
    """Return what a launch file starts, by the name of the executable."""
    made = load(name).LAUNCH_FILE.plans({**NEEDED[name], **given})
    return {getattr(plan, 'executable', plan): plan for plan in made}
