# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Have the recorder record what the driver does when he takes over."""

from __future__ import annotations

from rclpy.node import Node
from rclpy.task import Future

from mobile_vla_msgs.srv import StartEpisode, StopEpisode

SCENARIO = 'correction'
ENDED = 'the policy drives again'


class Correction:
    """
    Start an episode at the recorder, whose ring buffer holds what led to the takeover.

    Nothing is waited for; what fails is one warning in the log. The episode ends when the policy
    goes on, if nobody ended it before.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._wanted = self._started = False
        self._start = node.create_client(StartEpisode, 'recorder/start')
        self._stop = node.create_client(StopEpisode, 'recorder/stop')

    def begin(self, instruction: str) -> None:
        """Ask for an episode of the instruction that the policy follows."""
        if not self._start.service_is_ready():
            self._warn(f'there is no service {self._start.srv_name}: is the recorder running?')
            return
        self._wanted = True
        request = StartEpisode.Request(instruction=instruction, scenario=SCENARIO)
        self._start.call_async(request).add_done_callback(self._on_started)

    def end(self) -> None:
        """Ask for the end of the episode that was begun."""
        self._wanted = False
        if self._started and self._stop.service_is_ready():
            request = StopEpisode.Request(outcome='unknown', reason=ENDED)
            self._stop.call_async(request)
        self._started = False

    def destroy(self) -> None:
        """Remove the clients."""
        self._node.destroy_client(self._start)
        self._node.destroy_client(self._stop)

    def _on_started(self, answer: Future) -> None:
        self._started = answer.result().success
        if self._started:
            path = answer.result().path
            self._node.get_logger().info(f'recording the correction: {path}')
            if not self._wanted:
                self.end()
        else:
            self._warn(answer.result().message)

    def _warn(self, reason: str) -> None:
        self._node.get_logger().warning(f'the correction is not recorded: {reason}')
