# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for arming, the gates and braking, through the policy's process and DDS."""

import itertools
import shutil
import signal
import time

from lifecycle_msgs.msg import Transition
import numpy as np
from policy_rig import is_zero, PICTURE, PICTURES, PolicyRig
import pytest
import yaml

ACCELERATION = 0.25
"""About eight periods to the speed of the test policy [m/s^2]."""
PERIOD = 0.05
PATIENT = {'max_image_age': 2.0, 'max_chunk_age': 2.0}
"""A busy machine is not what stops the robot here."""
MOTION = {
    'max_linear_acceleration': ACCELERATION,
    'max_angular_acceleration': ACCELERATION,
    'max_linear_deceleration': ACCELERATION,
    'max_angular_deceleration': ACCELERATION,
    'stop_time': 2.0,
    **PATIENT,
}


@pytest.fixture(scope='module')
def told(checkpoint, tmp_path_factory):
    """Return a checkpoint whose card tells the size of the training camera."""
    directory = tmp_path_factory.mktemp('told') / 'checkpoint'
    shutil.copytree(checkpoint, directory)
    card = directory / 'policy.yaml'
    content = yaml.safe_load(card.read_text())
    height, width = PICTURE.shape[:2]
    content.update(camera_width=4 * width, camera_height=4 * height, camera_encoding='bgr8')
    card.write_text(yaml.safe_dump(content))
    return directory


@pytest.fixture(scope='module')
def shared(told):
    """Give one node that is not started by itself."""
    with PolicyRig(checkpoint=told, instruction='go left', **MOTION) as rig:
        assert rig.transition(Transition.TRANSITION_CONFIGURE)
        assert rig.trigger('arm') == (False, 'the node is not active: activate it first')
        rig.wait_for_reason('not active')
        assert rig.transition(Transition.TRANSITION_ACTIVATE)
        yield rig


@pytest.fixture
def driving(shared):
    shared.pictures, shared.stamp_offset = itertools.cycle(PICTURES), 0.0
    shared.press_emergency_stop(False)
    shared.wait(lambda: shared.trigger('arm')[0])
    shared.wait_until_driving()
    wait_for_full_speed(shared)
    shared.twists.clear()
    shared.wait(lambda: len(shared.twists) >= 5 and shared.moves())
    return shared


def speeds(rig):
    """Return the velocities of all commands so far, shape (N, 3)."""
    twists = [twist for _, twist in list(rig.twists)]
    return np.array([(twist.linear.x, twist.linear.y, twist.angular.z) for twist in twists])


def wait_for_full_speed(rig):
    rig.wait(lambda: len(rig.twists) > 10 and np.ptp(speeds(rig)[-5:, 0]) < 0.01)


def wait_for_rest(rig):
    rig.wait(lambda: rig.twists and not rig.moves())


def assert_gentle(way):
    """Check that no axis changes faster than allowed, were one command lost on the way."""
    assert np.abs(np.diff(way, axis=0)).max() <= 2 * ACCELERATION * PERIOD + 1e-4


def assert_braked(way):
    """Check the commands from the last full speed to rest: monotone, gentle and to zero."""
    assert_gentle(way)
    sizes = np.linalg.norm(way, axis=1)
    rest = np.flatnonzero(sizes)[-1] + 1
    start = rest
    while start and sizes[start - 1] > sizes[start]:
        start -= 1
    assert rest - start >= 4
    assert sizes[start] > 0.5 * sizes.max()
    assert sizes[-1] == 0.0


def test_an_activated_node_stays_until_it_is_armed(shared):
    shared.trigger('disarm')
    status = shared.wait_for_reason('not armed')
    assert not status.armed
    assert is_zero(status.command)
    shared.twists.clear()
    assert shared.trigger('arm') == (True, 'armed')
    shared.wait_until_driving()
    assert shared.latest().armed


def test_speeding_up_takes_its_time(shared):
    shared.trigger('disarm')
    wait_for_rest(shared)
    shared.twists.clear()
    shared.trigger('arm')
    shared.wait_until_driving()
    wait_for_full_speed(shared)
    assert_gentle(speeds(shared))
    assert np.abs(speeds(shared)[-1]).max() > 4 * ACCELERATION * PERIOD


def test_disarming_brakes(driving):
    assert driving.trigger('disarm') == (True, 'disarmed')
    wait_for_rest(driving)
    assert_braked(speeds(driving))
    assert 'not armed' in driving.latest().reason


def test_the_emergency_stop_is_zero_at_once_and_stays_until_released_and_armed(driving):
    driving.press_emergency_stop(True)
    driving.wait_for_reason('the emergency stop is pressed')
    wait_for_rest(driving)
    sizes = np.linalg.norm(speeds(driving), axis=1)
    moving = sizes[sizes > 0.0]
    assert moving.min() > 0.5 * moving.max()
    assert driving.latest().emergency_stop
    assert driving.trigger('arm') == (False, 'the emergency stop is pressed: release it first')
    driving.press_emergency_stop(False)
    driving.wait_for_reason('the emergency stop was pressed')
    assert driving.transition(Transition.TRANSITION_DEACTIVATE)
    assert driving.transition(Transition.TRANSITION_ACTIVATE)
    driving.wait_for_reason('the emergency stop was pressed')
    driving.twists.clear()
    driving.wait(lambda: len(driving.twists) > 10)
    assert not speeds(driving).any()
    assert driving.trigger('arm') == (True, 'armed')
    driving.wait_until_driving()
    assert not driving.latest().emergency_stop


def test_a_frozen_camera_stops_the_robot_until_it_shows_something_else(driving):
    driving.pictures = itertools.repeat(PICTURE)
    frozen = time.monotonic()
    driving.wait_for_reason('have been identical for')
    wait_for_rest(driving)
    assert time.monotonic() - frozen > 0.5
    assert_braked(speeds(driving))
    driving.pictures = itertools.cycle(PICTURES)
    driving.wait_until_driving()


@pytest.mark.parametrize(('value', 'word'), [(0, 'is black: brightness 0.0'), (90, 'is blank')])
def test_a_black_or_blank_camera_stops_the_robot(driving, value, word):
    driving.pictures = itertools.repeat(np.full_like(PICTURE, value))
    driving.wait_for_reason(word)
    wait_for_rest(driving)
    driving.pictures = itertools.cycle(PICTURES)
    driving.wait_until_driving()


def test_a_camera_of_another_shape_than_in_training_stops_the_robot(driving):
    driving.pictures = itertools.cycle([PICTURE[:, :120], PICTURE[:, 40:]])
    status = driving.wait_for_reason('found size 120x90, expected the aspect ratio of 640x360')
    wait_for_rest(driving)
    assert '/camera/image_raw' in status.reason
    driving.pictures = itertools.cycle(PICTURES)
    driving.wait_until_driving()


def test_stamps_that_jump_back_stop_the_robot_and_are_named(driving):
    driving.stamp_offset = -60.0
    driving.wait_for_reason('went back by')
    wait_for_rest(driving)
    driving.stamp_offset = 0.0
    driving.wait_until_driving()


def test_a_signal_brakes_and_zero_is_the_last_word(checkpoint):
    options = {'instruction': 'go left', 'autostart': True, 'max_linear_x': 0.08, **MOTION}
    with PolicyRig(checkpoint=checkpoint, **options) as rig:
        rig.wait_until_driving()
        wait_for_full_speed(rig)
        assert speeds(rig)[:, 0].max() <= 0.08 + 1e-6
        rig.twists.clear()
        assert rig.stop(signal.SIGTERM) == 0
        wait_for_rest(rig)
        assert_braked(speeds(rig))


def test_a_topic_of_another_type_is_named(checkpoint):
    options = {'instruction': 'go left', 'autostart': True}
    with PolicyRig(checkpoint=checkpoint, publish_compressed=True, **options) as rig:
        rig.wait_for_reason('sensor_msgs/msg/CompressedImage and not sensor_msgs/msg/Image')


@pytest.mark.parametrize(
    ('options', 'sentence'),
    [
        ({'rate': 5.0}, 'rate 5 Hz is lower than that of the policy'),
        ({'max_image_age': 0.08}, 'max_image_age 0.08 s would stop the robot'),
    ],
)
def test_what_does_not_fit_the_driving_card_is_refused_at_configure(checkpoint, options, sentence):
    with PolicyRig(camera=False, checkpoint=checkpoint, autostart=True, **options) as rig:
        output = rig.output()
    assert rig.process.returncode == 1
    assert sentence in output
