# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The recorder as a process, over real DDS."""

import itertools
import os
from pathlib import Path
import signal
import subprocess
import sys
import time

from geometry_msgs.msg import Twist, TwistStamped
import numpy as np
import pytest
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import CompressedImage, Image
from std_srvs.srv import Trigger

from mobile_vla_core.episodes import Episode, find_episodes
from mobile_vla_core.images import encode_jpeg
from mobile_vla_core.ros_domain import reserve_domain
from mobile_vla_msgs.msg import RecorderStatus
from mobile_vla_msgs.srv import StartEpisode, StopEpisode

HEIGHT, WIDTH, PADDING = 24, 32, 8
TIMEOUT = 20.0


def rgb(t: int) -> np.ndarray:
    return np.full((HEIGHT, WIDTH, 3), (10 * t % 256, 0, 200), dtype=np.uint8)


class Robot(Node):
    """Publishes pictures and commands, and calls the recorder, in a domain of its own."""

    def __init__(self, context: Context, image_type: type, command_type: type) -> None:
        super().__init__('robot', context=context)
        self.spinner = SingleThreadedExecutor(context=context)
        self.spinner.add_node(self)
        self.images = self.create_publisher(image_type, 'camera/image_raw', QoSProfile(depth=50))
        self.commands = self.create_publisher(command_type, 'cmd_vel', QoSProfile(depth=50))
        self.drives = False
        self.statuses: list[RecorderStatus] = []
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.create_subscription(RecorderStatus, 'recorder/status', self.statuses.append, latched)

    def call(self, service_type: type, name: str, **fields):
        client = self.create_client(service_type, f'recorder/{name}')
        assert client.wait_for_service(timeout_sec=TIMEOUT)
        future = client.call_async(service_type.Request(**fields))
        self.spinner.spin_until_future_complete(future, timeout_sec=TIMEOUT)
        self.destroy_client(client)
        return future.result()

    def spin_until(self, condition) -> None:
        end = time.monotonic() + TIMEOUT
        while not condition():
            assert time.monotonic() < end, self.statuses[-1:]
            self.spinner.spin_once(timeout_sec=0.05)

    def wait_for_recorder(self) -> None:
        publishers = (self.images, self.commands)
        self.spin_until(lambda: all(p.get_subscription_count() == 1 for p in publishers))

    def start_episode(self, **fields) -> None:
        def started() -> bool:
            # A best-effort picture may be lost until both ends have found each other.
            self.send_picture(0)
            if self.drives:
                self.send_command(0)
            self.spinner.spin_once(timeout_sec=0.2)
            return self.call(StartEpisode, 'start', **fields).success

        self.spin_until(started)

    def send_picture(self, t: int, encoding: str = 'bgr8') -> None:
        if self.images.msg_type is CompressedImage:
            message = CompressedImage(format='jpeg', data=encode_jpeg(rgb(t), 70))
        else:
            padding = np.zeros((HEIGHT, PADDING), dtype=np.uint8)
            rows = np.hstack([rgb(t)[..., ::-1].reshape(HEIGHT, -1), padding])
            message = Image(height=HEIGHT, width=WIDTH, encoding=encoding, data=rows.tobytes())
            message.step = WIDTH * 3 + PADDING
        message.header.stamp.sec = 100 + t
        self.images.publish(message)

    def send_command(self, t: int) -> None:
        if self.commands.msg_type is Twist:
            message = Twist()
            message.linear.x = float(t)
        else:
            message = TwistStamped()
            message.header.stamp.sec = 100 + t
            message.twist.linear.x = float(t)
        self.commands.publish(message)


class Recorder:
    """The node's process, logging to a file."""

    def __init__(self, folder: Path, environment: dict[str, str], **parameters) -> None:
        self.log = folder / 'recorder.log'
        self.output = folder / 'episodes'
        values = {
            'output': self.output,
            'minimum_free_megabytes': 0,
            'require_commands': False,
            **parameters,
        }
        arguments = [part for key, value in values.items() for part in ('-p', f'{key}:={value}')]
        command = [sys.executable, '-m', 'mobile_vla_recorder.recorder_node', '--ros-args']
        with self.log.open('w') as log:
            self.process = subprocess.Popen(
                [*command, *arguments], env=environment, stdout=log, stderr=log
            )

    def end(self, with_signal: int) -> int:
        self.process.send_signal(with_signal)
        return self.process.wait(TIMEOUT)


@pytest.fixture
def domain():
    with reserve_domain() as number:
        yield number


@pytest.fixture
def start(tmp_path, domain):
    """Return a function that starts a recorder and a robot that publishes to it."""
    context = Context()
    rclpy.init(context=context, domain_id=domain)
    environment = {**os.environ, 'ROS_DOMAIN_ID': str(domain)}
    started = []

    def begin(image_type=Image, command_type=Twist, **parameters) -> tuple[Robot, Recorder]:
        recorder = Recorder(tmp_path, environment, **parameters)
        robot = Robot(context, image_type, command_type)
        started.append((robot, recorder))
        robot.wait_for_recorder()
        return robot, recorder

    yield begin
    for robot, recorder in started:
        if recorder.process.poll() is None:
            recorder.process.kill()
            recorder.process.wait()
        robot.destroy_node()
    rclpy.shutdown(context=context)


@pytest.mark.parametrize(
    ('image_type', 'command_type'), [(Image, TwistStamped), (CompressedImage, Twist)]
)
def test_a_driven_episode_is_recorded_whole(start, image_type, command_type):
    robot, recorder = start(
        image_type,
        command_type,
        compressed=image_type is CompressedImage,
        stamped=command_type is TwistStamped,
    )
    robot.start_episode(instruction='go left', scenario='1box_vert_left')
    for t in range(1, 5):
        robot.send_picture(t)
        robot.send_command(t)
    saved = robot.call(StopEpisode, 'stop', outcome='success', reason='arrived')
    assert (saved.success, saved.frames, saved.commands, saved.dropped) == (True, 4, 4, 0)
    assert find_episodes(recorder.output) == [Path(saved.path)]
    with Episode(saved.path) as episode:
        assert (episode.instruction, episode.scenario) == ('go left', '1box_vert_left')
        assert episode.stamps().tolist() == [101, 102, 103, 104]
        for t in range(4):
            assert np.abs(episode.image(t).astype(int) - rgb(t + 1)).max() < 12
        if image_type is CompressedImage:
            assert episode.jpeg(0) == encode_jpeg(rgb(1), 70)
        if command_type is TwistStamped:
            assert episode.actions[:, 0].tolist() == [1, 2, 3, 4]
        assert sorted(episode.commands['twist'][:, 0]) == [1, 2, 3, 4]
    assert recorder.end(signal.SIGINT) == 0


def test_every_refusal_says_why(start):
    robot, recorder = start(require_commands=True)
    robot.drives = True
    refused = robot.call(StartEpisode, 'start', instruction='go')
    assert not refused.success
    assert 'no picture came on camera/image_raw for 2 s' in refused.message
    for service, name in ((StopEpisode, 'stop'), (Trigger, 'discard')):
        refused = robot.call(service, name)
        assert not refused.success
        assert 'no episode is being recorded' in refused.message

    def undriven() -> bool:
        robot.send_picture(0)
        robot.spinner.spin_once(timeout_sec=0.2)
        refused = robot.call(StartEpisode, 'start', instruction='go')
        return not refused.success and 'no command came on cmd_vel for 2 s' in refused.message

    robot.spin_until(undriven)
    robot.start_episode(instruction='go')
    refused = robot.call(StartEpisode, 'start', instruction='go')
    assert not refused.success
    assert 'is being recorded: stop or discard it first' in refused.message
    assert robot.call(Trigger, 'discard').success
    assert list(recorder.output.glob('*.h5*')) == []
    robot.spin_until(lambda: robot.statuses[-1].state == 'idle')


@pytest.mark.parametrize('ending', [signal.SIGINT, signal.SIGTERM])
def test_ending_the_node_keeps_the_running_episode(start, ending):
    robot, recorder = start()
    robot.start_episode(instruction='go')
    robot.send_picture(1)
    robot.spin_until(lambda: robot.statuses[-1].frames == 1)
    recorder.process.send_signal(ending)
    assert recorder.end(ending) == 0, recorder.log.read_text()
    assert 'Traceback' not in recorder.log.read_text()
    with Episode(find_episodes(recorder.output)[0]) as episode:
        assert len(episode) == 1
        assert 'the recorder was shut down' in episode.events[-1][2]


def test_a_frame_seen_in_the_status_survives_sigkill(start):
    robot, recorder = start()
    robot.start_episode(instruction='go')
    times = itertools.count(1)

    def ten_recorded() -> bool:
        robot.send_picture(next(times))
        return robot.statuses[-1].frames >= 10

    robot.spin_until(ten_recorded)
    acknowledged = robot.statuses[-1].frames
    recorder.end(signal.SIGKILL)
    (part,) = recorder.output.glob('*.h5.part')
    with Episode(part) as episode:
        assert len(episode) >= acknowledged
        assert all(episode.image(t).shape == (HEIGHT, WIDTH, 3) for t in range(len(episode)))


@pytest.mark.parametrize(
    ('name', 'value', 'text'),
    [
        ('jpeg_quality', 101, 'jpeg_quality'),
        ('stamped', 'maybe', 'expected a bool such as False'),
        ('expected_rate', 30, 'expected a float such as 0.0'),
    ],
)
def test_a_wrong_parameter_is_one_sentence_and_exit_code_1(tmp_path, name, value, text):
    recorder = Recorder(tmp_path, dict(os.environ), **{name: value})
    assert recorder.process.wait(TIMEOUT) == 1
    log = recorder.log.read_text()
    assert text in log
    assert 'Traceback' not in log
