# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Open-loop evaluation of a checkpoint on recorded episodes."""
