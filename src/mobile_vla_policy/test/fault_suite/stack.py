# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Camera, policy node, worker and guard in their processes, and a base that listens to them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
import json
import math
import os
from pathlib import Path
import signal
import subprocess
import sys
import threading
import time

from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import Twist, TwistStamped
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.srv import SetParameters
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import Bool
from std_srvs.srv import Trigger

from mobile_vla_core.safety import StopReason
from mobile_vla_msgs.msg import PolicyStatus
from mobile_vla_policy.guard.command_guard import GuardReason

from .braking import Command
from .sentence import pattern_of
from .terminal import Terminal

PATIENCE = 40.0
"""Loading torch takes seconds, more on a busy machine [s]."""
_STEADY = 4
"""So many commands in a row that move the base are a drive."""
INPUT = 'cmd_vel_policy'
_NOT_FROM_REST = pattern_of(GuardReason.NOT_FROM_REST)
_CAMERA = Path(__file__).with_name('camera_process.py')


class Stack:
    """
    A context manager; no process of it is left at its end.

    :param domain: ROS 2 domain that nobody else uses
    :param checkpoints: by name; the policy node serves the one that is called good
    :param log: what the processes write goes there
    :param simulated: all run by the clock of a simulation
    :param parameters: of the policy node
    """

    def __init__(
        self,
        domain: int,
        checkpoints: dict[str, Path],
        log: Path,
        *,
        simulated: bool = False,
        **parameters: object,
    ) -> None:
        self._simulated = simulated
        self.checkpoints = checkpoints
        self._environment = dict(os.environ, ROS_DOMAIN_ID=str(domain))
        self._environment['PYTHONPATH'] = os.pathsep.join(path for path in sys.path if path)
        self._environment['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
        self._parameters = {
            'checkpoint': checkpoints['good'],
            'instruction': 'go left',
            'autostart': True,
            'cmd_vel_topic': INPUT,
            'stamped': True,
            'use_sim_time': simulated,
            'worker_timeout': 2.0,
            **parameters,
        }
        self.commands: list[Command] = []
        """When the base was given a command, by its stamp [s], and its speed."""
        self.node_commands: list[Command] = []
        """Likewise those of the policy node, before the guard."""
        self.statuses: list[PolicyStatus] = []
        self.guard_says = ''
        self._processes: list[subprocess.Popen] = []
        self._log = log.open('a+')
        self._terminal = Terminal(self._log)
        self._start_listener(domain)
        self._camera = self._run(
            str(_CAMERA),
            *(['--simulated'] if simulated else []),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._camera.stdout.readline()
        self._run(
            *('-m', 'mobile_vla_policy.guard_node', '--ros-args', '-p', 'stamped:=true'),
            *('-p', f'use_sim_time:={str(simulated).lower()}'),
        )
        self.start_policy()

    def __enter__(self) -> Stack:
        return self

    def __exit__(self, *_: object) -> None:
        self._terminal.take_output(True)
        for process in self._processes:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        self._camera.kill()  # It takes SIGTERM as a node does that is being created.
        for process in self._processes:
            try:
                process.wait(10.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._executor.shutdown()
        self._spinning.join()
        self._node.destroy_node()
        rclpy.shutdown(context=self._context)
        self._terminal.close()
        self._log.close()

    def start_policy(self, name: str = 'policy', **parameters: object) -> subprocess.Popen:
        """Start a policy node; the one that is called `policy` is the one that is watched."""
        arguments = ['-m', 'mobile_vla_policy.policy_node', '--ros-args', '-r', f'__node:={name}']
        for key, value in {**self._parameters, **parameters}.items():
            text = str(value).lower() if isinstance(value, bool) else value
            arguments += ['-p', f'{key}:={text}']
        process = self._run(*arguments)
        if name == 'policy':
            self.policy = process
        return process

    def take_output(self, takes: bool) -> None:
        """Let the terminal of all processes take output, or stop taking it, as Ctrl-S does."""
        self._terminal.take_output(takes)

    def newest(self) -> subprocess.Popen:
        """Return the process that was started last."""
        return self._processes[-1]

    def camera(self, **settings: object) -> float:
        """Let the camera go wrong, or right again; return when it did [s]."""
        print(json.dumps(settings), file=self._camera.stdin, flush=True)
        return float(self._camera.stdout.readline())

    def worker(self) -> int:
        """Return the process id of the worker."""
        found = []
        for thread in Path(f'/proc/{self.policy.pid}/task').iterdir():
            for pid in (thread / 'children').read_text().split():
                if b'mobile_vla_policy.worker' in Path(f'/proc/{pid}/cmdline').read_bytes():
                    found.append(int(pid))
        (worker,) = found
        return worker

    def wait(self, condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        """Wait until a condition holds; TimeoutError, which says for what, when it does not."""
        deadline = time.monotonic() + patience
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f'waited in vain for {what}; the status says "{self.reason}"')
            time.sleep(0.005)

    def wait_until_driving(self) -> None:
        """
        Wait until the base is moved, and nothing else is said, for a few commands in a row.

        On a busy machine a command may come too late for the guard, which then asks for a start
        from rest: it is given one.
        """
        seen, given = len(self.statuses), len(self.commands)
        deadline = time.monotonic() + PATIENCE

        def drives() -> bool:
            statuses, commands = self.statuses[seen:][-_STEADY:], self.commands[given:][-_STEADY:]
            says = all(status.state == 'driving' for status in statuses)
            return len(commands) == _STEADY and says and all(speed for _, speed in commands)

        while True:
            try:
                return self.wait(drives, 'a robot that drives', 5.0)
            except TimeoutError:
                if time.monotonic() > deadline:
                    raise
                if _NOT_FROM_REST.fullmatch(self.guard_says) and self.reason == '':
                    self.rearm()

    def rearm(self) -> None:
        """Disarm, wait for rest and arm: what the guard asks for."""
        self.disarm()
        disarmed = StopReason.NOT_ARMED.value
        self.wait(lambda: self.reason == disarmed, 'a robot that is not armed')
        self.wait(lambda: _at_rest(self.statuses[-1].command), 'a robot at rest')
        time.sleep(0.2)  # So that the guard has seen it.
        self.arm()

    @property
    def reason(self) -> str:
        """Why the policy node stands still, by its newest status."""
        return self.statuses[-1].reason if self.statuses else ''

    def publishers(self) -> int:
        """Return how many nodes publish commands to the guard."""
        return self._node.count_publishers(INPUT)

    def press_emergency_stop(self, pressed: bool) -> float:
        """Press the emergency stop, or release it; return when [s]."""
        self._emergency_stop.publish(Bool(data=pressed))
        return time.time()

    def set_parameter(self, name: str, value: object) -> None:
        """Set a parameter of the policy node; RuntimeError when it refuses."""
        parameter = Parameter(name, value=value).to_parameter_msg()
        request = SetParameters.Request(parameters=[parameter])
        (result,) = self._call(SetParameters, 'policy/set_parameters', request).results
        if not result.successful:
            raise RuntimeError(result.reason)

    def transition(self, number: int) -> bool:
        """Ask the policy node for a lifecycle transition."""
        request = ChangeState.Request(transition=Transition(id=number))
        return self._call(ChangeState, 'policy/change_state', request).success

    def arm(self) -> None:
        """Arm the robot; RuntimeError when that is refused."""
        answer = self._call(Trigger, 'policy/arm', Trigger.Request())
        if not answer.success:
            raise RuntimeError(answer.message)

    def disarm(self) -> None:
        """Disarm the robot."""
        self._call(Trigger, 'policy/disarm', Trigger.Request())

    def unconfigure(self) -> None:
        """Take the policy node back to where parameters may be set."""
        self.transition(Transition.TRANSITION_DEACTIVATE)
        self.transition(Transition.TRANSITION_CLEANUP)

    def configure(self, **parameters: object) -> bool:
        """Set parameters and configure the policy node, which does not end by itself then."""
        for name, value in {'autostart': False, **parameters}.items():
            self.set_parameter(name, value)
        return self.transition(Transition.TRANSITION_CONFIGURE)

    def activate(self) -> None:
        """Activate the policy node and arm the robot."""
        self.transition(Transition.TRANSITION_ACTIVATE)
        self.arm()

    def written(self) -> str:
        """Return what the processes wrote."""
        return Path(self._log.name).read_text(errors='replace')

    def _call(self, kind, name, request):
        client = self._node.create_client(kind, name)
        try:
            if not client.wait_for_service(PATIENCE):
                raise TimeoutError(f'there is no service {name}')
            future = client.call_async(request)
            self.wait(future.done, f'an answer of {name}')
            return future.result()
        finally:
            # In the thread that spins, which would end if it waited for what is no more.
            self._executor.create_task(self._node.destroy_client, client)

    def _run(self, *arguments: str, **pipes: object) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env=self._environment,
            text=True,
            **{'stdout': self._terminal.fileno(), 'stderr': self._terminal.fileno(), **pipes},
        )
        self._processes.append(process)
        return process

    def _start_listener(self, domain: int) -> None:
        self._context = Context()
        rclpy.init(context=self._context, domain_id=domain)
        self._node = Node('base', context=self._context)
        self._emergency_stop = self._node.create_publisher(Bool, 'emergency_stop', 10)
        for topic, commands in (('cmd_vel', self.commands), (INPUT, self.node_commands)):
            self._node.create_subscription(
                TwistStamped, topic, partial(self._on_command, commands), 10
            )
        latched = QoSProfile(depth=10, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self._node.create_subscription(
            PolicyStatus, 'policy/status', self.statuses.append, latched
        )
        self._node.create_subscription(DiagnosticArray, '/diagnostics', self._on_diagnostics, 10)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        self._spinning = threading.Thread(target=self._executor.spin)
        self._spinning.start()

    def _on_command(self, commands: list[Command], message: TwistStamped) -> None:
        linear, angular = message.twist.linear, message.twist.angular
        speed = math.hypot(linear.x, linear.y, angular.z)
        stamp = message.header.stamp.sec + message.header.stamp.nanosec * 1e-9
        # A simulated stamp cannot be compared with when a fault was made.
        commands.append((time.time() if self._simulated else stamp, speed))

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            if status.name.startswith('guard'):
                self.guard_says = status.message


def _at_rest(twist: Twist) -> bool:
    return twist == Twist()
