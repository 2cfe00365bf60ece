# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Verb `edit`: cut, join and relabel episodes into new files."""
