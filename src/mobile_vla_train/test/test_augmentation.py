# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for augmentation.py."""

from conftest import draw_frame
import numpy as np
import pytest

from mobile_vla_core.action_space import ActionCodec, mirror_actions
from mobile_vla_train.data.augmentation import ClipAugmentation, trained_actions
from mobile_vla_train.sections import AugmentationConfig

NOTHING = {'mirror': 0.0, 'gain': 0.0, 'brightness': 0.0, 'tint': 0.0, 'shift': 0}
ACTIONS = np.array([[0.5, 0.3, -0.2, 0], [0.0, 0.0, 0.0, 2]], dtype=np.float32)
TEXT = 'go left'


@pytest.fixture
def frames():
    return np.random.default_rng(0).integers(40, 200, (3, 12, 16, 3), dtype=np.uint8)


def vary(frames, seed=0, **settings):
    augmentation = ClipAugmentation(AugmentationConfig(**{**NOTHING, **settings}))
    return augmentation(frames, ACTIONS, TEXT, np.random.default_rng(seed))


def test_with_everything_off_a_clip_stays_as_it_is(frames):
    varied, actions, instruction = vary(frames)
    np.testing.assert_array_equal(varied, frames)
    np.testing.assert_array_equal(actions, ACTIONS)
    assert instruction == TEXT


def test_the_mirror_flips_picture_sideways_motion_and_instruction_together(frames):
    varied, actions, instruction = vary(frames, mirror=1.0)
    np.testing.assert_array_equal(varied, frames[:, :, ::-1])
    expected = np.array([[0.5, -0.3, 0.2, 0], [0, 0, 0, 2]], np.float32)
    np.testing.assert_array_equal(actions, expected)
    assert instruction == 'go right'


def test_mirroring_actions_twice_changes_nothing():
    np.testing.assert_array_equal(mirror_actions(mirror_actions(ACTIONS)), ACTIONS)


def shifted(frames, down, right):
    """Move frames pixel by pixel, taking the nearest one where the source ends."""
    height, width = frames.shape[1:3]
    rows = np.clip(np.arange(height) - down, 0, height - 1)
    columns = np.clip(np.arange(width) - right, 0, width - 1)
    return frames[:, rows[:, None], columns[None]]


def test_a_shift_moves_all_frames_alike_and_repeats_the_border(frames):
    found = set()
    for seed in range(100):
        varied, _, _ = vary(frames, seed, shift=2)
        matches = [
            (down, right)
            for down in range(-2, 3)
            for right in range(-2, 3)
            if (varied == shifted(frames, down, right)).all()
        ]
        assert len(matches) == 1
        found.update(matches)
    assert len(found) > 20  # of 25


def test_light_changes_all_frames_of_a_clip_alike_and_keeps_the_order_of_shades(frames):
    frames[1:] = frames[0]
    varied, _, _ = vary(frames, gain=0.2, brightness=20.0, tint=0.1)
    np.testing.assert_array_equal(varied[1], varied[0])
    assert (varied != frames).any()
    order = np.argsort(frames[0, :, :, 0].ravel(), kind='stable')
    assert (np.diff(varied[0, :, :, 0].ravel()[order].astype(int)) >= 0).all()


def test_the_source_is_not_written_to(frames):
    before = frames.copy()
    frames.setflags(write=False)
    varied, _, _ = vary(frames, mirror=1.0, gain=0.2, brightness=20.0, tint=0.1, shift=3)
    assert varied.shape == frames.shape
    np.testing.assert_array_equal(frames, before)


def test_one_seed_gives_one_variation(frames):
    settings = {'mirror': 0.5, 'gain': 0.2, 'brightness': 20.0, 'shift': 3}
    np.testing.assert_array_equal(vary(frames, 5, **settings)[0], vary(frames, 5, **settings)[0])
    assert (vary(frames, 5, **settings)[0] != vary(frames, 6, **settings)[0]).any()


def test_a_crop_is_one_part_of_every_frame_enlarged_to_the_same_size(frames):
    frames[1:] = frames[0]
    varied, _, _ = vary(frames, 3, crop=0.5)
    assert varied.shape == frames.shape
    np.testing.assert_array_equal(varied[1], varied[0])
    assert (varied != frames).any()
    flat = np.full((1, 12, 16, 3), 90, np.uint8)
    np.testing.assert_array_equal(vary(flat, 3, crop=0.5)[0], flat)


def test_a_crop_never_cuts_more_than_it_may():
    frames = np.zeros((1, 100, 100, 3), np.uint8)
    frames[:, 10:90, 10:90] = 255  # what no crop of a tenth can cut into
    lost = [vary(frames, seed, crop=0.1)[0] for seed in range(30)]
    assert all((picture >= 128).mean() >= 0.64 for picture in lost)


@pytest.mark.parametrize('noise', [0.01, 0.05])
def test_noise_has_the_deviation_asked_for_and_is_another_for_each_frame(noise):
    frames = np.full((4, 60, 80, 3), 128, np.uint8)
    varied, _, _ = vary(frames, noise=noise)
    difference = varied.astype(float) - 128.0
    assert abs(difference.std() / 255.0 - noise) < 0.05 * noise
    assert abs(difference.mean()) < 5.0 * difference.std() / np.sqrt(difference.size)
    assert (varied[0] != varied[1]).mean() > 0.5


def test_noise_stays_within_the_range_of_a_pixel():
    for level in (0, 255):
        varied, _, _ = vary(np.full((1, 12, 16, 3), level, np.uint8), noise=0.05)
        assert np.abs(varied.astype(int) - level).max() < 60


def test_options_that_are_off_take_nothing_from_chance():
    settings = {'mirror': 0.5, 'gain': 0.2, 'brightness': 20.0, 'tint': 0.1, 'shift': 3}
    augmentation = ClipAugmentation(AugmentationConfig(**settings))
    used, expected = np.random.default_rng(4), np.random.default_rng(4)
    augmentation.draw(used)
    expected.random()
    expected.integers(-3, 3, 2, endpoint=True)
    expected.uniform(size=5)
    assert used.random() == expected.random()


def test_the_codec_of_mirrored_training_reaches_as_far_to_the_right_as_to_the_left():
    recorded = np.array([[0.5, 0.4, -0.1, 0], [0.2, -0.1, 0.3, 0]], np.float32)
    mirrored = AugmentationConfig(mirror=0.5)
    limits = ActionCodec.from_actions(trained_actions(recorded, mirrored)).limits
    assert limits == (
        (0.0, 0.5),
        (-np.float32(0.4), np.float32(0.4)),
        (-np.float32(0.3), np.float32(0.3)),
    )
    codec = ActionCodec.from_actions(trained_actions(recorded, mirrored))
    velocity = mirror_actions(recorded)[:, :3]
    np.testing.assert_array_equal(codec.denormalise(codec.normalise(velocity)), velocity)
    narrow = ActionCodec.from_actions(trained_actions(recorded, AugmentationConfig(mirror=0.0)))
    assert narrow.limits[1] == (-np.float32(0.1), np.float32(0.4))
    assert narrow.scale == codec.scale


def drive(side):
    """Return frames, actions and instruction of a drive past a post on one side of it."""
    places = np.arange(14, 22, 2) if side == 'right' else 28 - np.arange(14, 22, 2)
    frames = np.stack([draw_frame((place + 0.5) / 28, 90) for place in places])
    turn = -1.0 if side == 'right' else 1.0
    actions = np.array([[0.5, turn * 0.1 * t, turn * 0.2, 0] for t in range(4)], np.float32)
    return frames, actions, f'pass the post on the {side}, 상자 {KOREAN[side]}으로'


KOREAN = {'left': '왼쪽', 'right': '오른쪽'}


def test_the_mirror_of_a_drive_on_one_side_is_the_drive_on_the_other():
    left, right = drive('left'), drive('right')
    augmentation = ClipAugmentation(AugmentationConfig(**{**NOTHING, 'mirror': 1.0}))
    mirrored = augmentation(*left, np.random.default_rng(0))
    for name, found, expected, before in zip(
        ('frames', 'actions', 'instruction'), mirrored, right, left, strict=True
    ):
        np.testing.assert_array_equal(found, expected, err_msg=name)
        assert np.any(before != expected), f'{name} would pass without being mirrored'


def test_mirroring_twice_gives_the_drive_back():
    augmentation = ClipAugmentation(AugmentationConfig(**{**NOTHING, 'mirror': 1.0}))
    generator = np.random.default_rng(0)
    twice = augmentation(*augmentation(*drive('left'), generator), generator)
    for found, expected in zip(twice, drive('left'), strict=True):
        np.testing.assert_array_equal(found, expected)
