# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for node_plan.py."""

from mobile_vla_bringup.node_plan import NodePlan, refuse_missing
import pytest

from mobile_vla_core.errors import ConfigError


def test_packages_that_are_not_installed_are_named_with_what_to_do(monkeypatch):
    monkeypatch.setenv('ROS_DISTRO', 'jazzy')
    plans = [
        NodePlan('mobile_vla_policy', 'policy'),
        NodePlan('no_such_smoother', 'smoother'),
        NodePlan('no_such_monitor', 'monitor'),
    ]
    with pytest.raises(ConfigError) as refusal:
        refuse_missing(plans)
    said = str(refusal.value)
    assert said.startswith('no_such_smoother, no_such_monitor are not installed: sudo apt install')
    assert 'ros-jazzy-no-such-smoother ros-jazzy-no-such-monitor' in said
    assert 'mobile_vla_policy' not in said
    assert '\n' not in said


def test_what_is_installed_is_not_refused():
    refuse_missing([NodePlan('mobile_vla_policy', 'policy')])


def test_a_terminal_that_is_not_there_is_named_before_anything_is_started():
    plan = NodePlan('mobile_vla_recorder', 'teleop', prefix='no_such_terminal -e')
    with pytest.raises(ConfigError) as refusal:
        refuse_missing([NodePlan('mobile_vla_recorder', 'recorder'), plan])
    assert str(refusal.value) == (
        "'no_such_terminal -e' cannot be run, in which teleop is to be opened: install it, choose "
        'another terminal:=, or run it in a terminal of your own: ros2 run mobile_vla_recorder '
        'teleop'
    )
    refuse_missing([NodePlan('mobile_vla_recorder', 'teleop', prefix='env')])
