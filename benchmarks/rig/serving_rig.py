# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A camera and an ear in this process, and a node that drives in a process of its own."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
import subprocess
import sys
import threading
import time

from geometry_msgs.msg import Twist
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
import numpy as np
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, qos_profile_sensor_data, QoSProfile
from sensor_msgs.msg import Image

from mobile_vla_msgs.msg import PolicyStatus

CAMERA_RATE = 30.0
HEIGHT, WIDTH = 480, 640
PATIENCE = 120.0
"""Loading a policy takes seconds, more on a busy machine."""


class ServingRig:
    """
    Start a program that turns images into commands; for a `with` statement.

    :param command: the program, in the ROS domain of this process' environment
    """

    def __init__(self, command: Sequence[str]) -> None:
        self.published: list[float] = []
        """When each command was published, as the middleware of its publisher stamped it [s]."""
        self.commands: list[Twist] = []
        self.statuses: list[PolicyStatus] = []
        self._listening = True
        self._ending = threading.Event()
        self._context = Context()
        self._context.init()
        self._node = Node('rig', context=self._context)
        self._images = self._node.create_publisher(
            Image, 'camera/image_raw', qos_profile_sensor_data
        )
        latched = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self._node.create_subscription(Twist, 'cmd_vel', self._on_command, 100)
        self._node.create_subscription(PolicyStatus, 'policy/status', self._on_status, latched)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        self._threads = [
            threading.Thread(target=self._executor.spin),
            threading.Thread(target=self._publish_images),
        ]
        self.started = time.monotonic()
        self._process = subprocess.Popen([sys.executable, *command])
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> ServingRig:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(10.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._ending.set()
        self._executor.shutdown()
        for thread in self._threads:
            thread.join()
        self._node.destroy_node()
        self._context.shutdown()

    @property
    def pid(self) -> int:
        """Process id of the program."""
        return self._process.pid

    def configure(self) -> float:
        """Configure the program, a lifecycle node; return the time since its start [s]."""
        client = self._node.create_client(ChangeState, 'policy/change_state')
        self.wait(client.service_is_ready)
        request = ChangeState.Request(transition=Transition(id=Transition.TRANSITION_CONFIGURE))
        answer = client.call_async(request)
        self.wait(answer.done)
        if not answer.result().success:
            raise RuntimeError('the node was not configured')
        return time.monotonic() - self.started

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if self._process.poll() is not None:
                raise RuntimeError(f'the node ended with status {self._process.returncode}')
            if time.monotonic() > deadline:
                raise RuntimeError(f'waited {PATIENCE:g} s in vain; last: {self.statuses[-1:]}')
            time.sleep(0.01)

    def record(self, seconds: float) -> None:
        """Forget what was heard so far and listen for so long."""
        self.forget()
        time.sleep(seconds)
        self._listening = False  # What a node says when it ends does not count.

    def forget(self) -> None:
        """Forget what was heard so far."""
        for heard in (self.published, self.commands, self.statuses):
            heard.clear()

    def _on_command(self, message: Twist, info: dict[str, int]) -> None:
        if self._listening:
            self.published.append(info['source_timestamp'] * 1e-9)
            self.commands.append(message)

    def _on_status(self, message: PolicyStatus) -> None:
        if self._listening:
            self.statuses.append(message)

    def _publish_images(self) -> None:
        random = np.random.default_rng(0)
        pixels = np.kron(
            random.integers(0, 255, (HEIGHT // 8, WIDTH // 8, 3), np.uint8),
            np.ones((8, 8, 1), np.uint8),
        )
        message = Image(height=HEIGHT, width=WIDTH, step=3 * WIDTH, encoding='rgb8')
        turn, due = 0, time.monotonic()
        while not self._ending.wait(max(0.0, due - time.monotonic())):
            due, turn = due + 1.0 / CAMERA_RATE, turn + 1
            message.data = array('B', np.roll(pixels, turn, axis=1).tobytes())
            message.header.stamp = self._node.get_clock().now().to_msg()
            self._images.publish(message)
