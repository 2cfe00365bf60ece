# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""One simulator and one policy node in a ROS domain of their own, and the trials driven there."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
import time

from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.srv import SetParameters
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile

from mobile_vla_core.errors import MobileVlaError
from mobile_vla_core.ros_domain import reserve_domain
from mobile_vla_msgs.msg import PolicyStatus, SimulationState
from mobile_vla_msgs.srv import ResetSimulation

from .judge import JudgeConfig
from .process import find_executable, Process
from .trial import BoxOutline, Trial, TrialResult

SERVICE_TIMEOUT = 30.0
START_TIMEOUT = 120.0
"""Loading a policy takes seconds, longer when several lanes start at once [s]."""
RUNNING = 'running'


class EvaluationError(MobileVlaError):
    """A trial could not be driven to its end; this is not a failure of the policy."""


@dataclass(frozen=True)
class LaneSettings:
    """What every lane of an evaluation shares."""

    checkpoint: Path
    folder: Path
    """Logs go here."""
    rate: float = 20.0
    disturbance: float = 0.0


class EvaluationLane:
    """Context manager: starts both nodes, ends them however the trials went."""

    def __init__(self, settings: LaneSettings, index: int) -> None:
        self._settings = settings
        self._index = index
        self.domain = 0
        self._stack = ExitStack()

    def __enter__(self) -> EvaluationLane:
        with ExitStack() as stack:
            self.domain = domain = stack.enter_context(reserve_domain())
            lane = self._settings
            policy = {'checkpoint': lane.checkpoint, 'rate': lane.rate}
            self._processes = [
                stack.enter_context(self._start('mobile_vla_sim', 'sim', domain, {})),
                stack.enter_context(self._start('mobile_vla_policy', 'policy', domain, policy)),
            ]
            context = Context()
            rclpy.init(context=context, domain_id=domain)
            stack.callback(rclpy.shutdown, context=context)
            self._node = _Evaluator(context, self._processes)
            stack.callback(self._node.destroy_node)
            self._warm_up()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def run(self, trial: Trial) -> TrialResult:
        """
        Drive one trial in real time.

        :raises EvaluationError: if the simulator or the policy node stopped working
        """
        node = self._node
        instruction = node.reset(trial, self._settings.disturbance)
        node.follow(instruction)
        node.states.clear()
        node.reasons.clear()
        node.change_state(Transition.TRANSITION_ACTIVATE)
        node.spin_until(
            lambda: node.states and node.states[-1].outcome != RUNNING,
            JudgeConfig().time_limit + SERVICE_TIMEOUT,
            'an end of the trial',
        )
        node.change_state(Transition.TRANSITION_DEACTIVATE)
        return _result(trial, instruction, node.states, node.reasons)

    def _start(
        self, package: str, executable: str, domain: int, parameters: dict[str, object]
    ) -> Process:
        command = [find_executable(package, executable), '--ros-args']
        for key, value in parameters.items():
            command += ['-p', f'{key}:={value}']
        log = self._settings.folder / 'logs' / f'lane_{self._index}' / f'{executable}.log'
        return Process(executable, command, log, {'ROS_DOMAIN_ID': str(domain)})

    def _warm_up(self) -> None:
        """Configure, and wait until the policy drives: loading must not count as driving time."""
        node = self._node
        node.follow('go to the cup')
        node.change_state(Transition.TRANSITION_CONFIGURE)
        node.change_state(Transition.TRANSITION_ACTIVATE)
        node.spin_until(lambda: node.driving, START_TIMEOUT, 'the policy to drive')
        node.change_state(Transition.TRANSITION_DEACTIVATE)


class _Evaluator(Node):
    """The ROS side of a lane."""

    def __init__(self, context: Context, processes: list[Process]) -> None:
        # No rosout: the nodes of all lanes share this process and its loggers.
        super().__init__('evaluator', context=context, enable_rosout=False)
        self._processes = processes
        self._spinner = SingleThreadedExecutor(context=context)
        self._spinner.add_node(self)
        self.states: list[SimulationState] = []
        self.reasons: list[str] = []
        self.driving = False
        self._expected: tuple[str, int] | None = None
        self._reset = self.create_client(ResetSimulation, 'sim/reset')
        self._parameters = self.create_client(SetParameters, 'policy/set_parameters')
        self._transition = self.create_client(ChangeState, 'policy/change_state')
        self.create_subscription(
            SimulationState, 'sim/state', self._on_state, QoSProfile(depth=10)
        )
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.create_subscription(PolicyStatus, 'policy/status', self._on_status, latched)

    def reset(self, trial: Trial, disturbance: float) -> str:
        """Build the trial's scene and return its instruction."""
        self._expected = (trial.scenario, trial.seed)
        request = ResetSimulation.Request(
            scenario=trial.scenario, seed=trial.seed, disturbance=disturbance
        )
        response = self._call(self._reset, request)
        if not response.success:
            raise EvaluationError(response.message)
        return response.instruction

    def follow(self, instruction: str) -> None:
        """Give the policy its instruction."""
        parameter = Parameter('instruction', value=instruction).to_parameter_msg()
        response = self._call(self._parameters, SetParameters.Request(parameters=[parameter]))
        if not response.results[0].successful:
            raise EvaluationError(response.results[0].reason)

    def change_state(self, transition: int) -> None:
        """Drive the policy node through its lifecycle."""
        request = ChangeState.Request(transition=Transition(id=transition))
        if not self._call(self._transition, request).success:
            raise EvaluationError('the policy node refused a lifecycle transition: see its log')

    def spin_until(self, condition, timeout: float, what: str) -> None:
        """Handle messages until a condition holds, EvaluationError when it never does."""
        end = time.monotonic() + timeout
        while not condition():
            for process in self._processes:
                process.check()
            if time.monotonic() > end:
                why = f' ({self.reasons[-1]})' if self.reasons else ''
                raise EvaluationError(f'waited {timeout:g} s for {what}{why}: see the logs')
            self._spinner.spin_once(timeout_sec=0.2)

    def _call(self, client, request):
        self.spin_until(client.service_is_ready, START_TIMEOUT, client.srv_name)
        future = client.call_async(request)
        self.spin_until(future.done, SERVICE_TIMEOUT, f'an answer of {client.srv_name}')
        return future.result()

    def _on_state(self, message: SimulationState) -> None:
        if (message.scenario, message.seed) == self._expected:
            self.states.append(message)

    def _on_status(self, message: PolicyStatus) -> None:
        self.driving = message.state == 'driving'
        if message.state == 'stopped' and message.reason not in self.reasons:
            self.reasons.append(message.reason)


def _result(
    trial: Trial, instruction: str, states: list[SimulationState], reasons: list[str]
) -> TrialResult:
    first = states[0]
    end = next(i for i, state in enumerate(states) if state.outcome != RUNNING)
    last, driven = states[end], states[: end + 1]
    return TrialResult(
        trial=trial,
        instruction=instruction,
        outcome=last.outcome,
        sides=list(last.sides),
        seconds=round(last.step * _period(driven), 3),
        distance=last.distance,
        min_clearance=min(state.min_clearance for state in driven),
        cup=(first.cup_x, first.cup_y),
        boxes=[BoxOutline(b.x, b.y, b.yaw, b.length, b.width) for b in first.boxes],
        path=[(state.robot_x, state.robot_y) for state in driven],
        reasons=list(reasons),
    )


def _period(states: list[SimulationState]) -> float:
    stamps = [s.header.stamp.sec + s.header.stamp.nanosec * 1e-9 for s in states]
    return (stamps[-1] - stamps[0]) / max(states[-1].step - states[0].step, 1)
