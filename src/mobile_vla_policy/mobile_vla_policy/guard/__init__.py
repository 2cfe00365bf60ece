# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The last process before the base: passes commands on, and zero when they stop coming."""
