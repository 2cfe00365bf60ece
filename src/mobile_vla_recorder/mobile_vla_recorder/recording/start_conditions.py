# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What must be given before an episode may start, and before the recorder itself may."""

from __future__ import annotations

from collections.abc import Iterable
import errno
from pathlib import Path
import shutil
import tempfile

from mobile_vla_core.errors import ConfigError

from .camera import Camera
from .session_config import MEGABYTE, SessionConfig


def start_obstacle(
    config: SessionConfig, cameras: Iterable[Camera], last_command_at: float, now: float
) -> str:
    """
    Say what an episode needs and is not there, '' when all is; times are monotonic [s].

    A camera or the driver may be silent, or the disk too full.
    """
    silent = silent_camera(cameras, config.camera_timeout, now)
    if silent:
        return f'{silent}: check that the camera runs and that its topic and QoS match'
    if config.require_commands and now - last_command_at > config.command_timeout:
        return (
            f'no command came on {config.cmd_vel_topic} for {config.command_timeout:g} s: '
            f'start teleop or the driver, or set require_commands to false'
        )
    try:
        free = _free(config.output)
    except OSError as error:
        return f'nobody can tell how much room {config.output} has: {error.strerror}'
    if free < config.minimum_free_bytes:
        return (
            f'{config.output} has {free / MEGABYTE:.0f} MB left, less than the reserve of '
            f'{config.minimum_free_bytes / MEGABYTE:.0f} MB: free some room'
        )
    return ''


def silent_camera(cameras: Iterable[Camera], timeout: float, now: float) -> str:
    """Say which camera sent nothing for `timeout` [s], '' when each did."""
    for camera in cameras:
        if now - camera.seen_at > timeout:
            return f'no picture came on {camera.topic} for {timeout:g} s'
    return ''


def check_output(folder: Path) -> None:
    """
    Create the folder of the episodes and write to it; a full disk is no obstacle yet.

    :raises ConfigError: if it cannot be created or written
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return  # start says how much is left, and room may come
        raise ConfigError(
            f'episodes cannot be written to {folder}: {error.strerror}: give another folder as '
            f'"output", or the right to write to this one'
        ) from error


def free_bytes(folder: Path) -> int:
    """Return the room left where a folder is [bytes], 0 where nobody can tell."""
    try:
        return _free(folder)
    except OSError:
        return 0


def _free(folder: Path) -> int:
    """Return the room left where a folder is, or would be created [bytes]; or raise OSError."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(existing).free
