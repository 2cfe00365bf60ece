# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What may forbid the robot to move, one gate per module; pilot.py sets their order."""
