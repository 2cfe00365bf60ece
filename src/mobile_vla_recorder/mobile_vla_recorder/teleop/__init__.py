# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Teleoperation without ROS where that can be: keys, joystick, screen and episodes."""
