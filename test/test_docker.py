# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

from fnmatch import fnmatch
from functools import cache
from pathlib import Path
import re
import subprocess

from dockerfile import copied, Dockerfile, words_of
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
DOCKER = ROOT / 'docker'
FILES = {name: Dockerfile(DOCKER / f'{name}.Dockerfile') for name in ('jetson', 'robot', 'train')}
FINAL = [('jetson', 'robot'), ('robot', 'robot'), ('robot', 'workshop'), ('train', 'train')]
COMPOSE = yaml.safe_load((DOCKER / 'compose.yaml').read_text())
SERVICES = COMPOSE['services']
each_file = pytest.mark.parametrize('name', FILES)
each_image = pytest.mark.parametrize(('name', 'target'), FINAL)
each_service = pytest.mark.parametrize('service', SERVICES)


def commands(dockerfile: Dockerfile) -> list[str]:
    return [rest for stage in dockerfile.stages.values() for rest in stage.all('RUN')]


def make_targets(command: str) -> list[str]:
    return re.findall(r'(?:^|&& |docker/enter )make ([a-z]+)', command)


@cache
def launch_arguments(name: str) -> set[str]:
    """Ask the launch file itself, as `ros2 launch --show-args` does."""
    program = (
        'import runpy, sys\n'
        'file = runpy.run_path(sys.argv[1])["LAUNCH_FILE"]\n'
        'print(*(argument.name for argument in file.arguments))\n'
    )
    path = ROOT / 'launch' / name
    done = subprocess.run(
        ['python3', '-c', program, path], capture_output=True, text=True, cwd=ROOT / 'launch'
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@cache
def help_of_training() -> str:
    command = ['python3', '-m', 'mobile_vla_train.train', '--help']
    return subprocess.run(command, capture_output=True, text=True).stdout


@each_file
def test_what_is_copied_exists_and_is_in_the_context(name):
    lines = (ROOT / '.dockerignore').read_text().splitlines()
    context = {line[1:] for line in lines if line.startswith('!')}
    sources = [
        source
        for stage in FILES[name].stages.values()
        for rest in stage.all('COPY')
        for source in copied(rest)
    ]
    assert sources
    for source in sources:
        assert (ROOT / source).exists()
        assert source == '.' or source.split('/')[0] in context


@each_file
def test_stages_are_several_and_copy_from_stages_that_exist(name):
    stages = FILES[name].stages
    assert len(stages) > 1
    for stage in stages.values():
        for rest in stage.all('COPY'):
            for source in re.findall(r'--from=(\S+)', rest):
                assert source in stages


@each_file
def test_images_are_pinned_by_a_tag_that_stays(name):
    for image in FILES[name].base_images():
        tag = image.partition(':')[2]
        assert tag
        assert tag != 'latest'


@each_file
def test_downloads_are_held_to_a_checksum(name):
    for stage in FILES[name].stages.values():
        for rest in stage.all('ADD'):
            assert re.match(r'--checksum=sha256:[0-9a-f]{64} ', rest)


@each_file
def test_packages_of_python_come_from_the_requirements_and_nothing_else(name):
    for command in commands(FILES[name]):
        for arguments in re.findall(r'pip install ([^&|;]+)', command):
            words = [word for word in arguments.split() if not word.startswith('--')]
            while words:
                word = words.pop(0)
                path = words.pop(0) if word == '-r' else word
                assert (ROOT / path).exists(), f'{path} is neither a file nor a package of ours'


@each_file
def test_packages_of_ros_come_from_the_manifests_only(name):
    installed = ' '.join(re.findall(r'apt-get install [^&|;]+', ' '.join(commands(FILES[name]))))
    assert set(re.findall(r'ros-\S+', installed)) <= {'ros-humble-ros-base'}
    assert 'rosdep install' not in ' '.join(commands(FILES[name]))


@each_file
def test_steps_are_targets_of_the_makefile(name):
    known = set(re.findall(r'^([a-z]+):', (ROOT / 'Makefile').read_text(), re.MULTILINE))
    used = {target for command in commands(FILES[name]) for target in make_targets(command)}
    assert used <= known
    if name != 'train':
        assert {'dependencies', 'environment', 'build'} <= used


@each_image
def test_programs_run_as_a_user_who_is_not_root(name, target):
    assert FILES[name].last(target, 'USER') == 'mobile_vla'
    made = ' '.join(r for stage in FILES[name].ancestry(target) for r in stage.all('RUN'))
    assert 'add-user' in made


@each_image
def test_images_say_whether_they_are_well(name, target):
    check = FILES[name].last(target, 'HEALTHCHECK')
    if target == 'workshop':
        assert check == 'NONE'
        return
    words = words_of(re.search(r'CMD (.+)', check).group(1))
    for word in words:
        if word.startswith(('docker/', '/opt/mobile_vla/docker/')):
            assert (ROOT / word.removeprefix('/opt/mobile_vla/')).is_file()


@each_service
def test_services_build_a_target_that_exists(service):
    build = SERVICES[service]['build']
    path = (DOCKER / build['context']).resolve() / build['dockerfile']
    assert path.is_file()
    dockerfile = Dockerfile(path)
    assert build['target'] in dockerfile.stages
    arguments = set(dockerfile.arguments)
    for stage in dockerfile.stages.values():
        arguments |= {rest.partition('=')[0] for rest in stage.all('ARG')}
    assert set(build.get('args', {})) <= arguments


@each_service
def test_services_of_one_image_build_it_in_one_way(service):
    image = SERVICES[service]['image']
    builds = [other['build'] for other in SERVICES.values() if other['image'] == image]
    assert all(build == builds[0] for build in builds)


@each_service
def test_services_mount_volumes_that_exist_where_the_image_has_a_folder_for_the_user(service):
    build = SERVICES[service]['build']
    dockerfile = Dockerfile(ROOT / build['dockerfile'])
    made = ' '.join(r for stage in dockerfile.ancestry(build['target']) for r in stage.all('RUN'))
    for volume in SERVICES[service].get('volumes', []):
        source, folder = volume.split(':')[:2]
        assert source in COMPOSE['volumes']
        assert folder in re.search('add-user (.+)', made).group(1).split()


@each_service
def test_services_start_programs_that_exist_with_arguments_they_know(service):
    command = SERVICES[service]['command']
    if command[0] == 'make':
        assert re.search(f'^{command[1]}:', (ROOT / 'Makefile').read_text(), re.MULTILINE)
    elif command[:2] == ['ros2', 'launch']:
        assert command[2] == 'mobile_vla_bringup'
        given = {word.partition(':=')[0] for word in command[4:]}
        assert given <= launch_arguments(command[3])
    else:
        assert command[0] == 'mobile-vla-train'
        for word in command[1:]:
            assert word.partition('=')[0] in help_of_training().split()


def test_services_with_ros_share_network_and_memory_with_the_host():
    for service in SERVICES.values():
        if service['build']['dockerfile'] != 'docker/train.Dockerfile':
            assert service['network_mode'] == service['ipc'] == 'host'


def test_a_gpu_is_asked_for_in_its_profile_only():
    with_gpu = {name for name, service in SERVICES.items() if 'deploy' in service}
    assert with_gpu == {'inference-gpu', 'train-gpu'}
    for name, service in SERVICES.items():
        assert (service['profiles'] == ['gpu']) == (name in with_gpu)


def test_what_is_built_and_recorded_here_stays_out_of_the_context():
    lines = (ROOT / '.dockerignore').read_text().splitlines()
    patterns = [line for line in lines if line and not line.startswith(('#', '!'))]
    kept = {line[1:] for line in lines if line.startswith('!')}
    assert '*' in patterns
    assert not kept & {'.git', '.venv', 'build', 'install', 'log', 'runs'}
    assert any(fnmatch('src/a/__pycache__', pattern) for pattern in patterns if pattern != '*')
