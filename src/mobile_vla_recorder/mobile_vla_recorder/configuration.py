# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The recorder's parameters as what a session needs."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mobile_vla_core.picture_quality import QualityLimits

from .parameters import RecorderParameters
from .recording.session_config import CameraTopic, MEGABYTE, SessionConfig
from .recording.start_conditions import check_output
from .shipped_plan import find_plan


def session_config(
    parameters: RecorderParameters,
    cameras: tuple[CameraTopic, ...],
    command_topic: str,
    metadata: dict[str, str | float | int | bool],
) -> SessionConfig:
    """
    Create the folder of the episodes, read the plan, and return the configuration.

    :param cameras: with the full names of their topics, after remapping
    :param command_topic: its full name
    :param metadata: stored in each episode
    :raises ConfigError: if the folder cannot be written or the plan cannot be read
    """
    output = Path(parameters.output).expanduser().absolute()
    check_output(output)
    return SessionConfig(
        output=output,
        cameras=cameras,
        cmd_vel_topic=command_topic,
        robot=parameters.robot,
        jpeg_quality=parameters.jpeg_quality,
        camera_timeout=parameters.camera_timeout,
        require_commands=parameters.require_commands,
        command_timeout=parameters.command_timeout,
        time_limit=parameters.time_limit,
        pre_roll=parameters.pre_roll,
        queue_bytes=parameters.queue_megabytes * MEGABYTE,
        minimum_free_bytes=parameters.minimum_free_megabytes * MEGABYTE,
        plan=find_plan(parameters.plan) if parameters.plan else None,
        quality=QualityLimits(expected_rate=parameters.expected_rate),
        minimum_quality=parameters.minimum_quality,
        software=f'mobile_vla_recorder {_version()}',
        metadata=metadata,
    )


def _version() -> str:
    try:
        return version('mobile_vla_recorder')
    except PackageNotFoundError:
        return 'of unknown version'
