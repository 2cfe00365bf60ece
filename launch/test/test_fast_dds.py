# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for fast_dds.py."""

from pathlib import Path

from mobile_vla_bringup.fast_dds import fast_dds_profile
import pytest


@pytest.mark.parametrize(
    ('distribution', 'name'),
    [
        ('humble', 'FASTRTPS_DEFAULT_PROFILES_FILE'),
        ('jazzy', 'FASTRTPS_DEFAULT_PROFILES_FILE'),
        ('kilted', 'FASTDDS_DEFAULT_PROFILES_FILE'),
    ],
)
def test_the_profile_is_set_by_the_variable_of_the_distribution(distribution, name):
    variable, path = fast_dds_profile({'ROS_DISTRO': distribution})
    assert variable == name
    assert 'large_shared_memory' in Path(path).read_text()


def test_the_profile_of_the_user_stays():
    environment = {'ROS_DISTRO': 'jazzy', 'FASTRTPS_DEFAULT_PROFILES_FILE': '/mine.xml'}
    assert fast_dds_profile(environment) == ('FASTRTPS_DEFAULT_PROFILES_FILE', '/mine.xml')
