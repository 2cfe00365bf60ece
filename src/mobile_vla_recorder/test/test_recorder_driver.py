# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Driver events and the recorder, over real DDS."""

from geometry_msgs.msg import TwistStamped
import numpy as np
import pytest
from rclpy.qos import QoSProfile
from recorder_process import Robot

from mobile_vla_core.episodes import Episode
from mobile_vla_msgs.msg import DriverEvent
from mobile_vla_msgs.srv import StopEpisode
from mobile_vla_recorder.recording.driver_events import DRIVER_GONE

UNKNOWN = 255


class Driver:
    """Publishes what the driver does, as teleop would."""

    def __init__(self, robot: Robot, topic: str = 'driver_event') -> None:
        self._robot = robot
        self._publisher = robot.create_publisher(DriverEvent, topic, QoSProfile(depth=50))
        robot.spin_until(self._publisher.get_subscription_count)

    def say(self, action_type: int, text: str, second: int | None = None) -> None:
        """Send an event, by the robot's clock or at a second of its own time."""
        event = DriverEvent(action_type=action_type, source='keyboard', text=text)
        event.header.stamp = self._robot.get_clock().now().to_msg()
        if second is not None:
            event.header.stamp.sec, event.header.stamp.nanosec = second, 0
        self._publisher.publish(event)

    def wait_until_heard(self) -> None:
        """Wait until the recorder stores what is said: a first message may take long."""

        def heard() -> bool:
            self.say(UNKNOWN, 'hello', second=1)
            self._robot.spinner.spin_once(timeout_sec=0.1)
            with Episode(self._robot.statuses[-1].episode) as episode:
                return any('hello' in text for _, _, text in episode.events)

        self._robot.spin_until(lambda: self._robot.statuses[-1].episode)
        self._robot.spin_until(heard)

    def leave(self) -> None:
        self._robot.destroy_publisher(self._publisher)


def commands_written(robot: Robot, count: int) -> None:
    robot.spin_until(lambda: robot.statuses[-1].commands == count)


def test_commands_carry_the_type_of_the_event_in_force_at_their_stamp(start):
    robot, _ = start(command_type=TwistStamped, stamped=True)
    driver = Driver(robot)
    robot.start_episode(instruction='go')
    driver.wait_until_heard()
    robot.send_picture(1)
    robot.send_command(1)
    commands_written(robot, 1)
    driver.say(DriverEvent.SPECIAL, 'G', second=102)
    driver.say(DriverEvent.STOP, 'space', second=104)
    for t in (2, 3, 4, 5):
        robot.send_picture(t)
        robot.send_command(t, speed=0.0 if t == 4 else 1.0)
    commands_written(robot, 5)
    with Episode(robot.call(StopEpisode, 'stop', outcome='success').path) as episode:
        assert episode.actions[:, 3].tolist() == [0, 3, 3, 2, 0]
        assert episode.commands['action_type'].tolist() == [-1, 3, 3, 2, -1]
        told = [(stamp, text) for stamp, kind, text in episode.events if kind == 'driver']
        told = [(stamp, text) for stamp, text in told if 'hello' not in text]
        assert told == [
            (102.0, 'SPECIAL: keyboard: G'),
            (104.0, 'STOP: keyboard: space'),
            (told[-1][0], '3 of 5 commands carry a given action type'),
        ]
        assert episode.metadata['action_type'] == (
            'of the event on /driver_event that is in force at the stamp of the command; '
            'derived from the command where there is none'
        )


def test_a_twist_has_no_stamp_and_yet_follows_its_driver(start):
    robot, _ = start()
    driver = Driver(robot)
    robot.start_episode(instruction='go')
    driver.wait_until_heard()
    robot.send_command(1)
    commands_written(robot, 1)
    for count, kind in enumerate((DriverEvent.SPECIAL, DriverEvent.STOP), start=2):
        driver.say(kind, 'G')
        robot.send_command(count, speed=3.0 - count)
        commands_written(robot, count)
    robot.send_picture(1)
    with Episode(robot.call(StopEpisode, 'stop').path) as episode:
        assert episode.commands['action_type'].tolist() == [-1, 3, 2]
        told = [stamp for stamp, _, text in episode.events if 'keyboard: G' in text]
        assert len(told) == 2
        assert (np.abs(told - episode.commands['stamp'][1:]) < 60.0).all()


def test_types_are_derived_again_when_the_driver_is_gone(start):
    robot, _ = start()
    driver = Driver(robot)
    robot.start_episode(instruction='go')
    driver.wait_until_heard()
    robot.send_picture(1)
    driver.say(DriverEvent.SPECIAL, 'G')
    robot.send_command(1)
    commands_written(robot, 1)
    driver.leave()
    sent = 1

    def derived_again() -> bool:
        nonlocal sent
        robot.send_command(1)
        sent += 1
        commands_written(robot, sent)
        with Episode(robot.statuses[-1].episode) as episode:
            return episode.commands['action_type'][-1] == -1

    robot.spin_until(derived_again)
    with Episode(robot.call(StopEpisode, 'stop').path) as episode:
        types = episode.commands['action_type'].tolist()
        assert types == sorted(types, reverse=True)
        assert (types[0], types[-1]) == (3, -1)
        assert DRIVER_GONE in [text for _, _, text in episode.events]


@pytest.mark.parametrize('topic', ['teleop/driver', ''])
def test_the_topic_is_a_parameter_and_an_empty_one_is_not_used(start, topic):
    robot, _ = start(driver_event_topic=f"'{topic}'")
    robot.start_episode(instruction='go')
    if topic:
        driver = Driver(robot, topic)
        driver.wait_until_heard()
        driver.say(DriverEvent.SPECIAL, 'G')
    robot.send_command(1)
    commands_written(robot, 1)
    with Episode(robot.call(StopEpisode, 'stop').path) as episode:
        assert episode.commands['action_type'].tolist() == [3 if topic else -1]
        used = episode.metadata['action_type']
        assert used.startswith('of the event on /teleop/driver' if topic else 'derived from')
        assert 'driver_event' not in ''.join(key for key in episode.metadata if 'qos' in key)
