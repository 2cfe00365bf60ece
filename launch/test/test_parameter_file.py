# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for parameter_file.py."""

from pathlib import Path

from mobile_vla_bringup.parameter_file import parameters_of
import pytest

from mobile_vla_core.errors import ConfigError

CONFIG = Path(__file__).resolve().parents[1] / 'config'
CONTENT = """
/**/guard:
  ros__parameters: {rate: 30.0}
/**:
  ros__parameters: {rate: 10.0, stamped: true}
robot7/policy:
  ros__parameters: {device: cuda}
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / 'parameters.yaml'
    path.write_text(CONTENT)
    return path


def test_what_is_said_of_one_node_counts_more_than_what_is_said_of_all(path):
    assert parameters_of(path, 'guard') == {'rate': 30.0, 'stamped': True}
    assert parameters_of(path, 'recorder') == {'rate': 10.0, 'stamped': True}


def test_a_node_is_found_in_any_namespace(path):
    assert parameters_of(path, 'policy')['device'] == 'cuda'


def test_an_empty_file_says_nothing(path):
    path.write_text('# nothing\n')
    assert parameters_of(path, 'guard') == {}


@pytest.mark.parametrize('content', ['[1, 2]', 'guard: {rate: 3.0}', 'guard: [', 'guard: 1'])
def test_what_is_no_file_of_parameters_is_refused_by_name(path, content):
    path.write_text(content)
    with pytest.raises(ConfigError, match=r'parameters\.yaml'):
        parameters_of(path, 'guard')


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path):
    with pytest.raises(ConfigError, match=r'absent\.yaml cannot be read'):
        parameters_of(tmp_path / 'absent.yaml', 'guard')


@pytest.mark.parametrize(
    ('robot', 'counts'),
    [
        ('differential', True),
        ('jetson_omni', True),
        ('omnidirectional', True),
        ('turtlebot4', True),
        ('simulated', False),
    ],
)
def test_a_frozen_camera_counts_at_rest_on_real_robots_whose_images_have_noise(robot, counts):
    policy = parameters_of(CONFIG / f'{robot}.yaml', 'policy')
    assert policy['frozen_at_rest'] is counts
