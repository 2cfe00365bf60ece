# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Watch a trained policy drive held-out scenes of the simulator."""

from mobile_vla_bringup.common_arguments import robot_arguments
from mobile_vla_bringup.demo import DEMO_ARGUMENTS, plan_demo
from mobile_vla_bringup.launch_file import LaunchFile

LAUNCH_FILE = LaunchFile((*robot_arguments('simulated'), *DEMO_ARGUMENTS), plan_demo)


def generate_launch_description():
    """Describe the arguments and the nodes."""
    return LAUNCH_FILE.describe()
