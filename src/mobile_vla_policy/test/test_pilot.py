# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for pilot.py."""

from dataclasses import replace

import numpy as np
from pilot_bench import actions, assert_stopped, begin, CARD, PICTURE, reply, see, START
import pytest

from mobile_vla_core.action_space import ActionType
from mobile_vla_core.chunk_strategy import ChunkStrategy
from mobile_vla_core.picture import Picture
from mobile_vla_core.safety import StopReason
from mobile_vla_policy.gates.gate import Stop
from mobile_vla_policy.parameters import SafetyParameters
from mobile_vla_policy.pilot import Pilot
from mobile_vla_policy.record import ReplyKind


@pytest.fixture
def pilot():
    return begin(Pilot(CARD, '/camera', SafetyParameters(max_image_age=0.5, max_chunk_age=0.4)))


@pytest.fixture
def driving(pilot):
    assert pilot.offer(PICTURE, START, START + 0.01)
    pilot.given(True)
    pilot.answered(reply(pilot, START))
    assert pilot.decide(START + 0.02).reason is None
    return pilot


def test_without_an_instruction_the_robot_stays(pilot):
    pilot.follow('  ', START)
    assert_stopped(pilot.decide(START), StopReason.NO_INSTRUCTION)


def test_a_camera_that_never_publishes_is_named(pilot):
    decision = pilot.decide(START + 5.0)
    assert_stopped(decision, StopReason.NO_IMAGE)
    assert decision.sentence == 'no image on /camera: is the camera running?'
    assert np.isnan(decision.image_age)


def test_before_the_first_prediction_the_robot_stays(pilot):
    assert_stopped(pilot.decide(START + 0.01), StopReason.NO_CHUNK)
    pilot.offer(PICTURE, START + 0.02, START + 0.02)
    assert_stopped(pilot.decide(START + 0.03), StopReason.NO_CHUNK)


def test_the_action_is_that_of_the_observations_age(driving):
    decision = driving.decide(START + 0.25)
    np.testing.assert_allclose(decision.velocity, [0.48, 0.1, 0.2], rtol=1e-6)
    assert decision.action_type is ActionType.MOVEMENT
    assert decision.chunk_age == pytest.approx(0.25)
    assert decision.image_age == pytest.approx(0.25)
    assert decision.sentence == ''


def test_a_chunk_is_fresh_once(driving):
    assert not driving.decide(START + 0.05).fresh
    driving.answered(reply(driving, START + 0.1))
    assert driving.decide(START + 0.12).fresh
    assert not driving.decide(START + 0.17).fresh


def test_the_row_of_the_chunk_that_is_commanded_is_told(driving):
    assert [driving.decide(START + age).row for age in (0.05, 0.15, 0.39)] == [0, 1, 3]


def test_each_prediction_is_told_once_with_what_it_says_of_now(driving):
    assert driving.decide(START + 0.05).predictions == ()
    driving.answered(reply(driving, START + 0.1, inference_ms=8.0))
    (prediction,) = driving.decide(START + 0.22).predictions
    assert prediction.action_type is ActionType.MOVEMENT
    np.testing.assert_allclose(prediction.velocity, [0.49, 0.1, 0.2], rtol=1e-6)
    assert (prediction.age, prediction.inference_ms) == (pytest.approx(0.12), 8.0)
    assert driving.decide(START + 0.27).predictions == ()


def test_of_the_predictions_that_come_while_the_robot_may_not_move_the_newest_is_told(driving):
    driving.arming.disarm()
    for step in range(1, 4):
        driving.offer(PICTURE, START + 0.1 * step, START + 0.1 * step)
        driving.answered(reply(driving, START + 0.1 * step))
        assert driving.decide(START + 0.1 * step + 0.02).predictions == ()
    driving.arming.arm()
    (prediction,) = driving.decide(START + 0.35).predictions
    assert prediction.age == pytest.approx(0.05)


def test_a_whole_chunk_is_fresh_when_its_turn_comes_and_every_prediction_counts():
    player = ChunkStrategy.named('whole').player(2.0)
    safety = SafetyParameters(max_image_age=2.0, max_chunk_age=2.0, max_frozen_time=0.0)
    pilot = begin(Pilot(CARD, '/camera', safety, player=player))
    stop = actions(ActionType.STOP)
    first = see(pilot, START)
    later = [see(pilot, START + 0.1 * step, actions=stop) for step in range(1, 10)]
    assert [first.fresh, *[decision.fresh for decision in later]] == [
        True,
        *[False] * 7,
        True,
        False,
    ]
    assert [decision.row for decision in later[:7]] == list(range(1, 8))
    assert {decision.action_type for decision in later[:7]} == {ActionType.MOVEMENT}
    assert later[7].action_type is ActionType.STOP
    assert later[7].chunk_age == pytest.approx(0.0)
    kinds = [one.action_type for decision in later for one in decision.predictions]
    assert kinds == [ActionType.STOP] * 9


def test_an_old_image_stops_the_robot_and_says_how_old_it_is(driving):
    driving.answered(reply(driving, START + 0.4))
    decision = driving.decide(START + 0.62)
    assert_stopped(decision, StopReason.STALE_IMAGE)
    assert '/camera is 0.62 s old, allowed are 0.5 s' in decision.sentence


def test_an_old_chunk_stops_the_robot_although_images_come(driving):
    driving.offer(PICTURE, START + 0.4, START + 0.4)
    decision = driving.decide(START + 0.42)
    assert_stopped(decision, StopReason.STALE_CHUNK)
    assert '0.42 s old, allowed are 0.4 s' in decision.sentence


def test_an_image_from_the_future_is_neither_driven_on_nor_shown_to_the_policy(driving):
    assert not driving.offer(PICTURE, START + 9.0, START + 0.1)
    assert_stopped(driving.decide(START + 0.1), StopReason.FUTURE_IMAGE)


def test_an_old_image_is_not_shown_to_the_policy(driving):
    assert not driving.offer(PICTURE, START + 0.2, START + 0.8)


def test_only_frames_of_after_the_reset_count(pilot):
    assert not pilot.offer(PICTURE, START - 0.1, START)
    assert pilot.offer(PICTURE, START, START + 0.01)


def test_a_new_instruction_stops_clears_and_ignores_what_was_under_way(driving):
    before = reply(driving, START + 0.1)
    driving.follow('go right', START + 0.1)
    assert_stopped(driving.decide(START + 0.11), StopReason.NO_CHUNK)
    driving.answered(before)
    assert_stopped(driving.decide(START + 0.12), StopReason.NO_CHUNK)
    driving.answered(reply(driving, START + 0.2))
    assert driving.decide(START + 0.21).reason is None


def test_the_same_instruction_again_starts_anew(driving):
    driving.follow('go left', START + 0.1)
    assert_stopped(driving.decide(START + 0.11), StopReason.NO_CHUNK)


@pytest.mark.parametrize(
    ('reason', 'detail', 'sentence'),
    [
        (StopReason.WORKER_DOWN, 'killed by SIGKILL', 'stopped (killed by SIGKILL)'),
        (StopReason.WORKER_FAILED, 'no such file.', 'cannot run the policy: no such file.'),
        (StopReason.WORKER_STARTING, '', 'is loading the policy'),
    ],
)
def test_without_a_worker_the_robot_stops_at_once(driving, reason, detail, sentence):
    driving.worker_is(reason, detail)
    decision = driving.decide(START + 0.03)
    assert_stopped(decision, reason)
    assert sentence in decision.sentence


def test_the_chunk_of_a_dead_worker_is_not_played_by_the_next(driving):
    driving.worker_is(StopReason.WORKER_DOWN, 'killed')
    driving.worker_is(None)
    assert_stopped(driving.decide(START + 0.03), StopReason.NO_CHUNK)


def test_frames_are_neither_given_nor_counted_while_there_is_no_worker(driving):
    driving.worker_is(StopReason.WORKER_STARTING, '')
    assert not driving.offer(PICTURE, START + 0.1, START + 0.1)
    driving.worker_is(None)
    assert driving.offer(PICTURE, START + 0.2, START + 0.2)
    assert driving.tally.dropped == 0


def test_a_bad_image_stops_the_robot_until_a_good_one_comes(driving):
    driving.offer(PICTURE, START + 0.1, START + 0.1)
    bad = reply(driving, START + 0.1, ReplyKind.BAD_IMAGE, text='encoding "x" is not supported')
    driving.answered(bad)
    decision = driving.decide(START + 0.12)
    assert_stopped(decision, StopReason.BAD_IMAGE)
    assert 'encoding "x" is not supported' in decision.sentence
    assert driving.tally.dropped == 1
    driving.answered(reply(driving, START + 0.2))
    assert driving.decide(START + 0.22).reason is None


@pytest.mark.parametrize('value', [np.nan, np.inf])
def test_a_chunk_that_is_not_finite_stops_the_robot(driving, value):
    broken = actions()
    broken[3, 1] = value
    driving.answered(reply(driving, START + 0.1, actions=broken))
    assert_stopped(driving.decide(START + 0.12), StopReason.BAD_CHUNK)


def test_the_action_type_stop_gives_zero_whatever_the_velocity(pilot):
    pilot.offer(PICTURE, START, START)
    pilot.answered(reply(pilot, START, actions=actions(ActionType.STOP)))
    decision = pilot.decide(START + 0.01)
    assert decision.reason is None
    assert decision.action_type is ActionType.STOP
    np.testing.assert_array_equal(decision.velocity, np.zeros(3))


def test_velocities_a_little_beyond_the_training_data_end_at_its_limits(pilot):
    pilot.offer(PICTURE, START, START)
    pilot.answered(reply(pilot, START, actions=actions(velocity=(1.4, 0.0, 0.5))))
    np.testing.assert_allclose(pilot.decide(START).velocity, [0.7, 0.0, 0.25], rtol=1e-5)


def test_velocities_far_beyond_the_training_data_stop_the_robot(pilot):
    pilot.offer(PICTURE, START, START)
    pilot.answered(reply(pilot, START, actions=actions(velocity=(70.0, 0.0, 10.0))))
    decision = pilot.decide(START)
    assert_stopped(decision, StopReason.BAD_CHUNK)
    assert 'predicted linear_x 70 m/s, trained were -0.2 to 0.7' in decision.sentence


def test_a_users_limits_tighten_those_of_the_card_and_keep_the_curvature():
    pilot = begin(Pilot(CARD, '/camera', SafetyParameters(), largest=(0.25, 0.0, 99.0)))
    pilot.offer(PICTURE, START, START)
    pilot.answered(reply(pilot, START))
    np.testing.assert_allclose(pilot.decide(START).velocity, [0.25, 0.05, 0.1], rtol=1e-5)


def test_the_robot_stays_until_it_is_armed_and_again_when_disarmed(driving):
    driving.arming.disarm()
    decision = driving.decide(START + 0.03)
    assert_stopped(decision, StopReason.NOT_ARMED)
    assert decision.sentence == 'not armed: call ~/arm'
    driving.arming.arm()
    assert driving.decide(START + 0.04).reason is None


def test_the_emergency_stop_comes_before_every_other_reason(driving):
    driving.worker_is(StopReason.WORKER_DOWN, 'killed')
    driving.arming.press(True)
    assert_stopped(driving.decide(START + 0.03), StopReason.EMERGENCY_STOP)


def test_a_gate_of_another_is_judged_after_arming_and_before_the_pilots_own():
    class Closed:
        def verdict(self, now):
            return Stop.because(StopReason.NO_CHUNK)

    pilot = Pilot(CARD, '/camera', SafetyParameters(), [Closed()])
    assert_stopped(pilot.decide(START), StopReason.NOT_ARMED)
    pilot.arming.arm()
    assert_stopped(pilot.decide(START), StopReason.NO_CHUNK)


def test_a_robot_that_moves_on_identical_images_stops_until_another_comes(driving):
    decisions = [see(driving, START + 0.1 * step, crc32=5) for step in range(1, 8)]
    assert [decision.reason for decision in decisions[:4]] == [None] * 4
    assert_stopped(decisions[-1], StopReason.FROZEN_IMAGE)
    assert see(driving, START + 0.9, crc32=6).reason is None


def test_what_a_new_worker_sees_is_not_frozen_for_the_time_without_one(driving):
    for step in range(1, 5):
        assert see(driving, START + 0.1 * step, crc32=5).reason is None
    driving.worker_is(StopReason.WORKER_DOWN, 'killed')
    driving.worker_is(None)
    for step in range(51, 55):  # five seconds later, by chance the same picture
        assert see(driving, START + 0.1 * step, crc32=5).reason is None
    assert_stopped(driving.decide(START + 6.0), StopReason.STALE_IMAGE)
    decisions = [see(driving, START + 0.1 * step, crc32=5) for step in range(55, 60)]
    assert_stopped(decisions[-1], StopReason.FROZEN_IMAGE)


def test_identical_images_do_not_stop_a_robot_that_stands(driving):
    for step in range(1, 30):
        stop = actions(ActionType.STOP)
        assert see(driving, START + 0.1 * step, crc32=5, actions=stop).reason is None


def test_a_black_image_stops_the_robot_until_it_is_light(driving):
    assert_stopped(see(driving, START + 0.1, brightness=1.0, contrast=9.0), StopReason.BLACK_IMAGE)
    assert see(driving, START + 0.2, brightness=90.0, contrast=9.0).reason is None


def test_images_of_another_shape_than_trained_stop_the_robot():
    card = replace(CARD, camera_width=1280, camera_height=720, camera_encoding='rgb8')
    pilot = begin(Pilot(card, '/camera', SafetyParameters()))
    pilot.offer(Picture(b'', 'rgb8', 480, 640, 1920), START, START)
    decision = pilot.decide(START)
    assert_stopped(decision, StopReason.CAMERA_MISMATCH)
    assert 'found size 640x480, expected the aspect ratio of 1280x720' in decision.sentence


def test_stamps_that_went_back_start_the_history_anew(driving):
    generation = driving.generation
    for late in range(3):
        driving.offer(PICTURE, START - 0.3 + 0.01 * late, START + 0.1)
    assert driving.generation == generation + 1
    assert_stopped(driving.decide(START + 0.1), StopReason.NO_CHUNK)
    assert see(driving, START + 0.11).reason is None


def test_a_clock_set_back_starts_anew(driving):
    assert_stopped(driving.decide(5.0), StopReason.NO_CHUNK)
    assert driving.offer(PICTURE, 5.1, 5.1)
    driving.answered(reply(driving, 5.1))
    assert driving.decide(5.12).reason is None


def test_activation_forgets_images_chunk_and_counts(driving):
    assert driving.tally.frames == 1
    driving.activate(START + 0.1)
    assert driving.tally.frames == 0
    assert_stopped(driving.decide(START + 0.1), StopReason.NO_CHUNK)


def test_the_tally_holds_what_the_worker_measured(driving):
    assert (driving.tally.inference_ms, driving.tally.crc32) == (3.0, 5)


def test_a_camera_at_half_the_rate_and_a_model_slower_than_a_step_are_reported(pilot):
    assert (pilot.camera_rate, pilot.warnings) == (0.0, [])
    for step in range(9):
        stamp = START + 0.2 * step
        assert pilot.offer(PICTURE, stamp, stamp + 0.01)
        pilot.answered(reply(pilot, stamp, inference_ms=150.0))
    assert pilot.camera_rate == pytest.approx(5.0)
    camera, model = pilot.warnings
    assert camera.startswith('the camera is too slow: 5.0 images/s')
    assert model.startswith('the model is too slow: 150 ms')


def test_a_camera_that_stopped_has_no_rate(pilot):
    for step in range(12):
        see(pilot, START + 0.1 * step)
    assert pilot.camera_rate == pytest.approx(10.0)
    pilot.decide(START + 1.1 + 0.9)
    assert pilot.camera_rate == pytest.approx(10.0)
    pilot.decide(START + 1.1 + 1.1)
    assert pilot.camera_rate == 0.0


def test_frames_that_a_slow_model_left_out_count_as_dropped(driving):
    driving.answered(reply(driving, START, ReplyKind.SKIPPED))
    assert driving.tally.dropped == 1
    assert driving.decide(START + 0.03).reason is None
