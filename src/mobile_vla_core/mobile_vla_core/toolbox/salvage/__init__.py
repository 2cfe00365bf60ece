# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What can still be read of a damaged episode, on its way into a new file."""
