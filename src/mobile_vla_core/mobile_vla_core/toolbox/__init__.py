# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The program `episodes`: see, check, repair, edit and convert; one verb a module."""
