# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Episodes to look at: a sheet of frames, a plot of commands, a film, and a page to browse."""
