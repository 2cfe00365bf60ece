# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for worker_settings.py."""

from mobile_vla_policy.worker_settings import WorkerSettings


def test_settings_arrive_through_the_command_line_with_their_types():
    settings = WorkerSettings(
        '/a path/-x', 'cuda:0', 3, 'bfloat16', 5, '0,2-3', memory_megabytes=900
    )
    words = [*settings.arguments(), '--parent', '7']
    assert WorkerSettings.parse(words) == (settings, ['--parent', '7'])


def test_what_is_not_given_keeps_its_default_on_the_way():
    settings = WorkerSettings('checkpoint')
    assert WorkerSettings.parse(settings.arguments()) == (settings, [])
