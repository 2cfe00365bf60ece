# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for folder_checks.py, near_duplicates.py and digest.py."""

from dataclasses import replace

from check_fixture import detour, FRAMES, record, scene
import numpy as np
import pytest

from mobile_vla_core.toolbox.checks.examination import examine
from mobile_vla_core.toolbox.checks.folder_checks import check_folder

COUNT = 8


@pytest.fixture(scope='module')
def digests(tmp_path_factory):
    """Return what is kept of eight drives, four to each side, each of another room."""
    folder = tmp_path_factory.mktemp('folder')
    made = []
    for number in range(COUNT):
        side = 'left' if number % 2 == 0 else 'right'
        sign, speed = (1.0 if side == 'left' else -1.0), 0.7 + 0.06 * number
        path = record(
            folder,
            f'e{number}',
            picture=lambda t, n=number: scene(t, seed=n),
            command=lambda t, s=sign, v=speed: tuple(v * value for value in detour(t, s)),
            instruction=f'pass on the {side}',
            scenario=f'box_{side}',
        )
        made.append(examine(path).digest)
    return made


def codes(digests):
    return {finding.code for finding in check_folder(digests)}


def some(digests, *numbers, **changes):
    """Return the same with some of them changed."""
    return [replace(d, **changes) if i in numbers else d for i, d in enumerate(digests)]


def test_different_drives_in_balance_have_no_finding(digests):
    assert codes(digests) == set()


def test_one_phrasing_for_everything_is_named(digests):
    found = codes(some(digests, *range(COUNT), instruction='drive to the cup'))
    assert found == {'label.one_phrasing'}


def test_sides_out_of_balance_are_named(digests):
    changed = some(digests, 1, 3, 5, instruction='pass on the left')
    (finding,) = check_folder(changed)
    assert (finding.code, finding.episode) == ('label.side_imbalance', '')
    assert finding.text == '7 episodes say left, 1 say right'


def test_a_scenario_with_few_episodes_is_named(digests):
    changed = some(digests, 1, scenario='box_behind')
    (finding,) = check_folder(changed)
    assert finding.code == 'label.scenario_imbalance'
    assert 'box_behind (1)' in finding.text


def test_an_exact_copy_is_named_with_its_original(digests):
    copy = replace(digests[2], name='copy.h5')
    (finding,) = [f for f in check_folder([*digests, copy]) if f.code == 'label.duplicate']
    assert (finding.episode, 'those of e2.h5' in finding.text) == ('copy.h5', True)


def test_a_copy_that_was_encoded_anew_is_still_one(digests):
    noise = np.random.default_rng(0)
    views = digests[2].views.astype(int) + noise.integers(-2, 3, digests[2].views.shape)
    drive = digests[2].drive + noise.normal(0.0, 0.005, digests[2].drive.shape)
    copy = replace(
        digests[2],
        name='copy.h5',
        views=views.clip(0, 255).astype(np.uint8),
        drive=drive.astype(np.float32),
    )
    assert 'label.duplicate' in codes([*digests, copy])


def test_the_same_commands_in_another_room_are_another_drive(digests):
    other = replace(digests[2], name='other.h5', views=digests[4].views)
    assert 'label.duplicate' not in codes([*digests, other])


def test_an_episode_of_another_rate_or_much_shorter_stands_out(digests):
    slow = [f for f in check_folder(some(digests, 3, period=0.2)) if f.code == 'time.cadence']
    assert [finding.episode for finding in slow] == ['e3.h5']
    short = list(check_folder(some(digests, 3, frames=FRAMES // 5)))
    assert [(finding.code, finding.episode) for finding in short] == [('time.short', 'e3.h5')]


def test_a_lone_stop_at_the_start_of_nearly_all_is_artificial(digests):
    changed = some(digests, *range(COUNT - 1), starts_stopped=True)
    found = [f for f in check_folder(changed) if f.code == 'action.artificial_start']
    assert len(found) == COUNT - 1
    assert found[0].frames == (0, 0)
    assert 'action.artificial_start' not in codes(some(digests, 1, 2, starts_stopped=True))


def test_a_first_row_of_stop_is_seen_in_the_file(tmp_path):
    path = record(tmp_path, command=lambda t: (0.0, 0.0, 0.0) if t == 0 else detour(t))
    assert examine(path).digest.starts_stopped
    late = record(tmp_path, 'late', command=lambda t: (0.0, 0.0, 0.0) if t < 2 else detour(t))
    assert not examine(late).digest.starts_stopped


def test_a_velocity_that_never_changes_is_dead_unless_the_base_cannot_strafe(digests):
    def without(*axes):
        mask = np.ones(3, np.float32)
        mask[list(axes)] = 0.0
        return [replace(d, lowest=d.lowest * mask, highest=d.highest * mask) for d in digests]

    assert 'action.dead_dimension' not in codes(without(1))
    assert 'action.dead_dimension' in codes(without(2))
    assert 'action.dead_dimension' in codes(without(0))
    (finding,) = check_folder(without(1, 2))
    assert 'nothing steers' in finding.text


def test_an_episode_whose_colours_are_swapped_is_found_among_the_others(digests):
    changed = some(digests, 5, colour=digests[5].colour[::-1])
    found = [f.episode for f in check_folder(changed) if f.code == 'image.red_blue_swap']
    assert found == ['e5.h5']


def test_one_action_type_in_nearly_all_frames_is_a_note(digests):
    only = np.array([1000, 0, 3, 0])
    assert codes(some(digests, *range(COUNT), type_counts=only)) == {'action.imbalance'}
