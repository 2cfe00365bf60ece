# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Trials driven one after another by a simulator and a policy node that run already."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
import time

from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_srvs.srv import Trigger

from mobile_vla_msgs.msg import PolicyStatus, SimulationState
from mobile_vla_msgs.srv import ResetSimulation

from .exchange import ANSWER_TIMEOUT, Exchange, ExchangeError, NoAnswerError
from .judge import JudgeConfig, Outcome
from .trial import BoxOutline, Trial, TrialResult

MARGIN = 10.0
"""Beyond the time limit of a trial, before the simulator counts as broken [s]."""
START_TIMEOUT = 120.0
"""Loading a policy takes seconds, longer when several lanes start at once [s]."""
_FIRST_ANSWER = 3.0
"""Before the first question is asked again [s]."""


class TrialDriver:
    """
    Joins the ROS domain of the two nodes; for one thread, to be closed at the end.

    :param domain: ROS domain id
    :param disturbance: of the base; 1 is the training level
    :param check: called while waiting; raises when waiting has become useless
    """

    def __init__(self, domain: int, disturbance: float, check: Callable[[], None]) -> None:
        self._disturbance = disturbance
        self._exchange = _EvaluatorExchange(domain, check)

    def close(self) -> None:
        """Leave the domain."""
        self._exchange.close()

    def connect(self) -> None:
        """
        Wait for both nodes, and until the policy drives: loading must not count as driving time.

        :raises MobileVlaError: if one of them is not there in time
        """
        exchange = self._exchange
        exchange.connect(START_TIMEOUT)
        exchange.meet(START_TIMEOUT)
        exchange.change_state(Transition.TRANSITION_CONFIGURE)
        exchange.start()
        self._wait(lambda: exchange.driving, START_TIMEOUT, 'the policy to drive')
        exchange.change_state(Transition.TRANSITION_DEACTIVATE)

    def run(self, trial: Trial) -> TrialResult:
        """
        Drive one trial in real time.

        :raises MobileVlaError: if the simulator or the policy node stopped working
        """
        exchange = self._exchange
        instruction = exchange.reset(trial, self._disturbance)
        exchange.follow(instruction)
        exchange.states.clear()
        exchange.reasons.clear()
        exchange.ages.clear()
        exchange.start()
        self._wait(
            lambda: exchange.states and exchange.states[-1].outcome != Outcome.RUNNING,
            JudgeConfig().time_limit + MARGIN,
            'the end of a trial',
        )
        exchange.change_state(Transition.TRANSITION_DEACTIVATE)
        return _result(trial, instruction, exchange)

    def _wait(self, condition: Callable[[], bool], timeout: float, what: str) -> None:
        if not self._exchange.wait(condition, timeout):
            reasons = self._exchange.reasons
            why = f'; the policy says: {reasons[-1]}' if reasons else ''
            raise ExchangeError(f'waited {timeout:g} s for {what}{why}')


class _EvaluatorExchange(Exchange):
    """Scenes and instructions out, states and reasons in."""

    def __init__(self, domain: int, check: Callable[[], None]) -> None:
        services = {
            'sim/reset': ResetSimulation,
            'policy/set_parameters': SetParameters,
            'policy/change_state': ChangeState,
            'policy/arm': Trigger,
        }
        super().__init__('evaluator', domain, services, check)
        self.states: list[SimulationState] = []
        self.reasons: list[str] = []
        self.ages: list[float] = []
        self.driving = False
        self._expected: tuple[str, int] | None = None
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        for kind, topic, callback, qos in (
            (SimulationState, 'sim/state', self._on_state, QoSProfile(depth=10)),
            (PolicyStatus, 'policy/status', self._on_status, latched),
        ):
            self.node.create_subscription(kind, topic, callback, qos)

    def reset(self, trial: Trial, disturbance: float) -> str:
        """Build the trial's scene and return its instruction."""
        self._expected = (trial.scenario, trial.seed)
        request = ResetSimulation.Request(
            scenario=trial.scenario, seed=trial.seed, disturbance=disturbance
        )
        response = self.call('sim/reset', request)
        if not response.success:
            raise ExchangeError(response.message)
        return response.instruction

    def meet(self, timeout: float) -> None:
        """
        Give the policy an instruction until it answers [s].

        A node may be found before it has found who asks; its first answer is lost then.
        """
        deadline = time.monotonic() + timeout
        while True:
            try:
                self.follow('go to the cup', _FIRST_ANSWER)
                return
            except NoAnswerError:
                if time.monotonic() > deadline:
                    raise

    def follow(self, instruction: str, timeout: float = ANSWER_TIMEOUT) -> None:
        """Give the policy its instruction; it has to answer in time [s]."""
        parameter = Parameter('instruction', value=instruction).to_parameter_msg()
        request = SetParameters.Request(parameters=[parameter])
        (result,) = self.call('policy/set_parameters', request, timeout).results
        if not result.successful:
            raise ExchangeError(result.reason)

    def change_state(self, transition: int) -> None:
        """Drive the policy node through its lifecycle."""
        request = ChangeState.Request(transition=Transition(id=transition))
        if not self.call('policy/change_state', request).success:
            raise ExchangeError('the policy node refused a lifecycle transition: see its log')

    def start(self) -> None:
        """Let the policy drive."""
        self.change_state(Transition.TRANSITION_ACTIVATE)
        response = self.call('policy/arm', Trigger.Request())
        if not response.success:
            raise ExchangeError(response.message)

    def _on_state(self, message: SimulationState) -> None:
        if (message.scenario, message.seed) == self._expected:
            self.states.append(message)

    def _on_status(self, message: PolicyStatus) -> None:
        self.driving = message.state == 'driving'
        if self.driving:
            self.ages.append(message.chunk_age)
        if message.state == 'stopped' and message.reason not in self.reasons:
            self.reasons.append(message.reason)


def _result(trial: Trial, instruction: str, exchange: _EvaluatorExchange) -> TrialResult:
    states = exchange.states
    first = states[0]
    end = next(i for i, state in enumerate(states) if state.outcome != Outcome.RUNNING)
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
        reasons=list(exchange.reasons),
        prediction_age=round(median(exchange.ages or [0.0]), 4),
    )


def _period(states: list[SimulationState]) -> float:
    stamps = [s.header.stamp.sec + s.header.stamp.nanosec * 1e-9 for s in states]
    return (stamps[-1] - stamps[0]) / max(states[-1].step - states[0].step, 1)
