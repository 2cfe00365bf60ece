# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""ROS 2 lifecycle node that turns camera images and an instruction into cmd_vel."""
