# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for teleop/joystick_layouts.py."""

from dataclasses import asdict

import pytest

from mobile_vla_core.errors import ConfigError
from mobile_vla_recorder.teleop.joystick import Joystick, JoystickConfig
from mobile_vla_recorder.teleop.joystick_layouts import joystick_layout, LAYOUTS, UNUSED
from mobile_vla_recorder.teleop.key_map import START


@pytest.mark.parametrize('name', LAYOUTS)
def test_every_layout_has_a_dead_man_button_and_nothing_twice(name):
    numbers = asdict(joystick_layout(name))
    assert numbers['button_dead_man'] != UNUSED
    for kind in ('axis', 'button'):
        used = [n for key, n in numbers.items() if key.startswith(kind) and n != UNUSED]
        assert len(used) == len(set(used))


@pytest.mark.parametrize('name', LAYOUTS)
def test_every_layout_drives_and_starts_an_episode(name):
    layout = joystick_layout(name)
    joystick = Joystick(JoystickConfig(layout))
    axes, buttons = [0.0] * 8, [0] * 16
    axes[layout.axis_x], buttons[layout.button_dead_man] = 0.5, 1
    assert joystick.update(axes, buttons, 1.0) == []
    assert joystick.direction(1.0) == (0.5, 0.0, 0.0)
    buttons[layout.button_start] = 1
    assert joystick.update(axes, buttons, 1.1) == [START]


def test_an_unknown_layout_names_the_known_ones():
    with pytest.raises(ConfigError, match=r"no joystick_layout 'wheel': expected one of xbox, "):
        joystick_layout('wheel')
