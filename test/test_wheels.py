# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import os
from pathlib import Path
import shutil
import subprocess
import sys
import sysconfig
import zipfile

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ('mobile_vla_core', 'mobile_vla_train')
PROGRAMS = (
    'episodes',
    'mobile-vla-evaluate',
    'mobile-vla-export',
    'mobile-vla-import',
    'mobile-vla-train',
)


def run(*command: object, **options) -> subprocess.CompletedProcess:
    command = [str(word) for word in command]
    result = subprocess.run(command, capture_output=True, text=True, timeout=100, **options)
    assert result.returncode == 0, f'{command}: {result.stdout[-2000:]}{result.stderr[-2000:]}'
    return result


@pytest.fixture(scope='module')
def wheels(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp('wheels')
    ignored = shutil.ignore_patterns('build', '*.egg-info', '__pycache__', 'test')
    sources = [shutil.copytree(ROOT / 'src' / n, folder / n, ignore=ignored) for n in PACKAGES]
    options = ['--no-deps', '--no-index', '--no-build-isolation', '--wheel-dir', folder]
    run(sys.executable, '-m', 'pip', 'wheel', *options, *sources)
    return folder


@pytest.fixture(scope='module')
def installed(wheels) -> Path:
    prefix = wheels / 'prefix'
    options = ['--no-deps', '--no-index', '--ignore-installed', '--prefix', prefix]
    run(sys.executable, '-m', 'pip', 'install', *options, *wheels.glob('*.whl'))
    return prefix


def environment(prefix: Path) -> dict[str, str]:
    places = {'base': str(prefix), 'platbase': str(prefix)}
    ros = ('AMENT_', 'COLCON_', 'ROS_')
    return {name: value for name, value in os.environ.items() if not name.startswith(ros)} | {
        'PYTHONPATH': sysconfig.get_path('purelib', 'posix_prefix', vars=places),
        'PATH': f'{prefix / "bin"}{os.pathsep}{os.defpath}',
    }


def test_wheels_hold_every_file_of_the_packages(wheels):
    for package in PACKAGES:
        (wheel,) = wheels.glob(f'{package}-*.whl')
        source = ROOT / 'src' / package
        tracked = run('git', 'ls-files', package, cwd=source).stdout.split()
        wanted = {name for name in tracked if (source / name).exists()}
        assert wanted
        assert not wanted - set(zipfile.ZipFile(wheel).namelist())


def test_pip_puts_these_programs_on_path_and_no_other(installed):
    assert sorted(path.name for path in (installed / 'bin').iterdir()) == list(PROGRAMS)


@pytest.mark.parametrize('program', PROGRAMS)
def test_program_of_a_wheel_names_itself_in_its_help(installed, program):
    out = run(program, '--help', env=environment(installed)).stdout
    assert out.startswith(f'usage: {program} ')


def test_program_from_wheels_tries_every_part_of_training(installed, tmp_path):
    env, data = environment(installed), tmp_path / 'episodes'
    record = (
        'import pathlib, sys\n'
        'from conftest import write_episode\n'
        'for number in range(6):\n'
        '    write_episode(pathlib.Path(sys.argv[1]), number)\n'
    )
    rig = f'{env["PYTHONPATH"]}{os.pathsep}{ROOT / "src" / "mobile_vla_train" / "test"}'
    run(sys.executable, '-c', record, data, env=env | {'PYTHONPATH': rig})
    options = ['--test', '--data', data, '--output', tmp_path / 'run']
    out = run('mobile-vla-train', *options, env=env, cwd=tmp_path).stdout
    assert 'serve' in out
