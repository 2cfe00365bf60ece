# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Policies: the protocol, the networks and how one frame at a time is served."""
