# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Record episodes: the recorder, if wanted with a camera driver and a keyboard or joystick."""

from mobile_vla_bringup.common_arguments import robot_arguments
from mobile_vla_bringup.launch_file import LaunchFile
from mobile_vla_bringup.recording import plan_recording, RECORDING_ARGUMENTS

LAUNCH_FILE = LaunchFile((*robot_arguments(), *RECORDING_ARGUMENTS), plan_recording)


def generate_launch_description():
    """Describe the arguments and the nodes."""
    return LAUNCH_FILE.describe()
