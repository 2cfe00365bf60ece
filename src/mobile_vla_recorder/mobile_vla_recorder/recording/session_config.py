# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What a recording session needs to know of its robot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mobile_vla_core.picture_quality import QualityLimits

from ..plan.collection_plan import CollectionPlan

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class CameraTopic:
    """A camera by its name in the episode and the topic of its pictures."""

    name: str = 'front'
    topic: str = 'camera/image_raw'


@dataclass(frozen=True)
class SessionConfig:
    """
    See parameters.py for the meanings; the first camera is the primary one.

    Topics have their full names, after remapping.
    """

    output: Path
    cameras: tuple[CameraTopic, ...] = (CameraTopic(),)
    cmd_vel_topic: str = 'cmd_vel'
    robot: str = ''
    jpeg_quality: int = 90
    camera_timeout: float = 2.0
    require_commands: bool = True
    command_timeout: float = 2.0
    time_limit: float = 0.0
    pre_roll: float = 0.0
    queue_bytes: int = 256 * MEGABYTE
    minimum_free_bytes: int = 500 * MEGABYTE
    plan: CollectionPlan | None = None
    quality: QualityLimits = field(default_factory=QualityLimits)
    minimum_quality: float = 0.0
    software: str = 'mobile_vla_recorder'
    metadata: Mapping[str, str | float | int | bool] = field(default_factory=dict)
