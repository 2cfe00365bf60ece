# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for image_checks.py, picture_scan.py and colour_order.py."""

from check_fixture import findings, FRAMES, HEIGHT, record, scene, WIDTH
import numpy as np

from mobile_vla_core.images import encode_jpeg


def with_frames(picture, frames):
    """Return a function of the frame: another picture in some frames."""
    return lambda t: picture(t) if t in frames else scene(t)


def jpegs_with(jpeg, frames):
    return lambda t: jpeg(encode_jpeg(scene(t))) if t in frames else encode_jpeg(scene(t))


def full(value):
    return lambda t: np.full((HEIGHT, WIDTH, 3), value, np.uint8)


def test_bytes_that_are_no_picture_are_named_with_their_frames(tmp_path):
    found = findings(record(tmp_path, jpeg=jpegs_with(lambda j: b'no' + j[2:], (4, 5))))
    assert found['image.undecodable'].frames == (4, 5)
    assert '2 of 40 pictures' in found['image.undecodable'].text


def test_a_cut_picture_is_named(tmp_path):
    found = findings(record(tmp_path, jpeg=jpegs_with(lambda j: j[: len(j) // 2], (7,))))
    assert found['image.undecodable'].frames == (7, 7)


def test_a_picture_of_which_the_decoder_complains_is_damaged(tmp_path):
    def destroy(jpeg):
        middle = len(jpeg) * 2 // 3
        return jpeg[:middle] + b'\xff\x00\xff\x00' * 40 + jpeg[middle + 160 :]

    found = findings(record(tmp_path, jpeg=jpegs_with(destroy, (9,))))
    assert found['image.damaged'].frames == (9, 9)


def test_a_page_of_zeros_in_a_picture_is_damage(tmp_path):
    def destroy(jpeg):
        return jpeg[:700] + bytes(4096) + jpeg[700:]

    found = findings(record(tmp_path, jpeg=jpegs_with(destroy, (9,))))
    assert {'image.damaged', 'image.undecodable'} & found.keys()


def test_a_lone_picture_unlike_its_neighbours_is_named(tmp_path):
    def scramble(t):
        return np.roll(scene(t)[::-1, ::-1], 30, axis=1) // 2

    found = findings(record(tmp_path, picture=with_frames(scramble, (15,))))
    assert found['image.outlier'].frames == (15, 15)


def test_black_overexposed_and_blank_pictures_are_told_apart(tmp_path):
    for value, code in ((2, 'image.black'), (254, 'image.overexposed'), (128, 'image.blank')):
        path = record(tmp_path, f'v{value}', picture=with_frames(full(value), (10, 11, 12)))
        assert findings(path).keys() & {'image.black', 'image.overexposed', 'image.blank'} == {
            code
        }
        assert findings(path)[code].frames == (10, 12)


def test_the_same_picture_while_driving_is_frozen(tmp_path):
    found = findings(
        record(tmp_path, picture=lambda t: scene(min(max(t, 5), 20) if t < 21 else t))
    )
    assert 'image.frozen' not in found
    frozen = record(tmp_path, 'frozen', picture=lambda t: scene(5 if 5 <= t < 21 else t))
    assert findings(frozen)['image.frozen'].frames == (5, 20)


def test_the_same_picture_of_a_robot_that_stands_is_right(tmp_path):
    standing = record(
        tmp_path,
        picture=lambda t: scene(max(t, 14)),
        command=lambda t: (0, 0, 0) if t < 15 else (0.5, 0.0, 0.01 * t),
    )
    assert not {'image.frozen', 'image.duplicate'} & findings(standing).keys()


def test_single_copies_are_a_note(tmp_path):
    found = findings(record(tmp_path, picture=lambda t: scene(t // 2 * 2)))
    assert 'image.duplicate' in found
    assert 'image.frozen' not in found


def test_another_size_is_named(tmp_path):
    def large(t):
        return np.repeat(np.repeat(scene(t), 2, axis=0), 2, axis=1)

    found = findings(record(tmp_path, picture=with_frames(large, range(30, FRAMES))))
    assert found['image.size'].frames == (30, FRAMES - 1)
    assert '80x45, 160x90' in found['image.size'].text


def test_frames_with_red_and_blue_swapped_are_found(tmp_path):
    path = record(tmp_path, picture=lambda t: scene(t)[..., ::-1] if 20 <= t < 26 else scene(t))
    assert findings(path)['image.red_blue_swap'].frames == (20, 25)


def test_a_floor_of_deep_blue_is_a_likely_swap_and_a_brown_one_is_not(tmp_path):
    def floor(t):
        picture = scene(t).astype(int)
        picture[HEIGHT // 2 :] += [40, 0, -60]
        return np.clip(picture, 0, 255).astype(np.uint8)

    assert 'image.red_blue_swap' not in findings(record(tmp_path, picture=floor))
    swapped = record(tmp_path, 'swapped', picture=lambda t: floor(t)[..., ::-1])
    assert 'image.red_blue_swap' in findings(swapped)
