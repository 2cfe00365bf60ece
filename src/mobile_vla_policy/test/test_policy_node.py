# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for policy_node.py, through its process and DDS."""

import os
from pathlib import Path
import shutil
import signal
import subprocess
import sys
import time
import zlib

from lifecycle_msgs.msg import Transition
import numpy as np
from policy_rig import is_zero, PICTURES, PolicyRig
import pytest

from mobile_vla_core.images import Preprocessing

MAX_AGE, STOP_TIME = 0.5, 0.3
PERIOD = 0.05
SLACK = 0.3
"""Delay that a busy machine may add [s]."""

CONTROL_IMPORTS = """
import sys
import mobile_vla_policy.policy_node
print(sorted({name.partition('.')[0] for name in sys.modules} & set(sys.argv[1:])))
"""
HEAVY = ['torch', 'torchvision', 'lightning', 'transformers', 'h5py', 'matplotlib', 'PIL', 'scipy']
"""What would keep the control process from being ready at once."""


@pytest.fixture(scope='module')
def shared(checkpoint):
    """Give one node to the tests that leave it driving."""
    with PolicyRig(checkpoint=checkpoint, instruction='go left', autostart=True) as rig:
        yield rig


@pytest.fixture
def driving(shared):
    shared.camera_on, shared.encoding, shared.stamp_offset = True, 'rgb8', 0.0
    shared.wait_until_driving()
    shared.twists.clear()
    return shared


def commands_after(rig, moment):
    return [twist for when, twist in list(rig.twists) if when > moment]


def test_the_control_process_never_imports_torch_or_what_else_takes_long_to_load():
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    command = [sys.executable, '-c', CONTROL_IMPORTS, *HEAVY]
    seen = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert seen.stdout == '[]\n'


def test_commands_come_at_the_rate(driving):
    start = time.monotonic()
    time.sleep(3.0)
    stamps = [when for when, _ in list(driving.twists)]
    assert len(stamps) <= (time.monotonic() - start) / PERIOD + 2
    assert np.median(np.diff(stamps)) == pytest.approx(PERIOD, rel=0.2)
    assert not any(is_zero(twist) for twist in commands_after(driving, start))


def test_the_network_sees_what_training_saw(driving):
    expected = {zlib.crc32(Preprocessing().from_rgb(picture)) for picture in PICTURES}
    assert driving.latest().input_crc32 in expected


def test_the_status_tells_ages_and_counts(driving):
    driving.wait(lambda: driving.latest().frames > 3)
    status = driving.latest()
    assert status.instruction == 'go left'
    assert 0.0 <= status.image_age < MAX_AGE
    assert 0.0 <= status.chunk_age < MAX_AGE
    assert status.inference_ms > 0.0
    assert not is_zero(status.command)


def test_each_command_comes_with_a_status_that_tells_the_row_of_its_chunk(driving):
    driving.statuses.clear()
    driving.twists.clear()
    time.sleep(3.0)
    statuses, commands = list(driving.statuses), len(driving.twists)
    assert abs(len(statuses) - commands) <= 2
    assert {status.chunk_index for status in statuses} >= {0, 1}
    for status in statuses:
        # An action of 0.1 s each; the figures are of single precision.
        assert status.chunk_index == pytest.approx(status.chunk_age / 0.1 - 0.5, abs=0.51)
    assert 0.3 < np.mean([status.fresh for status in statuses]) < 0.7  # 10 Hz of 20 Hz


def test_a_whole_chunk_is_fresh_once_however_many_predictions_come_meanwhile(checkpoint):
    options = {'instruction': 'go left', 'autostart': True, 'strategy': 'whole'}
    with PolicyRig(checkpoint=checkpoint, max_chunk_age=2.0, **options) as rig:
        rig.wait_until_driving()
        rig.statuses.clear()
        time.sleep(3.0)
        statuses = list(rig.statuses)
    rows = np.array([status.chunk_index for status in statuses])
    fresh = np.array([status.fresh for status in statuses])
    assert rows.max() == 7
    begins = np.flatnonzero(np.diff(rows) < 0) + 1  # where the next chunk has its turn
    np.testing.assert_array_equal(np.flatnonzero(fresh[1:]) + 1, begins)
    assert 2 <= len(begins) <= 6


def test_the_robot_stops_when_images_stop_and_goes_on_when_they_come_back(driving):
    driving.camera_on = False
    stopped = time.monotonic()
    driving.wait_for_reason('s old, allowed are 0.5 s')
    time.sleep(0.2)
    moving = [when for when, twist in list(driving.twists) if not is_zero(twist)]
    assert moving[-1] - stopped < MAX_AGE + STOP_TIME + SLACK
    assert len(commands_after(driving, moving[-1])) >= 3
    driving.camera_on = True
    driving.wait_until_driving()


def test_the_robot_does_not_drive_on_images_from_the_future(driving):
    driving.stamp_offset = 60.0
    status = driving.wait_for_reason('in the future')
    assert is_zero(status.command)


def test_the_robot_does_not_drive_on_images_that_cannot_be_read(driving):
    driving.encoding = 'bayer_rggb8'
    status = driving.wait_for_reason('"bayer_rggb8" is not supported')
    assert is_zero(status.command)
    assert status.dropped > 0


def test_a_new_instruction_stops_the_robot_until_a_frame_of_after_it_was_seen(driving):
    driving.camera_on = False  # else the next frame may come before the next command is due
    changed = time.monotonic()
    driving.set_parameter('instruction', 'go right')
    driving.wait_for_reason('waiting for the first prediction')
    driving.wait(lambda: any(is_zero(twist) for twist in commands_after(driving, changed)))
    driving.camera_on = True
    driving.wait_until_driving()
    assert driving.latest().instruction == 'go right'
    driving.set_parameter('instruction', 'go left')


def test_a_killed_worker_means_zero_at_once_and_is_started_again(driving):
    worker, before = driving.worker(), driving.latest().worker_restarts
    os.kill(worker, signal.SIGKILL)
    killed = time.monotonic()
    driving.wait_for_reason('the inference worker')
    driving.wait_until_driving()
    times = [when for when, twist in list(driving.twists) if is_zero(twist)]
    assert times[0] - killed < 2 * PERIOD + SLACK
    assert np.diff([when for when, _ in list(driving.twists)]).max() < PERIOD + SLACK
    assert driving.latest().worker_restarts == before + 1
    assert driving.worker() != worker


def test_a_worker_that_hangs_means_zero_within_the_staleness_limit(driving):
    worker = driving.worker()
    os.kill(worker, signal.SIGSTOP)
    hung = time.monotonic()
    try:
        driving.wait_for_reason('the newest prediction is of an image')
        moving = [when for when, twist in list(driving.twists) if not is_zero(twist)]
        assert moving[-1] - hung < MAX_AGE + STOP_TIME + SLACK
    finally:
        os.kill(worker, signal.SIGCONT)
    driving.wait_until_driving()


def test_deactivating_stops_the_robot_and_cleaning_up_ends_the_worker(driving):
    worker = driving.worker()
    assert driving.transition(Transition.TRANSITION_DEACTIVATE)
    answered = time.monotonic()
    time.sleep(0.2)
    assert is_zero(driving.twists[-1][1])
    assert commands_after(driving, answered + 0.1) == []
    assert driving.latest().state == 'inactive'
    assert driving.transition(Transition.TRANSITION_CLEANUP)
    assert not Path(f'/proc/{worker}').exists()
    assert driving.transition(Transition.TRANSITION_CONFIGURE)
    assert driving.transition(Transition.TRANSITION_ACTIVATE)
    driving.wait_until_driving()


@pytest.mark.parametrize(
    ('number', 'options'),
    [(signal.SIGINT, {}), (signal.SIGTERM, {'stamped': True, 'compressed': True})],
)
def test_zero_is_the_last_word_on_a_signal(checkpoint, number, options):
    options = {'instruction': 'go left', 'autostart': True, **options}
    with PolicyRig(camera=False, checkpoint=checkpoint, **options) as rig:
        rig.wait_for_reason('no image on')
        assert '/camera/image_raw' in rig.latest().reason
        rig.camera_on = True
        rig.wait_until_driving()
        worker = rig.worker()
        status = rig.stop(number)
        time.sleep(0.2)
        assert status == 0
        assert is_zero(rig.twists[-1][1])
        assert 'Traceback' not in rig.output()
        assert not Path(f'/proc/{worker}').exists()


def test_in_simulated_time_commands_come_at_the_rate_of_the_simulation(checkpoint):
    options = {'instruction': 'go left', 'autostart': True, 'use_sim_time': True}
    with PolicyRig(checkpoint=checkpoint, **options) as rig:
        rig.wait_until_driving()
        start, before = rig.simulated_time, len(rig.twists)
        rig.wait(lambda: rig.simulated_time - start >= 2.0)
        assert len(rig.twists) - before == pytest.approx(2.0 / PERIOD, abs=4)

        rig.paused = True
        time.sleep(0.2)
        before = len(rig.twists)
        time.sleep(0.3)
        assert len(rig.twists) == before
        assert rig.stop(signal.SIGINT) == 0
        time.sleep(0.2)
        assert is_zero(rig.twists[-1][1])


def test_a_missing_checkpoint_is_one_sentence_and_a_failing_exit(tmp_path):
    options = {'checkpoint': tmp_path / 'none', 'instruction': 'go', 'autostart': True}
    with PolicyRig(camera=False, **options) as rig:
        output = rig.output()
    assert rig.process.returncode == 1
    assert 'none is not a folder' in output
    assert len(output.splitlines()) == 1


def test_a_checkpoint_of_another_action_space_is_refused(checkpoint, tmp_path):
    foreign = tmp_path / 'foreign'
    shutil.copytree(checkpoint, foreign)
    card = foreign / 'policy.yaml'
    card.write_text(card.read_text().replace('linear_y', 'steering'))
    with PolicyRig(camera=False, checkpoint=foreign, instruction='go', autostart=True) as rig:
        output = rig.output()
    assert rig.process.returncode == 1
    assert 'another action space' in output
    assert len(output.splitlines()) == 1


@pytest.mark.parametrize(
    ('name', 'value', 'sentence'),
    [('rate', 20, 'expecting type'), ('rate', 0.1, 'out of range'), ('instruction', 5, 'STRING')],
)
def test_a_parameter_of_another_type_or_out_of_range_is_one_sentence(name, value, sentence):
    with PolicyRig(camera=False, **{name: value}) as rig:
        output = rig.output()
    assert rig.process.returncode == 1
    assert sentence in output
    assert len(output.splitlines()) == 1


@pytest.mark.parametrize(
    ('name', 'value', 'sentence'),
    [
        ('realtime_priority', 1, 'realtime_priority is 1: expected 0 for none, or 2 or more'),
        ('mode', 'shadwo', 'mode is "shadwo": expected one of drive, shadow'),
        ('instruction', '"?!"', 'holds no word'),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_at_configure(checkpoint, name, value, sentence):
    options = {'checkpoint': checkpoint, 'instruction': 'go left', name: value}
    with PolicyRig(camera=False, autostart=True, **options) as rig:
        output = rig.output()
    assert rig.process.returncode == 1
    assert sentence in output
    assert len(output.splitlines()) == 1


def test_only_the_instruction_changes_while_configured(driving):
    assert 'clean the node up' in driving.set_parameter('rate', 10.0)
    assert 'holds no word' in driving.set_parameter('instruction', '?!')
    assert driving.set_parameter('instruction', 'go left') == ''


def test_without_autostart_a_bad_checkpoint_fails_the_transition_only(checkpoint, tmp_path):
    with PolicyRig(camera=False, checkpoint=tmp_path) as rig:
        assert not rig.transition(Transition.TRANSITION_CONFIGURE)
        assert rig.stop(signal.SIGTERM) == 0
        assert 'holds no policy.yaml' in rig.output()
