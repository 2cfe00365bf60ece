# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The recorder as teleoperation sees it: its status, and its services without waiting."""

from __future__ import annotations

from functools import partial
import time

import rclpy
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.task import Future
from std_srvs.srv import Trigger

from mobile_vla_msgs.msg import RecorderStatus
from mobile_vla_msgs.srv import StartEpisode, StopEpisode

from .teleop_episode import RecorderState, Request, Service, TeleopEpisode

_SERVICES = {Service.START: StartEpisode, Service.STOP: StopEpisode, Service.DISCARD: Trigger}


class TeleopRecorderClient:
    """
    Hands the recorder's status and answers to a TeleopEpisode.

    :param node: the node whose subscription and clients these are
    :param name: name of the recorder node
    """

    def __init__(self, node: Node, name: str, episode: TeleopEpisode) -> None:
        self._node = node
        self._episode = episode
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        node.create_subscription(RecorderStatus, f'{name}/status', self._on_status, latched)
        self._clients = {
            service: node.create_client(kind, f'{name}/{service.value}')
            for service, kind in _SERVICES.items()
        }

    def ask(self, request: Request | None) -> None:
        """Send a request; its answer goes to the episode when it comes."""
        if request is None:
            return
        client = self._clients[request.service]
        if client.service_is_ready():
            answer = client.call_async(_message(request))
            answer.add_done_callback(partial(self._on_answer, request))
        else:
            self._episode.on_silence()

    def ask_and_wait(self, request: Request | None, timeout: float) -> None:
        """Send the last request of all and wait at most `timeout` [s] for the answer."""
        if request is not None and self._clients[request.service].service_is_ready():
            answer = self._clients[request.service].call_async(_message(request))
            rclpy.spin_until_future_complete(self._node, answer, timeout_sec=timeout)

    def _on_status(self, status: RecorderStatus) -> None:
        state = RecorderState(
            recording=bool(status.episode),
            instruction=status.instruction,
            scenario=status.scenario,
            episode=status.episode,
            seconds=status.seconds,
            frames=status.frames,
            dropped=status.dropped,
            rates=tuple(status.camera_rate),
            free_disk_bytes=status.free_disk_bytes,
            message=status.message,
            warnings=tuple(status.warnings),
            received=time.monotonic(),
        )
        self._episode.on_state(state)

    def _on_answer(self, request: Request, answer: Future) -> None:
        response = answer.result()
        path, frames = getattr(response, 'path', ''), getattr(response, 'frames', 0)
        self._episode.on_answer(request, response.success, response.message, path, frames)


def _message(request: Request) -> StartEpisode.Request | StopEpisode.Request | Trigger.Request:
    if request.service is Service.START:
        return StartEpisode.Request(instruction=request.instruction, scenario=request.scenario)
    if request.service is Service.STOP:
        return StopEpisode.Request(outcome=request.outcome, reason=request.reason)
    return Trigger.Request()
