# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The recorder's state as a message."""

from __future__ import annotations

from builtin_interfaces.msg import Time

from mobile_vla_msgs.msg import RecorderStatus

from .recording.session import RecordingSession
from .recording.start_conditions import free_bytes


def status_message(
    session: RecordingSession, message: str, now: float, stamp: Time
) -> RecorderStatus:
    """
    Describe a session.

    :param message: what is wrong, '' when nothing is
    :param now: monotonic time [s]
    """
    recording = session.episode
    names = list(session.cameras)
    status = RecorderStatus(message=message, state='idle', camera_names=names)
    status.header.stamp = stamp
    status.free_disk_bytes = free_bytes(session.config.output)
    status.camera_rate = [session.rate(name, now) for name in names]
    status.camera_frames = status.camera_dropped = [0] * len(names)
    if recording:
        going_on = 'error' if recording.error else 'recording'
        status.state = 'saving' if session.saving else going_on
        status.message = recording.error or message
        status.episode = str(session.part)
        status.instruction, status.scenario = session.instruction, session.scenario
        status.seconds = session.seconds(now)
        status.frames, status.dropped = recording.frames, recording.dropped
        status.commands = recording.commands
        status.queued_frames = recording.queued_frames
        status.queued_bytes = recording.queued_bytes
        status.camera_frames = [recording.camera_frames[name] for name in names]
        status.camera_dropped = [recording.drops.cameras[name] for name in names]
        status.warnings = recording.warnings()
    elif obstacle := session.obstacle(now):
        status.warnings = [obstacle]
    _tell_plan(status, session)
    return status


def _tell_plan(status: RecorderStatus, session: RecordingSession) -> None:
    progress = session.progress
    if progress is None:
        return
    scenarios = progress.plan.scenarios
    status.plan_scenarios = [scenario.name for scenario in scenarios]
    status.plan_recorded = [progress.count(index) for index in range(len(scenarios))]
    status.plan_target = [scenario.count for scenario in scenarios]
    if progress.suggested is not None:
        status.plan_next = scenarios[progress.suggested].name
