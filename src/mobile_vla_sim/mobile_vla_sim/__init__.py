# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Simulated mobile base with a camera: collects episodes and evaluates policies in closed loop."""
