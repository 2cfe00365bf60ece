# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""What is checked before the first step, so that a fault costs seconds and not a day."""
