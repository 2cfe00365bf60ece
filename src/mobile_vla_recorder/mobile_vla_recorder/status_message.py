# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The recorder's state as a message."""

from __future__ import annotations

from builtin_interfaces.msg import Time

from mobile_vla_msgs.msg import RecorderStatus

from .session import free_bytes, RecordingSession


def status_message(
    session: RecordingSession, message: str, now: float, stamp: Time
) -> RecorderStatus:
    """
    Describe a session.

    :param message: what is wrong, '' when nothing is
    :param now: monotonic time [s]
    """
    recording = session.recording
    names = list(session.cameras)
    status = RecorderStatus(message=message, state='idle', camera_names=names)
    status.header.stamp = stamp
    status.free_disk_bytes = free_bytes(session.config.output)
    status.camera_rate = [session.rate(name, now) for name in names]
    status.camera_frames = status.camera_dropped = [0] * len(names)
    if recording:
        status.state = 'error' if recording.error else 'recording'
        status.message = recording.error or message
        status.episode = str(recording.path)
        status.instruction, status.scenario = session.instruction, session.scenario
        status.seconds = session.seconds(now)
        status.frames, status.dropped = recording.frames, recording.dropped
        status.commands, status.queued_bytes = recording.commands, recording.queued_bytes
        status.camera_frames = [recording.camera_frames[name] for name in names]
        status.camera_dropped = [recording.camera_dropped[name] for name in names]
        drops = [
            f'{name}: {count} pictures dropped: the disk or the processor is too slow'
            for name, count in recording.camera_dropped.items()
            if count
        ]
        status.warnings = [*drops, *recording.quality.warnings()]
    return status
