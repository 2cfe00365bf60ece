# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The node `policy`: camera images and an instruction in, velocity commands out."""

from __future__ import annotations

from pathlib import Path
import sys

from rcl_interfaces.msg import SetParametersResult
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.parameter import Parameter

from mobile_vla_core.errors import ConfigError, MobileVlaError
from mobile_vla_core.node_end import NodeEnd
from mobile_vla_core.policy_card import PolicyCard

from .arming_interface import ArmingInterface
from .camera_look import CameraLook
from .card_check import check_card
from .follow_action import FollowAction, NOT_ACTIVE
from .follow_goal import Outcome
from .gates.arming import Arming
from .instruction_topic import InstructionTopic
from .node_process import run_node
from .parameters import declare_parameters, read_parameters, refuse
from .session import Session
from .transition_service import TransitionService


class PolicyNode(LifecycleNode):
    """
    Lifecycle and parameters; session.py joins the parts that drive.

    :param finished: given the exit status when the process has to end
    """

    def __init__(self, finished: NodeEnd) -> None:
        super().__init__('policy')
        declare_parameters(self)
        self._finished = finished
        self._session: Session | None = None
        self._arming = Arming()
        self._camera = CameraLook(self)
        TransitionService(self, self._look)
        ArmingInterface(self, self._arming, self._why_not_arm)
        self.add_on_set_parameters_callback(self._on_set_parameters)
        InstructionTopic(self, self.follow)
        self._action = FollowAction(
            self, self.follow, lambda: self.get_parameter('arrived_after').value
        )

    def follow(self, instruction: str) -> str:
        """Take an instruction as if the parameter were set; return why not, '' when done."""
        (result,) = self.set_parameters([Parameter('instruction', value=instruction)])
        return result.reason

    def begin(self) -> bool:
        """With `autostart` configure and activate, without waiting for a lifecycle manager."""
        if not self.get_parameter('autostart').value:
            return True
        done = TransitionCallbackReturn.SUCCESS
        started = self.trigger_configure() is done and self.trigger_activate() is done
        if started:
            self.executor.create_task(self._watch_start)
        return started

    async def _watch_start(self) -> None:
        """
        Look at the camera while the worker loads, and end the process when it does not fit.

        So nothing that comes meanwhile finds a node that is not active; and what an image can show
        to be wrong stops the robot anyway.
        """
        await self._camera.look()
        try:
            self._warn(self._camera.warnings())
        except ConfigError as error:
            self.get_logger().error(str(error))
            self._finished.set_result(1)

    async def _look(self) -> None:
        if self._session is None:
            await self._camera.look()

    def _warn(self, warnings: list[str]) -> None:
        for warning in warnings:
            self.get_logger().warning(warning)

    def on_configure(self, _: LifecycleState) -> TransitionCallbackReturn:
        """Read the driving card, create the topics and start the worker."""
        if self._finished.done():
            return TransitionCallbackReturn.FAILURE
        try:
            parameters = read_parameters(self)
            card = PolicyCard.load(Path(parameters.policy.checkpoint))
            self._warn(check_card(card, parameters) + self._camera.warnings())
            self._session = Session(
                self,
                parameters,
                card,
                self._arming,
                self._action.watch,
                lambda: self._finished.set_result(1),
            )
        except MobileVlaError as error:
            self.get_logger().error(str(error))
            return TransitionCallbackReturn.FAILURE
        return TransitionCallbackReturn.SUCCESS

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Begin to command the base."""
        self._session.activate()
        self._action.refusal = ''
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop the base."""
        self._session.deactivate()
        self._end_goal()
        return super().on_deactivate(state)

    def on_cleanup(self, _: LifecycleState) -> TransitionCallbackReturn:
        """End the worker and remove the topics."""
        self.release()
        return TransitionCallbackReturn.SUCCESS

    def on_shutdown(self, _: LifecycleState) -> TransitionCallbackReturn:
        """Stop the base and end the worker."""
        self.release()
        return TransitionCallbackReturn.SUCCESS

    def on_error(self, _: LifecycleState) -> TransitionCallbackReturn:
        """Stop the base after a failed transition; the node may be configured again."""
        self.release()
        return TransitionCallbackReturn.SUCCESS

    def release(self) -> None:
        """Stop the base, if it was commanded, then give back all that configuring took."""
        session, self._session = self._session, None
        if session is not None:
            session.close()
        self._end_goal()

    def stop(self) -> None:
        """Give the base its zero before the process ends."""
        self.release()

    @property
    def busy(self) -> bool:
        """Whether the client of a goal has to be told of its end yet."""
        return self._action.busy

    def _why_not_arm(self) -> str:
        active = self._session is not None and self._session.active
        return '' if active else 'the node is not active: activate it first'

    def _end_goal(self) -> None:
        if self._action.preempt('the policy was deactivated', Outcome.ABORTED):
            self.follow('')  # It must not be driven on by the next activation.
        self._action.refusal = NOT_ACTIVE

    def _on_set_parameters(self, parameters: list[Parameter]) -> SetParametersResult:
        session = self._session
        refusal = refuse(parameters, configured=session is not None)
        for parameter in parameters if session is not None and refusal is None else ():
            if parameter.name == 'instruction':
                refusal = session.refusal(parameter.value) or None
        for parameter in parameters if session is not None and refusal is None else ():
            if parameter.name == 'instruction':
                self._action.preempt('another instruction was given')
                session.follow(parameter.value)
        return SetParametersResult(successful=refusal is None, reason=refusal or '')

    def destroy_node(self) -> None:
        """Take the action away before the node; Kilted destroys one that is half made too."""
        if (action := getattr(self, '_action', None)) is not None:
            action.destroy()
        super().destroy_node()


def main(arguments: list[str] | None = None) -> int:
    """Run the node until it is told to end; the base has its zero before this returns."""
    return run_node('policy', __doc__, declare_parameters, PolicyNode, arguments)


if __name__ == '__main__':
    sys.exit(main())
