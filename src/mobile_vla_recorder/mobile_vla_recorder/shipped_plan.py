# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Collection plans that come with the package."""

from __future__ import annotations

from pathlib import Path

from ament_index_python.packages import get_package_share_directory

from .plan.collection_plan import CollectionPlan, plan_path, read_plan


def find_plan(plan: str) -> CollectionPlan:
    """
    Read a plan.

    :param plan: path of a YAML file, or the name of one that is shipped
    :raises ConfigError: if it cannot be read
    """
    shipped = Path(get_package_share_directory('mobile_vla_recorder')) / 'plans'
    return read_plan(plan_path(plan, shipped))
