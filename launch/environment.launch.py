# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Give large images room in the shared memory of Fast DDS; included by the other files."""

from launch import LaunchDescription
from launch.actions import SetEnvironmentVariable
from launch.substitutions import EnvironmentVariable, PathJoinSubstitution
from launch_ros.substitutions import FindPackageShare


def generate_launch_description() -> LaunchDescription:
    """Set the profile under its names of Fast DDS 2 (Jazzy) and 3 (Kilted), unless one is set."""
    profile = PathJoinSubstitution(
        [FindPackageShare('mobile_vla_bringup'), 'config', 'fastdds_large_images.xml']
    )
    return LaunchDescription(
        [
            SetEnvironmentVariable(name, EnvironmentVariable(name, default_value=profile))
            for name in ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')
        ]
    )
