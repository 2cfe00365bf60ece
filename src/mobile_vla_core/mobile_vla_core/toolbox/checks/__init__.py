# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What `episodes check` looks for: a module for each family of findings."""
