# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A dozen cases of the damage suite and some random changes; `make damage` runs them all."""

import damage_fuzz
import damage_suite

CASES = (
    'cut_to_nothing',
    'cut_at_50_percent',
    'unfinished_and_cut',
    'superblock_checksum',
    'header_zeros_root',
    'header_flip_observations_images_front_jpeg',
    'index_flip_EAIB',
    'chunk_noise_observations_images_front_end',
    'jpeg_header_noise',
    'missing_action',
    'shape_action',
    'commands_nan',
    'stamps_backwards',
    'gzip_garbage',
    'permission_denied',
)
MUTATIONS = 120


def test_damage_is_named_and_every_frame_that_is_there_is_recovered(tmp_path):
    result = damage_suite.run(tmp_path, CASES).to_dict()
    assert result.pop('failures') == []
    assert result.pop('frames_present') == result.pop('frames_recovered') > 400
    assert result == {
        'cases': len(CASES),
        'named_correctly': len(CASES),
        'crashes': 0,
        'hangs': 0,
        'inputs_modified': 0,
    }


def test_no_random_change_crashes_hangs_or_is_written_to():
    result = damage_fuzz.run(MUTATIONS)
    assert (result.crashes, result.hangs, result.inputs_modified) == ({}, {}, 0)
    assert result.mutations == MUTATIONS
    assert result.repaired > MUTATIONS // 3


def test_the_same_number_is_the_same_change_and_another_one_is_not():
    content = bytes(range(256)) * 64
    changes = [damage_fuzz.mutate(content, number) for number in range(20)]
    assert changes == [damage_fuzz.mutate(content, number) for number in range(20)]
    assert len(set(changes)) > 15


def test_a_frame_that_is_not_brought_back_a_wrong_name_and_a_changed_file_do_not_pass():
    sound = damage_suite.Outcome('case', ('file.empty',), ['file.empty'], 3, 3)
    assert sound.passed
    for change in ({'recovered': 2}, {'found': ['time.gap']}, {'modified': True}, {'hang': 'x'}):
        assert not damage_suite.Outcome(**{**vars(sound), **change}).passed


def test_what_is_raised_that_is_not_ours_counts_as_a_crash(tmp_path):
    answer = {'crash': ''}
    damage_fuzz._attempt(lambda path: {}['jpeg'], tmp_path, answer)
    assert answer['crash'].endswith("KeyError: 'jpeg'")
