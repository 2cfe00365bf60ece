# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The node `policy`: camera images and an instruction in, velocity commands out."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
import sys
import time
import traceback

from rcl_interfaces.msg import SetParametersResult
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.parameter import Parameter
from rclpy.signals import SignalHandlerOptions

from mobile_vla_core.errors import ConfigError, MobileVlaError
from mobile_vla_core.node_end import NodeEnd
from mobile_vla_core.policy_card import PolicyCard
from mobile_vla_core.safety import StopReason
from mobile_vla_core.shutdown_signal import ShutdownSignal

from .camera_subscription import CameraSubscription
from .command_publisher import CommandPublisher, to_twist
from .control_clock import SimulatedClock, SteadyClock
from .control_loop import ControlLoop
from .parameters import declare_parameters, PolicyParameters, read_parameters, refuse
from .pilot import Pilot
from .status_publisher import StatusPublisher
from .worker_process import WorkerProcess, WorkerSettings


class PolicyNode(LifecycleNode):
    """
    Join the parts: messages to the pilot and the worker, the pilot's decisions to the base.

    :param finished: given the exit status when the process has to end
    """

    def __init__(self, finished: NodeEnd) -> None:
        super().__init__('policy')
        declare_parameters(self)
        self._finished = finished
        self._settings: PolicyParameters | None = None
        self._loop: ControlLoop | None = None
        self._configured = ExitStack()
        self.add_on_set_parameters_callback(self._on_set_parameters)

    def start(self) -> bool:
        """Configure and activate without waiting for a lifecycle manager."""
        done = TransitionCallbackReturn.SUCCESS
        return self.trigger_configure() is done and self.trigger_activate() is done

    def on_configure(self, _: LifecycleState) -> TransitionCallbackReturn:
        """Read the driving card, create the topics and start the worker."""
        parameters = read_parameters(self)
        try:
            card = PolicyCard.load(Path(parameters.checkpoint))
        except MobileVlaError as error:
            self.get_logger().error(str(error))
            return TransitionCallbackReturn.FAILURE
        self._settings = parameters
        self._pilot = Pilot(
            card,
            self.resolve_topic_name(parameters.image_topic),
            max_image_age=parameters.max_image_age,
            max_chunk_age=parameters.max_chunk_age,
        )
        self._pilot.follow(parameters.instruction, self._now())
        settings = WorkerSettings(parameters.checkpoint, parameters.device, parameters.threads)
        self._worker = WorkerProcess(settings, self._pilot.answered, self._on_worker)
        self._create_topics(parameters)
        self._worker.start()
        self._configured.callback(self._worker.stop)
        return TransitionCallbackReturn.SUCCESS

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Begin to command the base."""
        self._pilot.activate(self._now())
        self._camera.open = True
        simulated = self.get_parameter('use_sim_time').value
        clock = SimulatedClock(self.get_clock()) if simulated else SteadyClock()
        self._loop = ControlLoop(clock, 1.0 / self._settings.rate, self._tick, self._on_failure)
        self._loop.start()
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop the base."""
        self._stop_base()
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
        self._stop_base()
        self._configured.close()
        self._settings = None

    def _create_topics(self, parameters: PolicyParameters) -> None:
        self._commands = CommandPublisher(
            self,
            parameters.cmd_vel_topic,
            stamped=parameters.stamped,
            frame_id=parameters.frame_id,
        )
        self._configured.callback(self._commands.destroy)
        self._status = StatusPublisher(self, self._pilot, 1.0 / parameters.status_rate)
        self._configured.callback(self._status.destroy)
        self._status.inactive()
        self._camera = CameraSubscription(
            self,
            parameters.image_topic,
            compressed=parameters.compressed,
            pilot=self._pilot,
            worker=self._worker,
        )
        self._configured.callback(self._camera.destroy)

    def _stop_base(self) -> None:
        """End the control loop first, so that zero is the last word."""
        if self._loop is None:
            return
        self._loop.stop()
        self._loop = None
        self._camera.open = False
        self._commands.stop()
        self._status.inactive()

    def _tick(self) -> None:
        decision = self._pilot.decide(self._now())
        twist = to_twist(decision.velocity)
        self._commands.publish(twist)
        if not self._status.report(decision, twist, time.monotonic(), self._worker.restarts):
            return
        if decision.reason is None:
            self.get_logger().info(f'driving: {self._pilot.instruction}')
        else:
            self.get_logger().warning(decision.sentence)

    def _on_worker(self, reason: StopReason | None, detail: str) -> None:
        self._pilot.worker_is(reason, detail)
        if reason is None:
            self.get_logger().info('the inference worker is ready')
        elif reason is StopReason.WORKER_FAILED:
            self.get_logger().error(reason.sentence(detail=detail))
            if self._settings.autostart:
                self._finished.set_result(1)

    def _on_failure(self, error: Exception) -> None:
        """End the process when the control loop failed; its end publishes zero."""
        self.get_logger().fatal(''.join(traceback.format_exception(error)))
        self._finished.set_result(1)

    def _on_set_parameters(self, parameters: list[Parameter]) -> SetParametersResult:
        configured = self._settings is not None
        refusal = refuse(parameters, configured)
        for parameter in parameters if configured and refusal is None else ():
            if parameter.name == 'instruction':
                self._pilot.follow(parameter.value, self._now())
                if self._loop is None:
                    self._status.inactive()
        return SetParametersResult(successful=refusal is None, reason=refusal or '')

    def _now(self) -> float:
        return self.get_clock().now().nanoseconds * 1e-9


def main(arguments: list[str] | None = None) -> int:
    """Run the node until it is told to end; the base has its zero before this returns."""
    finished = NodeEnd()
    with ShutdownSignal(lambda: finished.set_result(0)):
        rclpy.init(args=arguments, signal_handler_options=SignalHandlerOptions.NO)
        try:
            return _run(PolicyNode(finished), finished)
        except ConfigError as error:
            print(f'policy: {error}', file=sys.stderr)
            return 1
        finally:
            rclpy.try_shutdown()


def _run(node: PolicyNode, finished: NodeEnd) -> int:
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    try:
        if node.get_parameter('autostart').value and not node.start():
            return 1
        executor.spin_until_future_complete(finished)
        return finished.result()
    finally:
        node.release()
        executor.shutdown()
        node.destroy_node()


if __name__ == '__main__':
    sys.exit(main())
