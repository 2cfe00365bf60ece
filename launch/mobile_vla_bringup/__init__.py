# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What the launch files share: arguments, parameter files, and which nodes they start."""
