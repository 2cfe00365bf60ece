# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Run what the pages say: programs, snippets of Python, and the recorder without `ros2`."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
import os
from pathlib import Path
import subprocess
import sys
import threading
import time

from ament_index_python.packages import get_package_prefix
from documentation.commands import program_of
from documentation.pages import Block, blocks, pages, ROOT
from documentation.shell import commands
from geometry_msgs.msg import Twist
import h5py
import numpy as np
import pytest
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import DurabilityPolicy, QoSProfile

from mobile_vla_core.ros_domain import reserve_domain
from mobile_vla_msgs.msg import RecorderStatus

SHORT = (
    'data.height=24',
    'data.width=32',
    'data.clip_length=8',
    'data.clips_per_batch=4',
    'policy.network.channels=[4,8,8,8]',
    'policy.network.feature_dim=16',
    'policy.network.hidden_dim=16',
    'schedule.steps=4',
    'schedule.epoch_steps=2',
    'optimiser.warmup_steps=1',
    'validation.figures=false',
    'threads=1',
)
"""Added to each training run, so that it takes seconds."""
LIMIT = 60.0


def marked(reason: str) -> list[Block]:
    found = [block for page in pages() for block in blocks(page)]
    return [block for block in found if block.mark == 'run' and block.reason == reason]


def test_there_is_something_to_run():
    reasons = ('as programs', 'as the recorder', 'after training', 'with a recorder')
    assert all(marked(reason) for reason in reasons)


@pytest.fixture(scope='module')
def home(tmp_path_factory) -> Iterator[Path]:
    """Enter a home directory with small real episodes, as a user has who recorded some."""
    spec = spec_from_file_location(
        'small_episodes', ROOT / 'src/mobile_vla_train/test/conftest.py'
    )
    recorded = module_from_spec(spec)
    spec.loader.exec_module(recorded)
    home = tmp_path_factory.mktemp('home')
    for number in range(10):
        recorded.write_episode(home / 'episodes', number)
    for number in range(10, 12):
        recorded.write_episode(home / 'more_episodes', number)
    write_old_recording(home / 'old_recordings' / 'episode_20250101_120000_1box_vert_left.h5')
    (home / 'runs/demo').mkdir(parents=True)
    (home / 'runs/demo/episodes').symlink_to(home / 'episodes')
    (home / 'runs/demo/train').symlink_to(home / 'runs/first')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('HOME', str(home))
        patch.chdir(home)
        yield home


def write_old_recording(path: Path) -> None:
    """Write a file as the first collectors did: layout V1."""
    path.parent.mkdir()
    events = ['episode_start', *['start_action'] * 8, 'stop_action']
    actions = np.zeros((len(events), 3), np.float32)
    actions[1:-1] = 0.4, 0.2, 0.0
    with h5py.File(path, 'w') as file:
        pictures = np.random.default_rng(1).integers(0, 255, (len(events), 24, 32, 3), np.uint8)
        file.create_dataset('images', data=pictures, compression='gzip')
        file['actions'] = actions
        file['action_event_types'] = np.array(events, dtype=h5py.string_dtype())
        file.attrs['total_duration'] = 1.6


def test_the_programs_do_what_the_pages_say(home, monkeypatch, capfd):
    done: set[tuple[str, ...]] = set()
    for block in marked('as programs'):
        for command in commands(block.text):
            program = program_of(command)
            if program is None or (program[0], *program[1]) in done:
                continue
            target, arguments = program
            done.add((target, *arguments))
            module, _, function = target.partition(':')
            short = SHORT if module == 'mobile_vla_train.train' else []
            monkeypatch.setattr(sys, 'argv', [module, *arguments, *short])
            status = getattr(import_module(module), function)()
            fine = (0, 1) if arguments[0] == 'check' else (0,)  # 1: it found something to tell
            assert status in fine, f'{block.place}: {command.words}: {capfd.readouterr()}'
    programs = {entry[0].rpartition('.')[2] for entry in done}
    assert {'train:main', 'evaluate:main', 'command:main'} <= programs
    assert len(list((home / 'converted').glob('*.h5'))) == 1
    assert (home / 'runs/first/checkpoints/best/policy.yaml').is_file()
    for block in marked('after training'):
        exec(compile(block.text, block.place, 'exec'), {})
        assert capfd.readouterr().out, f'{block.place} prints nothing'


@pytest.fixture
def domain(monkeypatch) -> Iterator[None]:
    """Take a ROS domain that nobody else is in."""
    with reserve_domain() as number:
        monkeypatch.setenv('ROS_DOMAIN_ID', str(number))
        yield


@pytest.fixture
def recorder(domain, tmp_path, monkeypatch) -> Iterator[Path]:
    """Start the simulator, and the recorder as the README says where there is no `ros2`."""
    monkeypatch.setenv('HOME', str(tmp_path))
    (block,) = marked('as the recorder')
    (command,) = commands(block.text)
    words = [os.path.expandvars(word) for word in command.words]
    package, executable = Path(words[0]).parts[1], Path(words[0]).name
    words[0] = str(Path(get_package_prefix(package), 'lib', package, executable))
    sim = Path(get_package_prefix('mobile_vla_sim'), 'lib', 'mobile_vla_sim', 'sim')
    started = [subprocess.Popen(line, cwd=ROOT) for line in ([str(sim)], words)]
    try:
        yield tmp_path / 'episodes'
    finally:
        for process in started:
            process.terminate()
        assert [process.wait(LIMIT) for process in started] == [0, 0]


@pytest.fixture
def driving(domain) -> Iterator[list[RecorderStatus]]:
    """Drive gently, as somebody with a joystick, and collect what the recorder says."""
    rclpy.init()
    node = rclpy.create_node('driver_of_the_test')
    publisher = node.create_publisher(Twist, 'cmd_vel', 1)
    heard: list[RecorderStatus] = []
    latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    node.create_subscription(RecorderStatus, 'recorder/status', heard.append, latched)
    node.create_timer(0.1, lambda: publisher.publish(Twist()))
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    ended = threading.Event()

    def spin() -> None:
        while not ended.is_set():
            executor.spin_once(0.1)

    thread = threading.Thread(target=spin)
    thread.start()
    yield heard
    ended.set()
    thread.join()
    executor.shutdown()
    rclpy.shutdown()


def test_the_snippets_record_an_episode(recorder, driving):
    wait_for(lambda: driving and not driving[-1].message)
    for block in marked('with a recorder'):
        said = subprocess.run(
            [sys.executable, '-c', block.text],
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=True,
        )
        if 'success=True' in said.stdout:
            stop()
        else:
            assert 'RecordEpisode_Result(path=' in said.stdout, f'{block.place}: {said.stdout}'
    assert len(list(recorder.glob('*.h5'))) == len(marked('with a recorder'))


def stop() -> None:
    from mobile_vla_msgs.srv import StopEpisode

    node = rclpy.create_node('stopper_of_the_test')
    client = node.create_client(StopEpisode, 'recorder/stop')
    assert client.wait_for_service(LIMIT)
    answer = client.call_async(StopEpisode.Request(outcome='success'))
    rclpy.spin_until_future_complete(node, answer, timeout_sec=LIMIT)
    assert answer.result().success, answer.result().message
    node.destroy_node()


def wait_for(condition) -> None:
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
