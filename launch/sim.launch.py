# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Start the simulated base with its camera."""

from mobile_vla_bringup.common_arguments import robot_arguments
from mobile_vla_bringup.launch_file import LaunchFile
from mobile_vla_bringup.simulation import plan_sim, SIM_ARGUMENTS

LAUNCH_FILE = LaunchFile((*robot_arguments('simulated'), *SIM_ARGUMENTS), plan_sim)


def generate_launch_description():
    """Describe the arguments and the nodes."""
    return LAUNCH_FILE.describe()
