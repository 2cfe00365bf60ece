# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""ROS-free library of Mobile VLA: actions, images, episodes, checkpoints and policies."""
