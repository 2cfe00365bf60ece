# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

from mobile_vla_recorder.recording.drop_warning import DropWarning


def test_drops_are_told_at_most_once_a_second_and_none_is_forgotten():
    warning = DropWarning()
    assert warning.update({'front': 0, 'rear': 0}, 10.0) == ''
    assert warning.update({'front': 1, 'rear': 0}, 10.1).endswith('too slow: dropped: front 1')
    assert warning.update({'front': 5, 'rear': 2}, 10.9) == ''
    assert warning.update({'front': 5, 'rear': 2}, 11.2).endswith('front 4, rear 2')
    assert warning.update({'front': 5, 'rear': 2}, 13.0) == ''


def test_a_new_episode_counts_from_zero():
    warning = DropWarning()
    warning.update({'front': 7}, 10.0)
    assert warning.update({'front': 0}, 12.0) == ''
    assert warning.update({'front': 7}, 14.0).endswith('front 7')
