# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The recorder's services: requests to the session, and its answers back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
import time
from typing import Any

from rclpy.node import Node
from std_srvs.srv import Trigger

from mobile_vla_core.episodes.relabel import Labels
from mobile_vla_core.errors import MobileVlaError
from mobile_vla_msgs.srv import RelabelEpisode, StartEpisode, StopEpisode

from .pause import Pause
from .recording.endings import Ending
from .recording.saved_episode import SavedEpisode
from .recording.session import RecordingSession
from .streams import Streams

SETTLE_PERIOD = 0.01


class RecorderServices:
    """
    Start, stop, discard, relabel and undo.

    :param report: told '' when something went well
    :param refuse: told why a request was refused
    """

    def __init__(
        self,
        node: Node,
        session: RecordingSession,
        pause: Pause,
        streams: Streams,
        report: Callable[[str], None],
        refuse: Callable[[str], None],
    ) -> None:
        self._node = node
        self._session = session
        self._pause = pause
        self._streams = streams
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
        offered = self._streams.offered()
        path = self._session.start(instruction, scenario, time.monotonic(), time_limit, offered)
        self._node.get_logger().info(f'recording {path.name}: "{instruction}"')
        self._report('')
        return str(path)

    async def stop(self, outcome: str, reason: str) -> SavedEpisode:
        """End the episode and keep it; MobileVlaError when that cannot be."""
        self._session.check_end(outcome)
        await self._settle()
        self.end(outcome, reason)
        return (await self._saved()).kept()

    def end(
        self, outcome: str, reason: str, by_itself: bool = False, discard: bool = False
    ) -> None:
        """End the episode at once and begin to write what waits; `conclude` follows."""
        self._session.end(outcome, reason, self._stamp(), by_itself=by_itself, discard=discard)
        self._streams.last_pictures.end()
        self._report('')

    def conclude(self) -> Ending:
        """Wait until the ended episode is written, and tell what became of it."""
        ending = self._session.conclude()
        if saved := ending.saved:
            text = f'saved {saved.path.name}: {saved.frames} frames, {saved.dropped} dropped'
            self._node.get_logger().info('; '.join((text, *saved.summary)))
        return ending

    async def _saved(self) -> Ending:
        saving = self._session.saving
        await self._pause.until(lambda: saving.done)
        return self.conclude()

    async def _settle(self) -> None:
        """Take every picture that was sent before now: they belong to the episode."""
        last = self._streams.last_pictures
        last.ask(time.time(), time.monotonic())
        self._streams.drain()
        while not last.all_in(time.monotonic()):
            await self._pause.seconds(SETTLE_PERIOD)
            self._streams.drain()

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
        async def stop() -> None:
            saved = await self.stop(request.outcome, request.reason)
            response.path = str(saved.path)
            response.frames, response.commands = saved.frames, saved.commands
            response.dropped, response.quality = saved.dropped, saved.quality
            response.findings = list(saved.findings)

        return await self._answer(response, stop())

    async def _on_discard(self, _, response):
        async def discard() -> None:
            self._session.check_end()
            await self._settle()
            self.end('unknown', 'discarded', discard=True)
            response.message = f'{(await self._saved()).taken_away()} discarded'

        return await self._answer(response, discard())

    async def _on_relabel(self, request, response):
        labels = Labels(
            request.instruction or None, request.scenario or None, request.outcome or None
        )

        async def relabel() -> None:
            self._session.check_saved()
            path = await self._pause.until_done(
                lambda: self._session.history.relabel(labels, self._stamp())
            )
            response.path = str(path)

        return await self._answer(response, relabel())

    async def _on_undo(self, _, response):
        async def undo() -> None:
            self._session.check_saved()
            response.message = await self._pause.until_done(
                lambda: self._session.history.undo(self._stamp())
            )

        return await self._answer(response, undo())

    async def _answer(self, response: Any, work: Awaitable[None]) -> Any:
        try:
            await work
            response.success = True
            self._report('')
        except MobileVlaError as error:
            self._refuse(response, error)
        return response

    def _refuse(self, response: Any, error: MobileVlaError) -> None:
        response.message = str(error)
        self._tell_refusal(response.message)
