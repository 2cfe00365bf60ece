# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Room for large images in the shared memory of Fast DDS."""

from __future__ import annotations

from collections.abc import Mapping

from .common_arguments import share

FAST_DDS_2 = ('humble', 'jazzy')
"""Later distributions have Fast DDS 3, which renamed the variable."""


def fast_dds_profile(environment: Mapping[str, str]) -> tuple[str, str]:
    """Return the environment variable of the profile, and its value; what the user set stays."""
    old = environment.get('ROS_DISTRO') in FAST_DDS_2
    name = 'FASTRTPS_DEFAULT_PROFILES_FILE' if old else 'FASTDDS_DEFAULT_PROFILES_FILE'
    profile = share() / 'config' / 'fastdds_large_images.xml'
    return name, environment.get(name) or str(profile)
