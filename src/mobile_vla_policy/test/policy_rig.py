# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A policy node in its own process, with a camera and a listener around it."""

from __future__ import annotations

import array
from collections import deque
from collections.abc import Callable, Sequence
import itertools
import os
from pathlib import Path
import signal
import subprocess
import sys
import threading
import time
from typing import Any

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Twist, TwistStamped
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
import numpy as np
from rcl_interfaces.srv import SetParameters
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, qos_profile_sensor_data, QoSProfile
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Bool
from std_srvs.srv import Trigger

from mobile_vla_core.images import encode_jpeg
from mobile_vla_msgs.msg import PolicyStatus

PATIENCE = 30.0
"""Loading torch takes seconds, more on a busy machine."""
CLOCK_PERIOD = 0.01
CAMERA_STEPS = 10
"""Clock periods between two pictures: one every 0.1 s."""
DOMAIN = 1 + os.getpid() % 100
_NUMBERS = itertools.count()

PICTURE = np.random.default_rng(0).integers(0, 255, (90, 160, 3), dtype=np.uint8)
PICTURES = (PICTURE, PICTURE.copy())
PICTURES[1][:8, :8] = 128
"""Shown in turn: a camera whose pictures never change is frozen."""


class PolicyRig:
    """
    Start a policy node; a context manager that leaves no process behind.

    :param parameters: of the node
    :param camera: publish a picture every 0.1 s from the start
    :param camera_steps: clock periods of 10 ms between two pictures
    :param encoding: that the pictures are said to have
    :param pictures: shown in turn
    :param publish_compressed: publish CompressedImage, whatever the node expects
    :param terminal: file descriptor that the node writes to, instead of the pipe of `output`
    :param arguments: of the node, beside its parameters
    :param program: Python code that runs the node, instead of its module

    With `use_sim_time` the rig is the simulation: its time stands still while `paused` is set.
    """

    def __init__(
        self,
        *,
        camera: bool = True,
        camera_steps: int = CAMERA_STEPS,
        encoding: str = 'rgb8',
        pictures: Sequence[np.ndarray] = PICTURES,
        publish_compressed: bool = False,
        terminal: int | None = None,
        arguments: Sequence[str] = (),
        program: str = '',
        **parameters: object,
    ) -> None:
        self.stamped = bool(parameters.get('stamped', False))
        self.twists: deque[tuple[float, Twist]] = deque()
        self.statuses: deque[PolicyStatus] = deque()
        self.camera_on = camera
        self.compressed = publish_compressed or bool(parameters.get('compressed', False))
        self.simulated = bool(parameters.get('use_sim_time', False))
        self.paused = False
        self.simulated_time = 100.0
        self.encoding = encoding
        self.stamp_offset = 0.0
        self.pictures = itertools.cycle(pictures)
        self._camera_steps = camera_steps
        # With the domain: neither other tests on this machine nor other rigs are heard.
        self._namespace = f'/test_{os.getpid()}_{next(_NUMBERS)}'
        self._start_listener()
        self._start_process(parameters, arguments, terminal, program)

    def __enter__(self) -> PolicyRig:
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._camera.join()
        self._executor.shutdown()
        self._spinning.join()
        self.node.destroy_node()
        rclpy.shutdown(context=self._context)
        if self.process.poll() is None:
            self.process.kill()
        self.output()

    def output(self) -> str:
        """Wait for the process to end and return what it wrote."""
        return self.process.communicate(timeout=PATIENCE)[0] or ''

    def stop(self, number: signal.Signals) -> int:
        """Send a signal and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def wait(self, condition) -> None:
        """Wait until a condition holds."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f'waited in vain; last: {self.latest()}'
            time.sleep(0.01)

    def wait_until_driving(self) -> None:
        """Wait for a status that says so after this call, and a command that moves."""
        self.statuses.clear()
        self.wait(lambda: self.latest() is not None and self.latest().state == 'driving')
        self.wait(lambda: self.moves())

    def wait_for_reason(self, text: str) -> PolicyStatus:
        """Wait for a status whose reason holds a text, from the latest on, and return it."""
        first = max(0, len(self.statuses) - 1)  # Not only the latest: this thread may be late.
        found = []

        def told():
            found.extend(one for one in list(self.statuses)[first:] if text in one.reason)
            return found

        try:
            self.wait(told)
        except AssertionError as error:
            reasons = [one.reason for one in list(self.statuses)[first:]]
            raise AssertionError(f'{error}; told: {list(dict.fromkeys(reasons))}') from None
        return found[0]

    def latest(self) -> PolicyStatus | None:
        """Return the newest status."""
        return self.statuses[-1] if self.statuses else None

    def moves(self) -> bool:
        """Tell whether the newest command moves the base."""
        return bool(self.twists) and not is_zero(self.twists[-1][1])

    def worker(self) -> int:
        """Return the process id of the worker."""
        return self.child('mobile_vla_policy.worker')

    def child(self, program: str) -> int:
        """Return the process id of the one that the node started with this on its command line."""
        threads = Path(f'/proc/{self.process.pid}/task').iterdir()
        children = [pid for thread in threads for pid in (thread / 'children').read_text().split()]
        (found,) = (
            pid
            for pid in map(int, children)
            if program in Path(f'/proc/{pid}/cmdline').read_text().split('\0')
        )
        return found

    def set_parameter(self, name: str, value: object) -> str:
        """Set a parameter of the node and return why it refused, '' when it did not."""
        parameter = Parameter(name, value=value).to_parameter_msg()
        request = SetParameters.Request(parameters=[parameter])
        (result,) = self.call(SetParameters, 'policy/set_parameters', request).results
        return result.reason

    def trigger(self, name: str) -> tuple[bool, str]:
        """Call a service such as arm, and return its success and its message."""
        response = self.call(Trigger, f'policy/{name}', Trigger.Request())
        return response.success, response.message

    def press_emergency_stop(self, pressed: bool) -> None:
        """Publish the state of the emergency stop."""
        self.wait(lambda: self._emergency_stop.get_subscription_count() > 0)
        self._emergency_stop.publish(Bool(data=pressed))

    def transition(self, number: int) -> bool:
        """Ask for a lifecycle transition."""
        request = ChangeState.Request(transition=Transition(id=number))
        return self.call(ChangeState, 'policy/change_state', request).success

    def call(self, kind, name, request):
        """Call a service of the node and return its response."""
        client = self.node.create_client(kind, name)
        assert client.wait_for_service(PATIENCE)
        future = client.call_async(request)
        self.wait(future.done)
        self.in_spin(self.node.destroy_client, client)
        return future.result()

    def in_spin(self, call: Callable[..., Any], *arguments: object, **named: object) -> Any:
        """
        Call in the thread that spins, and return what it returns.

        What is destroyed in another while it waits for that ends it; an answer that comes while
        rclpy's action client still notes the question is lost.
        """
        task = self._executor.create_task(call, *arguments, **named)
        self.wait(task.done)
        return task.result()

    def _start_process(
        self,
        parameters: dict[str, object],
        arguments: Sequence[str],
        terminal: int | None,
        program: str,
    ) -> None:
        run = ['-c', program] if program else ['-m', 'mobile_vla_policy.policy_node']
        command = [sys.executable, *run, '--ros-args']
        command += ['-r', f'__ns:={self._namespace}', *arguments]
        for name, value in parameters.items():
            text = str(value).lower() if isinstance(value, bool) else value
            command += ['-p', f'{name}:={text}']
        environment = dict(
            os.environ,
            PYTHONPATH=os.pathsep.join(path for path in sys.path if path),
            ROS_DOMAIN_ID=str(DOMAIN),
            ROS_AUTOMATIC_DISCOVERY_RANGE='LOCALHOST',
        )
        self.process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE if terminal is None else terminal,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _start_listener(self) -> None:
        os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
        self._context = Context()
        rclpy.init(context=self._context, domain_id=DOMAIN)
        self.node = Node('rig', context=self._context, namespace=self._namespace)
        self._clock = self.node.create_publisher(Clock, '/clock', 1) if self.simulated else None
        self._images = self.node.create_publisher(
            CompressedImage if self.compressed else Image,
            'camera/image_raw',
            qos_profile_sensor_data,
        )
        self.node.create_subscription(
            TwistStamped if self.stamped else Twist, 'cmd_vel', self._on_command, 10
        )
        self._emergency_stop = self.node.create_publisher(Bool, 'emergency_stop', 10)
        latched = QoSProfile(depth=10, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.node.create_subscription(PolicyStatus, 'policy/status', self._on_status, latched)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self._ending = threading.Event()
        self._spinning = threading.Thread(target=self._executor.spin)
        self._spinning.start()
        self._camera = threading.Thread(target=self._publish_images)
        self._camera.start()

    def _on_command(self, message: Twist | TwistStamped) -> None:
        twist = message.twist if self.stamped else message
        self.twists.append((time.monotonic(), twist))

    def _on_status(self, message: PolicyStatus) -> None:
        self.statuses.append(message)

    def _publish_images(self) -> None:
        steps = 0
        while not self._ending.wait(CLOCK_PERIOD):
            if self.paused:
                continue
            steps += 1
            now = time.time()
            if self.simulated:
                self.simulated_time += CLOCK_PERIOD
                now = self.simulated_time
                self._clock.publish(Clock(clock=to_stamp(now)))
            if self.camera_on and steps % self._camera_steps == 0:
                self._images.publish(self._picture(now + self.stamp_offset))

    def _picture(self, stamp: float) -> Image | CompressedImage:
        picture = next(self.pictures)
        height, width = picture.shape[:2]
        if self.compressed:
            message = CompressedImage(format='jpeg', data=encode_jpeg(picture))
        else:
            message = Image(height=height, width=width, step=3 * width, encoding=self.encoding)
            message.data = array.array('B', picture.tobytes())
        message.header.stamp = to_stamp(stamp)
        return message


def to_stamp(seconds: float) -> Time:
    """Convert a time [s] to a message."""
    return Time(sec=int(seconds), nanosec=int(seconds % 1.0 * 1e9))


def is_zero(twist: Twist) -> bool:
    """Tell whether a command stops the base."""
    return twist == Twist()
