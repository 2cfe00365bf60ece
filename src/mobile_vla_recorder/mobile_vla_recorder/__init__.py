# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""ROS 2 node that records camera, commands and instruction to episode files."""
