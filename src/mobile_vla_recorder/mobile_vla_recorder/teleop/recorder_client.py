# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The recorder as teleoperation sees it: its status, and its services without waiting."""

from __future__ import annotations

from dataclasses import fields
from functools import partial
import time
from typing import Any

import rclpy
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.task import Future
from std_srvs.srv import Trigger

from mobile_vla_msgs.msg import RecorderStatus
from mobile_vla_msgs.srv import RelabelEpisode, StartEpisode, StopEpisode

from .episode import TeleopEpisode
from .recorder_state import PlanCount, RecorderState
from .request import Answer, Request, Service

_SERVICES = {
    Service.START: StartEpisode,
    Service.STOP: StopEpisode,
    Service.DISCARD: Trigger,
    Service.UNDO: Trigger,
    Service.RELABEL: RelabelEpisode,
}


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
            answer = client.call_async(service_request(request))
            answer.add_done_callback(partial(self._on_answer, request))
        else:
            self._episode.on_silence()

    def ask_and_wait(self, request: Request | None, timeout: float) -> None:
        """Send the last request of all and wait at most `timeout` [s] for the answer."""
        if request is not None and self._clients[request.service].service_is_ready():
            answer = self._clients[request.service].call_async(service_request(request))
            rclpy.spin_until_future_complete(self._node, answer, timeout_sec=timeout)

    def _on_status(self, status: RecorderStatus) -> None:
        self._episode.on_state(recorder_state(status, time.monotonic()))

    def _on_answer(self, request: Request, answer: Future) -> None:
        self._episode.on_answer(request, recorder_answer(answer.result()))


def recorder_state(status: RecorderStatus, now: float) -> RecorderState:
    """Return a status that came at `now` [s]."""
    return RecorderState(
        recording=bool(status.episode),
        saving=status.state == 'saving',
        left=status.queued_frames,
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
        plan=_plan_count(status),
        received=now,
    )


def _plan_count(status: RecorderStatus) -> PlanCount | None:
    names, recorded, wanted = status.plan_scenarios, status.plan_recorded, status.plan_target
    if not names or not len(names) == len(recorded) == len(wanted):
        return None
    return PlanCount(
        dict(zip(names, recorded, strict=True)),
        dict(zip(names, wanted, strict=True)),
        status.plan_next,
    )


def recorder_answer(response: Any) -> Answer:
    """Return the response of any of the services."""
    names = (entry.name for entry in fields(Answer))
    found = {name: getattr(response, name) for name in names if hasattr(response, name)}
    return Answer(**{**found, 'findings': tuple(found.get('findings', ()))})


def service_request(request: Request) -> Any:
    """Return the message of a request."""
    message = _SERVICES[request.service].Request()
    for name in message.get_fields_and_field_types():
        setattr(message, name, getattr(request, name))
    return message
