# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What holds the documentation against the code, and writes its generated parts."""
