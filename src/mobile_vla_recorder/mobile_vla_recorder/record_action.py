# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Action `~/record`: an episode as a goal."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
import time

from rclpy.action import ActionServer, CancelResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.node import Node

from mobile_vla_core.errors import MobileVlaError
from mobile_vla_msgs.action import RecordEpisode

from .pause import Pause
from .recording.session import RecordingSession
from .recording.start_conditions import free_bytes
from .services import RecorderServices

FEEDBACK_PERIOD = 0.2
CANCELLED = 'the goal was cancelled'


class RecordAction:
    """
    A goal starts an episode and ends with it, however it ends.

    A goal that is refused is aborted with the reason in its result; a cancel stops and keeps.
    """

    def __init__(
        self, node: Node, session: RecordingSession, services: RecorderServices, pause: Pause
    ) -> None:
        self._session = session
        self._services = services
        self._pause = pause
        self._server = ActionServer(
            node,
            RecordEpisode,
            '~/record',
            self._execute,
            callback_group=pause.group,
            cancel_callback=lambda _: CancelResponse.ACCEPT,
        )

    def destroy(self) -> None:
        """Take the action away, before its node."""
        self._server.destroy()

    async def _execute(self, goal: ServerGoalHandle) -> RecordEpisode.Result:
        request = goal.request
        try:
            started = self._services.start(
                request.instruction, request.scenario, request.time_limit
            )
        except MobileVlaError as error:
            goal.abort()
            return RecordEpisode.Result(reason=str(error))
        part = Path(started)
        while self._session.part == part:
            if goal.is_cancel_requested and self._session.recording:
                with suppress(MobileVlaError):  # the ending tells
                    await self._services.stop('unknown', CANCELLED)
                continue
            goal.publish_feedback(self._feedback())
            await self._pause.seconds(FEEDBACK_PERIOD)
        return self._result(goal, part)

    def _feedback(self) -> RecordEpisode.Feedback:
        session, recording, now = self._session, self._session.episode, time.monotonic()
        return RecordEpisode.Feedback(
            frames=recording.frames,
            rate=session.rate(next(iter(session.cameras)), now),
            dropped=recording.dropped,
            seconds=session.seconds(now),
            bytes=recording.bytes,
            free_disk_bytes=free_bytes(session.config.output),
        )

    def _result(self, goal: ServerGoalHandle, part: Path) -> RecordEpisode.Result:
        ending = self._session.endings.of(part)
        saved = ending.saved
        if saved is None:
            goal.abort()
            return RecordEpisode.Result(reason=ending.text)
        if goal.is_cancel_requested:
            goal.canceled()
        else:
            goal.succeed()
        reason = '; '.join(part for part in (saved.reason, *saved.findings) if part)
        return RecordEpisode.Result(
            path=str(saved.path), frames=saved.frames, outcome=saved.outcome, reason=reason
        )
