# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Drive the robot with a trained policy, behind a guard."""

from mobile_vla_bringup.common_arguments import robot_arguments
from mobile_vla_bringup.launch_file import LaunchFile
from mobile_vla_bringup.serving import plan_serving, SERVING_ARGUMENTS

LAUNCH_FILE = LaunchFile((*robot_arguments(), *SERVING_ARGUMENTS), plan_serving)


def generate_launch_description():
    """Describe the arguments and the nodes."""
    return LAUNCH_FILE.describe()
