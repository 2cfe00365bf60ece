# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A lane: one simulator, one recorder and one driver, recording episode after episode."""

from __future__ import annotations

from collections.abc import Callable
import contextlib
from dataclasses import dataclass
from pathlib import Path
import time

from geometry_msgs.msg import TwistStamped
from numpy.typing import ArrayLike
from rclpy.qos import QoSProfile
from std_srvs.srv import Trigger

from mobile_vla_core.action_space import VELOCITY_DIM
from mobile_vla_core.errors import MobileVlaError
from mobile_vla_core.ros_domain import reserve_domain
from mobile_vla_msgs.msg import SimulationState
from mobile_vla_msgs.srv import ResetSimulation, StartEpisode, StopEpisode

from .driver import Driver
from .exchange import Exchange, ExchangeError
from .expert import Expert, ExpertConfig
from .judge import Outcome
from .plan import Job
from .process import Process, start_node
from .scenario import find_scenario
from .sim_messages import state_boxes, state_pose

CAMERA_RATE = 10.0
"""Frames per second of simulated time [Hz]."""
_CONNECT_TIMEOUT = 60.0
_STATE_TIMEOUT = 15.0
_RESEND_AFTER = 2.0
_START_TIMEOUT = 10.0
_DISCARD_TIMEOUT = 3.0
_PICTURE_TIMEOUT = 1.0
_ASK_AGAIN_AFTER = 0.2


@dataclass(frozen=True)
class Recorded:
    """A kept episode: what the recorder acknowledged and what the simulator sent."""

    job: Job
    path: Path
    frames: int
    stamps: tuple[float, ...]
    """Stamps of the pictures published since the start [s]."""
    dropped: int
    """As counted by the recorder itself."""


class Lane:
    """Use as a context manager, in one thread."""

    def __init__(
        self,
        index: int,
        output: Path,
        disturbance: float,
        cancelled: Callable[[], bool],
        pace: float = 1.0,
    ) -> None:
        """
        Prepare; nothing is started yet.

        :param output: folder for the episodes; logs go into its `logs`
        :param cancelled: asked while waiting; the lane gives up when it returns True
        :param pace: of the driver; 1 is its usual one
        """
        self._name = f'lane {index}'
        self._logs = output / 'logs' / f'lane_{index}'
        self._output = output
        self._disturbance = disturbance
        self._cancelled = cancelled
        self._expert = Expert(ExpertConfig().at_pace(pace))
        self._stack = contextlib.ExitStack()
        self._processes: list[Process] = []
        self._broken = False

    def __enter__(self) -> Lane:
        with self._stack:
            domain = self._stack.enter_context(reserve_domain())
            self._start('sim', 'mobile_vla_sim', domain, _sim_parameters())
            self._start(
                'recorder', 'mobile_vla_recorder', domain, _recorder_parameters(self._output)
            )
            self._exchange = _DriverExchange(domain, self._check)
            self._stack.callback(self._exchange.close)
            self._exchange.connect(_CONNECT_TIMEOUT)
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *_) -> None:
        self._stack.close()

    def record(self, job: Job) -> Recorded | None:
        """
        Record one episode; None when the driver failed and it was discarded.

        :raises MobileVlaError: if a process ended, does not answer, or refuses
        """
        state = self._begin(job)
        try:
            driver, stamps = self._drive(job, state)
        except MobileVlaError:
            self._broken = True
            with contextlib.suppress(MobileVlaError):  # what is half driven is not kept
                self._exchange.call('recorder/discard', Trigger.Request(), _DISCARD_TIMEOUT)
            raise
        if not driver.success:
            self._call('recorder/discard', Trigger.Request())
            return None
        saved = self._call('recorder/stop', StopEpisode.Request(outcome='success'))
        return Recorded(
            job, Path(saved.path), int(saved.frames), tuple(stamps), int(saved.dropped)
        )

    def _drive(self, job: Job, state: SimulationState) -> tuple[Driver, list[float]]:
        """Drive from the first state to the end; return the driver and the stamps that came."""
        driver = Driver(find_scenario(job.scenario).sign, self._expert)
        stamps = []
        while not driver.done:
            cup = (state.cup_x, state.cup_y)
            action = driver.answer(state_pose(state), cup, state_boxes(state))
            state = self._next_state(state, action[:VELOCITY_DIM])
            stamps.append(state.header.stamp.sec + state.header.stamp.nanosec * 1e-9)
            driver.observe(Outcome(state.outcome))
        return driver, stamps

    def _begin(self, job: Job) -> SimulationState:
        """Reset the simulator, start the recorder and return the state of the first frame."""
        deadline = time.monotonic() + _START_TIMEOUT
        while True:
            self._exchange.state = None
            instruction = self._call(
                'sim/reset',
                ResetSimulation.Request(
                    scenario=job.scenario, seed=job.seed, disturbance=self._disturbance
                ),
            ).instruction
            fresh = self._exchange.wait(lambda: self._is_first(job), _RESEND_AFTER)
            response = self._start_recorder(instruction, job.scenario) if fresh else None
            if response and response.success:
                return self._exchange.state
            # The first picture may come before the subscriptions have found each other.
            if time.monotonic() > deadline:
                raise ExchangeError(
                    f'the recorder refuses to start: {response.message}'
                    if response
                    else f'the simulator publishes no state: see {self._logs / "sim.log"}'
                )

    def _start_recorder(self, instruction: str, scenario: str) -> StartEpisode.Response:
        """
        Start an episode with the first picture, which may be on its way still.

        Another reset at once would send a second first picture after it.
        """
        request = StartEpisode.Request(instruction=instruction, scenario=scenario)
        deadline = time.monotonic() + _PICTURE_TIMEOUT
        while True:
            response = self._exchange.call('recorder/start', request)
            if response.success or time.monotonic() > deadline:
                return response
            self._exchange.wait(lambda: False, _ASK_AGAIN_AFTER)

    def _is_first(self, job: Job) -> bool:
        state = self._exchange.state
        return bool(
            state and state.step == 0 and (state.scenario, state.seed) == (job.scenario, job.seed)
        )

    def _next_state(self, state: SimulationState, velocity) -> SimulationState:
        """Answer a state until the next one comes."""
        deadline = time.monotonic() + _STATE_TIMEOUT
        while time.monotonic() < deadline:
            self._exchange.answer(state, velocity)
            if self._exchange.wait(
                lambda: self._exchange.state.header.stamp != state.header.stamp, _RESEND_AFTER
            ):
                return self._exchange.state
        raise ExchangeError(
            f'the simulator has not answered a command for {_STATE_TIMEOUT:g} s: '
            f'see {self._logs / "sim.log"}'
        )

    def _call(self, service: str, request):
        response = self._exchange.call(service, request)
        if not response.success:
            raise ExchangeError(f'{service}: {response.message}')
        return response

    def _start(self, name: str, package: str, domain: int, parameters: dict[str, object]) -> None:
        process = start_node(package, name, domain, parameters, self._logs / f'{name}.log')
        self._processes.append(self._stack.enter_context(process))

    def _check(self) -> None:
        if self._broken:
            return
        for process in self._processes:
            process.check()
        if self._cancelled():
            raise ExchangeError(f'{self._name} was cancelled')


class _DriverExchange(Exchange):
    """States in, commands out."""

    def __init__(self, domain: int, check: Callable[[], None]) -> None:
        services = {
            'sim/reset': ResetSimulation,
            'recorder/start': StartEpisode,
            'recorder/stop': StopEpisode,
            'recorder/discard': Trigger,
        }
        super().__init__('driver', domain, services, check)
        self.state: SimulationState | None = None
        """The newest state, None before the first."""
        self._commands = self.node.create_publisher(TwistStamped, 'cmd_vel', QoSProfile(depth=10))
        self.node.create_subscription(
            SimulationState, 'sim/state', self._on_state, QoSProfile(depth=10)
        )

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


def _sim_parameters() -> dict[str, object]:
    return {'mode': 'lock_step', 'stamped': 'true', 'camera_rate': CAMERA_RATE}


def _recorder_parameters(output: Path) -> dict[str, object]:
    return {
        'use_sim_time': 'true',
        'output': output,
        'stamped': 'true',
        'robot': 'mobile_vla_sim',
        'odometry_topic': 'odom',
        'expected_rate': CAMERA_RATE,
        # On a busy machine a step may take a while; the lane itself watches the simulator.
        'camera_timeout': _STATE_TIMEOUT,
        # The first command answers the first picture, which the episode already holds.
        'require_commands': 'false',
        # Nothing may be lost: the default of a recorder is best effort, as cameras are.
        'qos_overrides./camera/image_raw.subscription.reliability': 'reliable',
        'qos_overrides./camera/image_raw.subscription.depth': 100,
    }
