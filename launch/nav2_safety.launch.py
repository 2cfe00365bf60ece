# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Drive with a policy behind Nav2's velocity smoother and collision monitor."""

from mobile_vla_bringup.common_arguments import robot_arguments
from mobile_vla_bringup.launch_file import LaunchFile
from mobile_vla_bringup.nav2_safety import NAV2_SAFETY_ARGUMENTS, plan_nav2_safety

LAUNCH_FILE = LaunchFile((*robot_arguments(), *NAV2_SAFETY_ARGUMENTS), plan_nav2_safety)


def generate_launch_description():
    """Describe the arguments and the nodes."""
    return LAUNCH_FILE.describe()
