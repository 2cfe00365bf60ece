# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""From episodes to batches: cadence, cache, split, clips, augmentation."""
