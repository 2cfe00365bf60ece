# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Wait inside a callback while the node's other callbacks go on."""

from __future__ import annotations

from collections.abc import Callable
import threading
from typing import Any

from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.task import Future

POLL_PERIOD = 0.01


class Pause:
    """
    Await time, or a function that takes long, in an async callback.

    :ivar group: the callback group that such a callback must belong to
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._clock = Clock(clock_type=ClockType.STEADY_TIME)
        self.group = ReentrantCallbackGroup()

    async def seconds(self, period: float) -> None:
        """Wait for a time [s]."""
        elapsed = Future()
        timer = self._node.create_timer(
            period, lambda: elapsed.set_result(None), callback_group=self.group, clock=self._clock
        )
        await elapsed
        self._node.destroy_timer(timer)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so."""
        while not condition():
            await self.seconds(POLL_PERIOD)

    async def until_done(self, function: Callable[[], Any]) -> Any:
        """Return what a function returns, or raise what it raises, in a thread of its own."""
        outcome: dict[str, Any] = {}

        def run() -> None:
            try:
                outcome['value'] = function()
            except Exception as error:  # handed to the caller, whatever it is
                outcome['error'] = error

        thread = threading.Thread(target=run, name='recorder-work', daemon=True)
        thread.start()
        await self.until(lambda: not thread.is_alive())
        if 'error' in outcome:
            raise outcome['error']
        return outcome['value']
