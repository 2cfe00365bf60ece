# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import ast
from pathlib import Path
import re
import sys

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / 'tools'))
from missing_requirements import lines_of, MODULES  # noqa: E402

FOLDER = ROOT / 'requirements'
PYTHONS = ('3.10', '3.11', '3.12', '3.13')
OURS = {'mobile-vla-core', 'mobile-vla-train'}


def requirements(name: str) -> list[Requirement]:
    return [Requirement(line) for line in lines_of(FOLDER / f'{name}.txt')]


def names(name: str) -> set[str]:
    return {canonicalize_name(requirement.name) for requirement in requirements(name)}


def declared(package: str, *extras: str) -> list[Requirement]:
    """Return the requirements that a setup.py declares, with those of some extras."""
    tree = ast.parse((ROOT / 'src' / package / 'setup.py').read_text())
    (call,) = (
        n for n in ast.walk(tree) if isinstance(n, ast.Call) and 'setup' in ast.dump(n.func)
    )
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    lines = ast.literal_eval(given['install_requires'])
    for extra in extras:
        lines += ast.literal_eval(given['extras_require'])[extra]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize('python', PYTHONS)
@pytest.mark.parametrize('path', sorted(FOLDER.glob('*.txt')), ids=lambda path: path.stem)
def test_every_package_is_pinned_to_one_version(path, python):
    found = {}
    for requirement in requirements(path.stem):
        if requirement.marker and not requirement.marker.evaluate({'python_version': python}):
            continue
        assert re.fullmatch(r'==[0-9.]+', str(requirement.specifier))
        version = found.setdefault(canonicalize_name(requirement.name), requirement.specifier)
        assert version == requirement.specifier


@pytest.mark.parametrize(
    ('package', 'extras', 'file'),
    [
        ('mobile_vla_core', ['policy'], 'runtime'),
        ('mobile_vla_core', ['formats'], 'python'),
        ('mobile_vla_train', [], 'train'),
    ],
)
def test_pins_are_in_the_ranges_that_the_packages_declare(package, extras, file):
    pins = requirements(file)
    for wanted in declared(package, *extras):
        name = canonicalize_name(wanted.name)
        if name in OURS:
            continue
        chosen = [pin for pin in pins if canonicalize_name(pin.name) == name]
        assert chosen, f'{file}.txt has no {name}'
        for pin in chosen:
            (specifier,) = pin.specifier
            assert wanted.specifier.contains(specifier.version)


def test_ranges_have_both_ends_where_a_library_breaks_its_promises():
    for wanted in [*declared('mobile_vla_core', 'policy'), *declared('mobile_vla_train')]:
        if canonicalize_name(wanted.name) not in OURS:
            operators = {specifier.operator for specifier in wanted.specifier}
            assert operators == {'>=', '<'}


def test_a_gpu_server_gets_no_simulator_and_no_tools_of_developers():
    assert not names('train') & {'mujoco', 'pytest', 'pytest-timeout', 'ruff'}


def test_a_robot_gets_nothing_that_only_training_needs():
    assert not names('runtime') & {'lightning', 'peft', 'tensorboard', 'mujoco', 'pytest', 'ruff'}


def test_all_parts_are_in_the_whole():
    for part in ('runtime', 'formats', 'train', 'sim', 'develop'):
        assert names(part) <= names('python')


def test_every_library_is_found_under_the_name_of_its_module():
    named = {canonicalize_name(name) for name in MODULES}
    for requirement in requirements('python'):
        module = MODULES.get(requirement.name, requirement.name)
        assert re.fullmatch(r'[A-Za-z_][A-Za-z0-9_]*', module), f'{module} is no name of a module'
        assert named
