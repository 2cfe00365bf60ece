# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Offline training of Mobile VLA policies from recorded episodes; needs no ROS."""

__version__ = '0.1.0'
