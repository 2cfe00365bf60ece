# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of configuring the policy node beside a camera, through its process and DDS."""

import shutil
import signal
import threading
import time

from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from policy_rig import is_zero, PICTURE, PolicyRig
import pytest
from rcl_interfaces.srv import GetParameters
import yaml

WAIT = 3.0
OTHER_SHAPE = (PICTURE[:, :120], PICTURE[:, 40:])


@pytest.fixture(scope='module')
def told(checkpoint, tmp_path_factory):
    """Return a checkpoint whose card tells what the training camera was."""
    directory = tmp_path_factory.mktemp('told') / 'checkpoint'
    shutil.copytree(checkpoint, directory)
    card = directory / 'policy.yaml'
    content = yaml.safe_load(card.read_text())
    content.update(camera_width=640, camera_height=360, camera_encoding='bgr8')
    card.write_text(yaml.safe_dump(content))
    return directory


@pytest.mark.parametrize(
    ('camera', 'sentence'),
    [
        ({'pictures': OTHER_SHAPE}, 'size 120x90, expected the aspect ratio of 640x360'),
        ({'encoding': 'mono8'}, 'encoding "mono8"'),
        ({'encoding': 'bayer_rggb8'}, 'image encoding "bayer_rggb8" is not supported'),
        ({'camera_steps': 30}, 'the camera is too slow: '),
    ],
    ids=['shape', 'grey', 'bayer', 'slow'],
)
def test_a_camera_that_cannot_fit_is_refused_at_configure(told, camera, sentence):
    with PolicyRig(checkpoint=told, instruction='go left', **camera) as rig:
        assert not rig.transition(Transition.TRANSITION_CONFIGURE)
        assert rig.stop(signal.SIGTERM) == 0
        output = rig.output()
    assert 'do not fit the policy: ' in output
    assert sentence in output


def test_with_autostart_it_ends_the_process_with_a_sentence(told):
    options = {'instruction': 'go left', 'autostart': True}
    with PolicyRig(checkpoint=told, pictures=OTHER_SHAPE, **options) as rig:
        output = rig.output()
    assert rig.process.returncode == 1
    assert not any(not is_zero(twist) for _, twist in rig.twists)
    assert 'crop the picture' in output


def test_while_an_image_is_waited_for_the_node_answers_and_then_says_that_none_came(told):
    options = {'instruction': 'go left', 'camera_wait': WAIT}
    with PolicyRig(checkpoint=told, camera=False, **options) as rig:
        rig.call(GetState, 'policy/get_state', GetState.Request())  # It is found by now.
        done = []
        configuring = threading.Thread(
            target=lambda: done.append(rig.transition(Transition.TRANSITION_CONFIGURE))
        )
        began = time.monotonic()
        configuring.start()
        time.sleep(0.3)
        request = GetParameters.Request(names=['rate'])
        (rate,) = rig.call(GetParameters, 'policy/get_parameters', request).values
        state = rig.call(GetState, 'policy/get_state', GetState.Request()).current_state
        assert not done  # These two were answered meanwhile.
        assert (rate.double_value, state.label) == (20.0, 'unconfigured')
        configuring.join()
        assert done == [True]
        assert time.monotonic() - began > WAIT
        rig.stop(signal.SIGTERM)
        assert 'no image came on' in rig.output()


@pytest.mark.parametrize('autostart', [False, True])
def test_a_signal_ends_the_wait(told, autostart):
    options = {'autostart': autostart, 'camera_wait': 60.0}
    with PolicyRig(checkpoint=told, camera=False, **options) as rig:
        client = rig.node.create_client(ChangeState, 'policy/change_state')
        assert client.wait_for_service(30.0)
        request = ChangeState.Request(transition=Transition(id=Transition.TRANSITION_CONFIGURE))
        client.call_async(request)
        rig.call(GetState, 'policy/get_state', GetState.Request())
        began = time.monotonic()
        assert rig.stop(signal.SIGTERM) == 0
        assert time.monotonic() - began < 5.0
        output = rig.output()
        assert not [word for word in ('Traceback', 'Error', 'Exception') if word in output]


def test_a_transition_that_is_not_possible_is_refused_and_the_robot_drives_on(told):
    options = {'instruction': 'go left', 'autostart': True}
    with PolicyRig(checkpoint=told, **options) as rig:
        rig.wait_until_driving()
        impossible = (
            Transition.TRANSITION_CONFIGURE,
            Transition.TRANSITION_ACTIVATE,
            Transition.TRANSITION_CLEANUP,
        )
        for number in impossible:
            assert not rig.transition(number)
        rig.twists.clear()
        rig.wait(lambda: len(rig.twists) > 5)
        assert rig.moves()
        assert rig.stop(signal.SIGTERM) == 0
        output = rig.output()
    for number in impossible:
        assert f'the transition number {number} is not possible now' in output
