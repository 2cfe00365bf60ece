# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The driver's side of the topics and services of one simulator and one recorder."""

from __future__ import annotations

from collections.abc import Callable
import time

from geometry_msgs.msg import TwistStamped
from numpy.typing import ArrayLike
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile
from std_srvs.srv import Trigger

from mobile_vla_core.errors import MobileVlaError
from mobile_vla_msgs.msg import SimulationState
from mobile_vla_msgs.srv import ResetSimulation, StartEpisode, StopEpisode

_POLL = 0.5
"""How often to look whether the other processes still run [s]."""


class ExchangeError(MobileVlaError):
    """No answer, or a refusal, from the simulator or the recorder."""


class Exchange:
    """Calls that wait; use from one thread and close at the end."""

    def __init__(self, domain: int, check: Callable[[], None]) -> None:
        """
        Join a ROS domain.

        :param check: called while waiting; raises when waiting has become useless
        """
        self._check = check
        self._context = Context()
        rclpy.init(context=self._context, domain_id=domain)
        # Nothing but what the loop needs: rclpy builds its wait set anew at every message.
        self._node = Node(
            'driver', context=self._context, start_parameter_services=False, enable_rosout=False
        )
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        self._commands = self._node.create_publisher(TwistStamped, 'cmd_vel', QoSProfile(depth=10))
        self._node.create_subscription(
            SimulationState, 'sim/state', self._on_state, QoSProfile(depth=10)
        )
        self._clients = {
            name: self._node.create_client(kind, name)
            for name, kind in {
                'sim/reset': ResetSimulation,
                'recorder/start': StartEpisode,
                'recorder/stop': StopEpisode,
                'recorder/discard': Trigger,
            }.items()
        }
        self.state: SimulationState | None = None
        """The newest state, None before the first."""

    def close(self) -> None:
        """Leave the domain."""
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.shutdown(context=self._context)

    def connect(self, timeout: float) -> None:
        """Wait until both other nodes are there [s]; ExchangeError naming what is missing."""
        deadline = time.monotonic() + timeout
        for name, client in self._clients.items():
            while not client.wait_for_service(_POLL):
                self._check()
                if time.monotonic() > deadline:
                    raise ExchangeError(
                        f'no service {name} after {timeout:g} s: see the logs of its node'
                    )

    def call(self, service: str, request, timeout: float = 20.0):
        """Call a service and return its response; ExchangeError when none comes in time [s]."""
        future = self._clients[service].call_async(request)
        if not self.wait(future.done, timeout):
            raise ExchangeError(f'no answer from {service} in {timeout:g} s')
        return future.result()

    def wait(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Take messages until the condition holds; False when it does not in time [s]."""
        deadline = time.monotonic() + timeout
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0.0:
                return False
            began = time.monotonic()
            self._executor.spin_once(timeout_sec=min(left, _POLL))
            if time.monotonic() - began >= _POLL:
                self._check()
        return True

    def answer(self, state: SimulationState, velocity: ArrayLike) -> None:
        """Publish the command that answers a state, shape (3,) [m/s, m/s, rad/s]."""
        message = TwistStamped()
        message.header.stamp = state.header.stamp
        message.header.frame_id = 'base_link'
        linear, angular = message.twist.linear, message.twist.angular
        linear.x, linear.y, angular.z = (float(value) for value in velocity)
        self._commands.publish(message)

    def _on_state(self, message: SimulationState) -> None:
        self.state = message
