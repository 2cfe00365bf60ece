# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""From batches to weights: loss, optimiser, running mean, checkpoints."""
