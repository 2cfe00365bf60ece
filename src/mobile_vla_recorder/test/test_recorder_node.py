# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The recorder as a process, over real DDS: streams, refusals, endings."""

import itertools
import json
from pathlib import Path
import signal
import time

from geometry_msgs.msg import Twist, TwistStamped
from nav_msgs.msg import Odometry
import numpy as np
import pytest
from rclpy.qos import QoSProfile, ReliabilityPolicy
from recorder_process import HEIGHT, rgb, TIMEOUT, WIDTH
from sensor_msgs.msg import CameraInfo, CompressedImage, Image, Imu, JointState
from std_srvs.srv import Trigger

from mobile_vla_core.episodes import Episode, find_episodes
from mobile_vla_core.images import encode_jpeg
from mobile_vla_msgs.srv import StartEpisode, StopEpisode

HELD_UP = 0.75
"""Less than the second after which Fast DDS gives up the shared memory of a silent reader [s]."""


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


@pytest.mark.parametrize('ending', [signal.SIGINT, signal.SIGTERM])
def test_ending_the_node_keeps_the_running_episode(start, ending):
    robot, recorder = start()
    robot.start_episode(instruction='go')
    robot.send_picture(1)
    robot.spin_until(lambda: robot.statuses[-1].frames == 1)
    assert recorder.end_impatiently(ending) == 0, recorder.log.read_text()
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


def test_what_a_killed_recorder_left_is_recovered_at_the_next_start(start):
    robot, recorder = start()
    robot.start_episode(instruction='go')
    times = itertools.count(1)

    def five_recorded() -> bool:
        robot.send_picture(next(times))
        return robot.statuses[-1].frames >= 5

    robot.spin_until(five_recorded)
    acknowledged = robot.statuses[-1].frames
    recorder.end(signal.SIGKILL)
    robot, recorder = start()
    robot.spin_until(lambda: any('after a crash' in each.message for each in robot.statuses[-1:]))
    assert 'nothing acknowledged is lost' in robot.statuses[-1].message
    assert 'after a crash' in recorder.log.read_text()
    with Episode(find_episodes(recorder.output)[0]) as episode:
        assert len(episode) >= acknowledged


def test_several_cameras_are_recorded_with_what_describes_them(start):
    robot, recorder = start(
        camera_names="['front', 'rear']",
        image_topics="['camera/image_raw', 'rear/image_raw/compressed']",
        expected_rate=10.0,
        imu_topic='imu',
        joint_states_topic='joint_states',
    )
    sensors = robot.create_publishers(
        {
            'rear/image_raw/compressed': CompressedImage,
            'rear/camera_info': CameraInfo,
            'imu': Imu,
            'joint_states': JointState,
        }
    )
    rear = CompressedImage(format='jpeg', data=encode_jpeg(rgb(3)))

    def send_rear(t: int) -> None:
        rear.header.stamp.sec = 100 + t
        sensors['rear/camera_info'].publish(CameraInfo(width=WIDTH, height=HEIGHT, k=[2.0] * 9))
        sensors['rear/image_raw/compressed'].publish(rear)

    refused = robot.call(StartEpisode, 'start', instruction='go')
    assert 'no picture came on' in refused.message

    def started_with_joints() -> bool:
        # The first message of a publisher may come late; a start needs the names of the joints.
        sensors['joint_states'].publish(JointState(name=['lift'], position=[0.5]))
        robot.start_episode(also=lambda: send_rear(0), instruction='go')
        (part,) = recorder.output.glob('*.h5.part')
        with Episode(part) as episode:
            if episode.joint_names:
                return True
        return not robot.call(Trigger, 'discard').success

    robot.spin_until(started_with_joints)
    (part,) = recorder.output.glob('*.h5.part')

    def imu_is_heard() -> bool:
        early = Imu()
        early.header.stamp.sec = 1
        sensors['imu'].publish(early)
        robot.spinner.spin_once(timeout_sec=0.1)
        with Episode(part) as episode:
            return len(episode.imu['stamp']) > 0

    robot.spin_until(imu_is_heard)
    for t in range(1, 4):
        robot.send_picture(t)
        send_rear(t)
        sensors['imu'].publish(Imu())
        sensors['joint_states'].publish(JointState(name=['lift'], position=[0.1 * t]))
    robot.spin_until(lambda: list(robot.statuses[-1].camera_frames) == [3, 3])
    status = robot.statuses[-1]
    assert status.camera_names == ['front', 'rear']
    assert list(status.camera_dropped) == [0, 0]
    assert status.camera_rate[0] == pytest.approx(1.0)
    assert 'front: 1.0 Hz instead of 10 Hz' in status.warnings
    with Episode(robot.call(StopEpisode, 'stop').path) as episode:
        assert episode.stamps('rear').tolist() == [101, 102, 103]
        info = json.loads(episode.camera_attributes('rear')['camera_info'])
        assert (info['width'], info['k']) == (WIDTH, [2.0] * 9)
        assert episode.camera_attributes('rear')['topic'] == '/rear/image_raw/compressed'
        joints, imu = episode.joint_states, episode.imu
        assert joints['position'][-3:].tolist() == [[0.1], [0.2], [0.1 * 3]]
        assert (
            np.concatenate([imu['stamp'][-3:], joints['stamp'][-3:]]) > 1e9
        ).all()  # of arrival
        assert episode.metadata['parameter.expected_rate'] == 10.0
        assert 'best_effort' in episode.metadata['qos./camera/image_raw']
        assert episode.metadata['offered./camera/image_raw'] == 'robot: reliable, volatile'
        assert episode.metadata['offered./imu'] == 'robot: reliable, volatile'
        assert any(kind == 'quality' for _, kind, _ in episode.events)


def test_the_pre_roll_is_in_the_episode(start):
    robot, _ = start(pre_roll=30.0)
    robot.drives = True
    robot.start_episode(instruction='go')
    assert robot.call(Trigger, 'discard').success
    for t in range(10, 20):
        robot.send_picture(t)
        robot.send_command(t)
        robot.spinner.spin_once(timeout_sec=0.05)
    assert robot.call(StartEpisode, 'start', instruction='go').success
    robot.send_picture(50)
    saved = robot.call(StopEpisode, 'stop')
    with Episode(saved.path) as episode:
        assert episode.stamps().tolist() == [*range(110, 120), 150]
        assert episode.commands['twist'][:, 0].tolist() == list(range(10, 20))
    robot.send_picture(60)
    assert robot.call(StartEpisode, 'start', instruction='go on').success
    with Episode(robot.call(StopEpisode, 'stop').path) as episode:
        assert episode.stamps().tolist() == [160], 'nothing is in two episodes'


def test_a_lost_camera_ends_the_episode_and_the_status_says_why(start):
    robot, recorder = start(camera_timeout=0.5)
    robot.start_episode(instruction='go')
    robot.send_picture(1)
    text = 'was stopped and kept: no picture came on /camera/image_raw for 0.5 s'
    robot.spin_until(lambda: text in robot.statuses[-1].message)
    assert robot.statuses[-1].state == 'idle'
    with Episode(find_episodes(recorder.output)[0]) as episode:
        assert episode.ending == ('unknown', 'no picture came on /camera/image_raw for 0.5 s')
    refused = robot.call(StopEpisode, 'stop', outcome='success')
    assert 'the last one was stopped and kept: no picture came' in refused.message


def test_a_recorder_that_is_held_up_loses_no_picture(start):
    robot, recorder = start(camera_timeout=0.5)
    robot.start_episode(instruction='go')
    stop = robot.create_client(StopEpisode, 'recorder/stop')
    assert stop.wait_for_service(TIMEOUT)
    recorder.hold_up()
    for t in range(1, 30):
        robot.send_picture(t)
    stopped = stop.call_async(StopEpisode.Request())  # it waits there together with the pictures
    time.sleep(HELD_UP)  # longer than camera_timeout: held up is not silent
    recorder.process.send_signal(signal.SIGCONT)
    robot.spin_until(stopped.done)
    assert stopped.result().success, stopped.result().message
    with Episode(stopped.result().path) as episode:
        assert [stamp for stamp in episode.stamps() if stamp > 100] == list(range(101, 130))


@pytest.mark.parametrize(
    'reliability', [ReliabilityPolicy.BEST_EFFORT, ReliabilityPolicy.RELIABLE]
)
def test_measurements_are_heard_from_best_effort_and_from_reliable_publishers(start, reliability):
    robot, recorder = start(odometry_topic='odom', imu_topic='imu', joint_states_topic='joints')
    kinds = {'odom': Odometry, 'imu': Imu, 'joints': JointState}
    qos = QoSProfile(depth=10, reliability=reliability)
    sensors = [(robot.create_publisher(kind, topic, qos), kind) for topic, kind in kinds.items()]
    wheel = {JointState: JointState(name=['wheel'], position=[1.0])}

    def send() -> None:
        for publisher, kind in sensors:
            publisher.publish(wheel.get(kind) or kind())

    robot.spin_until(lambda: all(sensor.get_subscription_count() for sensor, _ in sensors))
    path = None

    def all_are_heard() -> bool:
        nonlocal path
        if path is None:
            robot.start_episode(also=send, instruction='go')
            (path,) = recorder.output.glob('*.h5.part')
        robot.send_picture(1)
        send()
        robot.spinner.spin_once(timeout_sec=0.1)
        with Episode(path) as episode:
            streams = (episode.odometry, episode.imu, episode.joint_states)
            heard = all(len(rows['stamp']) for rows in streams)
            late = not episode.joint_names and len(episode.imu['stamp'])
        if late:  # the names of the joints came after the start: again
            path = None
            assert robot.call(Trigger, 'discard').success
        return heard

    robot.spin_until(all_are_heard)


def test_a_recorder_that_is_held_up_does_not_stamp_commands_late(start):
    robot, recorder = start()
    robot.start_episode(instruction='go')

    def driven() -> bool:
        robot.send_command(1)
        return robot.statuses[-1].commands > 0

    robot.spin_until(driven)
    recorder.hold_up()
    sent = []
    for t in range(5):
        sent.append(time.time())
        robot.send_command(100 + t)
        time.sleep(HELD_UP / 5)
    recorder.process.send_signal(signal.SIGCONT)
    saved = robot.call(StopEpisode, 'stop')
    with Episode(saved.path) as episode:
        commands = episode.commands
        held_up = commands['twist'][:, 0] >= 100
        np.testing.assert_allclose(commands['stamp'][held_up], sent, rtol=0, atol=0.15)
