# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What goes wrong on a robot, done on purpose to the real processes, over real DDS."""
