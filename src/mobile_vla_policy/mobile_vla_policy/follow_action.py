# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Action `~/follow_instruction`: an instruction as a goal."""

from __future__ import annotations

from collections.abc import Callable

from rclpy.action import ActionServer, CancelResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.task import Future

from mobile_vla_core.errors import InstructionError
from mobile_vla_core.instruction import check_instruction
from mobile_vla_core.safety import StopReason
from mobile_vla_msgs.action import FollowInstruction

from .command_publisher import to_twist
from .follow_goal import FollowGoal, GoalEnd, Outcome
from .tick import Tick

NOT_ACTIVE = 'the policy is not active: configure and activate it first'
PERIOD = 0.1
"""Time between looks at the goal, and between feedbacks [s]."""


class FollowAction:
    """
    Follow one goal at a time; a new one, or any other new instruction, preempts it.

    One that is refused does not: the goal before goes on. However a goal ends, its instruction is
    cleared, unless another one took its place: the robot stands still after it. The server lives
    as long as the node, so that a goal which ends with the policy still gets its answer.

    :param follow: takes an instruction and returns why it is refused, '' when it is not; one that
        is taken preempts the goal
    :param arrived_after: tells how many predictions of stop mean arrived
    """

    def __init__(
        self, node: Node, follow: Callable[[str], str], arrived_after: Callable[[], int]
    ) -> None:
        self._node = node
        self._follow = follow
        self._arrived_after = arrived_after
        self._current: FollowGoal | None = None
        self._tick: Tick | None = None
        self._waiting = 0
        self.refusal = NOT_ACTIVE
        """Why no goal can be followed now, '' when one can."""
        self._server = ActionServer(
            node,
            FollowInstruction,
            '~/follow_instruction',
            self._execute,
            cancel_callback=lambda _: CancelResponse.ACCEPT,
        )

    @property
    def busy(self) -> bool:
        """Whether a goal has no result yet."""
        return self._waiting > 0

    def destroy(self) -> None:
        """Take the action away, before its node."""
        self._server.destroy()

    def watch(self, tick: Tick) -> None:
        """Take a tick of the control loop."""
        self._tick = tick
        goal = self._current
        for prediction in tick.decision.predictions if goal is not None else ():
            goal.predicted(prediction.action_type)

    def preempt(self, reason: str, outcome: Outcome = Outcome.PREEMPTED) -> bool:
        """End the goal, something else is followed now; return whether there was one."""
        goal, self._current = self._current, None
        if goal is not None:
            goal.finish(outcome, reason, self._now())
        return goal is not None

    async def _execute(self, handle: ServerGoalHandle) -> FollowInstruction.Result:
        refusal = self.refusal or self._begin(handle.request)
        if refusal:
            handle.abort()
            return FollowInstruction.Result(outcome=Outcome.ABORTED.value, reason=refusal)
        end = await self._ended(handle, self._current)
        finish = {Outcome.ARRIVED: handle.succeed}
        # A goal that was asked to be cancelled cannot end otherwise but by being so.
        finish.setdefault(end.outcome, handle.abort)
        (handle.canceled if handle.is_cancel_requested else finish[end.outcome])()
        return FollowInstruction.Result(
            outcome=end.outcome.value, reason=end.reason, seconds=end.seconds
        )

    def _begin(self, request: FollowInstruction.Goal) -> str:
        """Take the place of the goal before, or leave it as it is and return why."""
        try:
            check_instruction(request.instruction)
        except InstructionError as error:
            return str(error)
        refusal = self._follow(request.instruction)
        if not refusal:
            limit = max(0.0, request.time_limit)
            self._current = FollowGoal(limit, self._arrived_after(), self._now())
        return refusal

    async def _ended(self, handle: ServerGoalHandle, goal: FollowGoal) -> GoalEnd:
        ended = Future()

        def look() -> None:
            end = self._judge(handle, goal)
            if end is None:
                handle.publish_feedback(self._feedback(goal))
            elif not ended.done():
                ended.set_result(end)

        steady = Clock(clock_type=ClockType.STEADY_TIME)
        timer = self._node.create_timer(PERIOD, look, clock=steady)
        self._waiting += 1
        try:
            return await ended
        finally:
            self._waiting -= 1
            self._node.destroy_timer(timer)

    def _judge(self, handle: ServerGoalHandle, goal: FollowGoal) -> GoalEnd | None:
        now = self._now()
        if handle.is_cancel_requested:
            goal.finish(Outcome.CANCELED, 'the goal was cancelled', now)
        stopped = self._tick and self._tick.decision
        if stopped and stopped.reason is StopReason.WORKER_FAILED:
            goal.finish(Outcome.ABORTED, stopped.sentence, now)
        end = goal.judge(now)
        if end is not None and goal is self._current:
            self._current = None
            self._follow('')
        return end

    def _feedback(self, goal: FollowGoal) -> FollowInstruction.Feedback:
        feedback = FollowInstruction.Feedback(
            seconds=goal.seconds(self._now()),
            stop_predictions=goal.stop_predictions,
            stop_predictions_needed=goal.arrived_after,
        )
        if self._tick is not None:
            decision = self._tick.decision
            feedback.command = to_twist(decision.velocity)
            feedback.image_age = float(decision.image_age)
            feedback.chunk_age = float(decision.chunk_age)
            feedback.stop_reason = decision.sentence
        return feedback

    def _now(self) -> float:
        return self._node.get_clock().now().nanoseconds * 1e-9
