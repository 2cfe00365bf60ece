# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A node that talks to other processes in a ROS domain of its own, and waits for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
import time

import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from mobile_vla_core.errors import MobileVlaError

_POLL = 0.5
"""How often to look whether the other processes still run [s]."""
ANSWER_TIMEOUT = 20.0
"""Longest time that a service may take [s]."""


class ExchangeError(MobileVlaError):
    """No answer, or a refusal, from another process."""


class NoAnswerError(ExchangeError):
    """A service was called and did not answer."""


class Exchange:
    """
    Join a ROS domain with a node and clients; for one thread, to be closed at the end.

    :param name: of the node
    :param domain: ROS domain id
    :param services: service types by name
    :param check: called while waiting; raises when waiting has become useless
    """

    def __init__(
        self, name: str, domain: int, services: Mapping[str, type], check: Callable[[], None]
    ) -> None:
        self._check = check
        self._checked = time.monotonic()
        self._context = Context()
        rclpy.init(context=self._context, domain_id=domain)
        # Nothing but what the loop needs: rclpy builds its wait set anew at every message.
        # No rosout, because the lanes of one process would share one logger.
        self.node = Node(
            name, context=self._context, start_parameter_services=False, enable_rosout=False
        )
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self._clients = {
            service: self.node.create_client(kind, service) for service, kind in services.items()
        }

    def close(self) -> None:
        """Leave the domain."""
        self._executor.shutdown()
        self.node.destroy_node()
        rclpy.shutdown(context=self._context)

    def connect(self, timeout: float) -> None:
        """Wait until every service is there [s]; ExchangeError naming what is missing."""
        deadline = time.monotonic() + timeout
        for name, client in self._clients.items():
            while not client.wait_for_service(_POLL):
                self._check()
                if time.monotonic() > deadline:
                    raise ExchangeError(
                        f'no service {name} after {timeout:g} s: see the logs of its node'
                    )

    def call(self, service: str, request, timeout: float = ANSWER_TIMEOUT):
        """Call a service and return its response; NoAnswerError when none comes in time [s]."""
        future = self._clients[service].call_async(request)
        if not self.wait(future.done, timeout):
            raise NoAnswerError(f'no answer from {service} in {timeout:g} s')
        return future.result()

    def wait(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Take messages until the condition holds; False when it does not in time [s]."""
        deadline = time.monotonic() + timeout
        while not condition():
            now = time.monotonic()
            if now >= deadline:
                return False
            if now >= self._checked + _POLL:
                self._check()
                self._checked = now
            self._executor.spin_once(timeout_sec=min(deadline - now, _POLL))
        return True
