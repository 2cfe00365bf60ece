# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The recorder's services: requests to the session, and its answers back."""

from __future__ import annotations

from collections.abc import Callable
import time

from rclpy.node import Node
from std_srvs.srv import Trigger

from mobile_vla_core.episodes.relabel import Labels
from mobile_vla_core.errors import MobileVlaError
from mobile_vla_msgs.srv import RelabelEpisode, StartEpisode, StopEpisode

from .pause import Pause
from .recording.saved_episode import SavedEpisode
from .recording.session import RecordingSession

SETTLE_PERIOD = 0.01
SETTLE_ROUNDS = 50


class RecorderServices:
    """
    Start, stop, discard, relabel and undo.

    :param drain: takes what waits in the middleware
    :param report: told '' when something went well
    :param refuse: told why a request was refused
    """

    def __init__(
        self,
        node: Node,
        session: RecordingSession,
        pause: Pause,
        drain: Callable[[], int],
        report: Callable[[str], None],
        refuse: Callable[[str], None],
    ) -> None:
        self._node = node
        self._session = session
        self._pause = pause
        self._drain = drain
        self._report = report
        self._tell_refusal = refuse
        node.create_service(StartEpisode, '~/start', self._on_start)
        # Reentrant, so that pictures still come in while these wait.
        waiting = {'callback_group': pause.group}
        node.create_service(StopEpisode, '~/stop', self._on_stop, **waiting)
        node.create_service(Trigger, '~/discard', self._on_discard, **waiting)
        node.create_service(RelabelEpisode, '~/relabel', self._on_relabel, **waiting)
        node.create_service(Trigger, '~/undo', self._on_undo, **waiting)

    def start(self, instruction: str, scenario: str, time_limit: float = 0.0) -> str:
        """Begin an episode and return its path; MobileVlaError when it is refused."""
        path = self._session.start(instruction, scenario, time.monotonic(), time_limit)
        self._node.get_logger().info(f'recording {path.name}: "{instruction}"')
        self._report('')
        return str(path)

    def stop(self, outcome: str, reason: str, by_itself: bool = False) -> SavedEpisode:
        """End the episode and keep it; MobileVlaError when that cannot be."""
        saved = self._session.stop(outcome, reason, self._stamp(), by_itself)
        text = f'saved {saved.path.name}: {saved.frames} frames, {saved.dropped} dropped'
        self._node.get_logger().info('; '.join((text, *saved.summary)))
        self._report('')
        return saved

    async def settle(self) -> None:
        """
        Take every picture that was sent before a stop: they belong to the episode.

        What waits in the middleware is taken at once, however long this process was held up; then
        what is still under way, until for SETTLE_PERIOD nothing comes.
        """
        self._drain()
        for _ in range(SETTLE_ROUNDS):
            seen = self._session.pictures_seen
            await self._pause.seconds(SETTLE_PERIOD)
            self._drain()
            if self._session.pictures_seen == seen:
                return

    def _stamp(self) -> float:
        return self._node.get_clock().now().nanoseconds * 1e-9

    def _on_start(self, request, response):
        try:
            response.path = self.start(request.instruction, request.scenario)
            response.success = True
        except MobileVlaError as error:
            self._refuse(response, error)
        return response

    async def _on_stop(self, request, response):
        await self.settle()
        try:
            saved = self.stop(request.outcome, request.reason)
            response.success, response.path = True, str(saved.path)
            response.frames, response.commands = saved.frames, saved.commands
            response.dropped, response.quality = saved.dropped, saved.quality
            response.findings = list(saved.findings)
        except MobileVlaError as error:
            self._refuse(response, error)
        return response

    async def _on_discard(self, _, response):
        await self.settle()
        try:
            response.message = f'{self._session.discard(self._stamp())} discarded'
            response.success = True
            self._report('')
        except MobileVlaError as error:
            self._refuse(response, error)
        return response

    async def _on_relabel(self, request, response):
        labels = Labels(
            request.instruction or None, request.scenario or None, request.outcome or None
        )
        try:
            path = await self._pause.until_done(
                lambda: self._session.history.relabel(labels, self._stamp())
            )
            response.success, response.path = True, str(path)
            self._report('')
        except MobileVlaError as error:
            self._refuse(response, error)
        return response

    async def _on_undo(self, _, response):
        try:
            response.message = await self._pause.until_done(
                lambda: self._session.history.undo(self._stamp())
            )
            response.success = True
            self._report('')
        except MobileVlaError as error:
            self._refuse(response, error)
        return response

    def _refuse(self, response, error: MobileVlaError) -> None:
        response.message = str(error)
        self._tell_refusal(response.message)
