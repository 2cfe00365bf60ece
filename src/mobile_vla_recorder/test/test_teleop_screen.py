# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for teleop/screen.py."""

from dataclasses import replace
from pathlib import Path
import re

import pytest

from mobile_vla_recorder.plan.collection_plan import read_plan
from mobile_vla_recorder.teleop.key_map import SpeedScale
from mobile_vla_recorder.teleop.plan import TeleopPlan
from mobile_vla_recorder.teleop.recorder_state import PlanCount, RecorderState
from mobile_vla_recorder.teleop.screen import HELP, PROBLEM_LINES, render_screen, TeleopView
from mobile_vla_recorder.teleop.text import display_width

PLAN = read_plan(Path(__file__).parents[1] / 'plans' / 'box_and_cup.yaml')
NAMES = [scenario.name for scenario in PLAN.scenarios]


def counted(recorded: dict[str, int], suggested: str = '') -> TeleopPlan:
    plan = TeleopPlan(PLAN)
    plan.select(0)
    found = {name: recorded.get(name, 0) for name in NAMES}
    plan.update(PlanCount(found, dict.fromkeys(NAMES, 20), suggested))
    return plan


RECORDER = RecorderState(
    recording=True,
    instruction='go left',
    episode='/data/one.h5.part',
    seconds=12.0,
    frames=120,
    dropped=3,
    rates=(10.0, 9.9),
    free_disk_bytes=5_000_000_000,
    received=100.0,
)
VIEW = TeleopView(
    now=100.5,
    topic='/cmd_vel',
    velocity=(0.4, 0.0, -0.8),
    speed=SpeedScale(0.4, 0.8),
    recorder=RECORDER,
    plan=counted({'1box_vert_left': 5}, '1box_vert_right'),
    instruction='상자를 왼쪽으로 돌아서 컵까지 가',
    message='saved',
)


def plain(view: TeleopView, width: int = 80, height: int = 24) -> list[str]:
    return [re.sub(r'\x1b\[\d+m', '', line) for line in render_screen(view, width, height)]


def test_all_of_it_fits_a_terminal_of_80_by_24_with_the_shipped_plan():
    lines = plain(VIEW)
    assert len(lines) <= 24
    assert max(display_width(line) for line in lines) <= 80
    text = '\n'.join(lines)
    for piece in (
        'x +0.40  y +0.00  turn -0.80',
        'speed 100 % (0.40 m/s, 0.80 rad/s)',
        'REC   12.5 s  120 frames  10.0 9.9 Hz  3 dropped  5.0 GB free',
        '          one.h5.part',
        'say       go left',
        'plan      5 of 160 episodes, suggested next: 2 1box_vert_right',
        '>1 1box_vert_left  ##........ 5/20',
        '8 2box_hori_right .......... 0/20',
        'Shift+M  save: a failure',
        'U    undo the last save,',
        'K        mark as special',
    ):
        assert piece in text
    assert lines[-1] == '> saved'


def test_an_episode_that_is_being_saved_is_shown_with_what_is_left():
    recorder = replace(RECORDER, saving=True, left=340)
    lines = plain(replace(VIEW, recorder=recorder))
    assert 'recorder  SAVING 340 pictures left to write   5.0 GB free' in lines
    assert '          one.h5.part' in lines
    assert not any('REC' in line for line in lines)
    assert len(lines) <= 24


def test_no_help_line_is_cut_at_80_columns():
    assert max(len(line) for line in HELP) <= 80


def test_a_long_refusal_is_shown_to_its_end_beside_the_whole_plan():
    remedy = 'check that the camera runs and that its topic and QoS match'
    text = f'no picture came on camera/image_raw for 2 s: {remedy}'
    recorder = replace(RECORDER, recording=False, message=text)
    lines = plain(replace(VIEW, message=f'refused: {text}', recorder=recorder))
    assert len(lines) <= 24
    assert any('8 2box_hori_right' in line for line in lines)
    shown = ' '.join(' '.join(lines).split())
    assert shown.count(remedy) == 1, 'and not twice'


def test_a_small_terminal_keeps_the_message_and_a_wide_letter_is_never_halved():
    view = replace(VIEW, message='상자' * 40)
    lines = plain(view, 31, 6)
    assert len(lines) == 6
    assert lines[-1] == '  ' + ('상자' * 40)[:14]
    assert all(display_width(line) <= 31 for line in lines)


def test_a_low_terminal_shows_the_state_rather_than_the_keys():
    text = '\n'.join(plain(VIEW, height=17))
    assert 'SPACE' not in text
    assert '8 2box_hori_right' in text
    assert '? shows the keys' in text


@pytest.mark.parametrize(
    ('change', 'piece'),
    [
        ({'velocity': None}, 'nothing sent'),
        ({'now': 200.0}, 'recorder  not there'),
        ({'recorder': replace(RECORDER, recording=False)}, 'ready   5.0 GB free'),
        ({'recorder': replace(RECORDER, recording=False, message='disk full')}, 'disk full'),
        ({'recorder': replace(RECORDER, message='camera lost')}, 'camera lost'),
        ({'recorder': replace(RECORDER, warnings=('black', 'skew'))}, 'black; skew'),
        ({'joystick_problem': 'no axis 4'}, 'no axis 4'),
        ({'show_help': False}, '? shows the keys'),
        ({'special': True}, 'SPECIAL'),
        ({'plan': counted(dict.fromkeys(NAMES, 20))}, '160 of 160 episodes, complete'),
        ({'plan': TeleopPlan(PLAN)}, 'nobody counts: start the recorder with the same plan'),
    ],
)
def test_what_the_driver_must_know_is_shown(change, piece):
    assert piece in '\n'.join(plain(replace(VIEW, **change)))


def test_the_next_instruction_is_shown_before_the_episode():
    view = replace(VIEW, recorder=replace(RECORDER, recording=False))
    assert 'next      상자를 왼쪽으로 돌아서 컵까지 가' in plain(view)
    assert not any(line.startswith('plan') for line in plain(replace(view, plan=None)))


def test_control_characters_of_an_instruction_do_not_reach_the_terminal():
    recorder = replace(RECORDER, instruction='go\x1b left', message='\x1b]0;x\x07')
    view = replace(VIEW, message='a\nb\x07c\x1b[2J', recorder=recorder)
    lines = plain(view)
    assert lines[-1] == '> abc[2J'
    assert '          ]0;x' in lines
    assert 'say       go left' in lines


def test_warnings_are_shown_beside_the_keys_the_plan_and_the_summary_of_the_last_episode():
    warnings = tuple(f'front: {words} and what to do about it' for words in ('black', 'late'))
    view = replace(
        VIEW,
        recorder=replace(RECORDER, warnings=warnings),
        message='saved as success: one.h5, 120 frames, quality 97 %; '
        + 'it was dark for long; ' * 9,
    )
    lines = plain(view)
    text = ' '.join(' '.join(lines).split())
    assert len(lines) <= 24
    for piece in (*warnings, 'quality 97 %', 'SPACE  stop', '8 2box_hori_right'):
        assert ' '.join(piece.split()) in text


def test_endless_warnings_leave_room_for_the_rest():
    warnings = tuple(f'camera {n}: the picture is black' for n in range(40))
    recorder = replace(RECORDER, warnings=warnings)
    lines = plain(replace(VIEW, recorder=recorder))
    assert sum('black' in line for line in lines) == PROBLEM_LINES
    assert any('8 2box_hori_right' in line for line in lines)


def test_a_narrow_terminal_lists_the_scenarios_below_each_other():
    lines = plain(VIEW, width=60, height=40)
    assert ' >1 1box_vert_left  #####............... 5/20' in lines
    assert '  8 2box_hori_right .................... 0/20' in lines


def test_a_recorder_that_could_not_start_is_not_ready_and_says_why_once():
    text = 'no picture came on camera/image_raw for 2 s'
    idle = replace(RECORDER, recording=False, episode='', message=text, warnings=(text,))
    shown = '\n'.join(plain(replace(VIEW, recorder=idle)))
    assert 'recorder  not ready   5.0 GB free' in shown
    assert shown.count(text) == 1
    shown = '\n'.join(plain(replace(VIEW, recorder=replace(idle, warnings=()))))
    assert 'recorder  ready   5.0 GB free' in shown
