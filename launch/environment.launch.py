# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Give large images room in the shared memory of Fast DDS; included by the other files."""

import os

from launch import LaunchDescription
from launch.actions import SetEnvironmentVariable
from launch.substitutions import EnvironmentVariable, PathJoinSubstitution
from launch_ros.substitutions import FindPackageShare

FAST_DDS_2 = ('humble', 'jazzy')  # later distributions have Fast DDS 3, which renamed the variable


def generate_launch_description() -> LaunchDescription:
    """Set the profile, unless the user has set one."""
    old = os.environ.get('ROS_DISTRO') in FAST_DDS_2
    name = 'FASTRTPS_DEFAULT_PROFILES_FILE' if old else 'FASTDDS_DEFAULT_PROFILES_FILE'
    profile = PathJoinSubstitution(
        [FindPackageShare('mobile_vla_bringup'), 'config', 'fastdds_large_images.xml']
    )
    return LaunchDescription(
        [SetEnvironmentVariable(name, EnvironmentVariable(name, default_value=profile))]
    )
