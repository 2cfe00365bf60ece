# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that configuring the policy node brings into being, until it is cleaned up."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
import traceback

from rclpy.node import Node

from mobile_vla_core.chunk_strategy import ChunkStrategy
from mobile_vla_core.policy_card import PolicyCard
from mobile_vla_core.safety import StopReason

from .camera_subscription import CameraSubscription
from .command_publisher import CommandPublisher
from .control_clock import SimulatedClock, SteadyClock
from .cpu_set import parse_cpus, pin_process
from .drive import Drive
from .gates.arming import Arming
from .parameters import PolicyParameters
from .pilot import Pilot
from .status_publisher import StatusPublisher
from .worker_process import WorkerProcess
from .worker_settings import WorkerSettings


class Session:
    """
    The parts between camera and base, joined: images to the pilot and the worker, decisions out.

    :param node: owner of the topics
    :param card: the policy's driving card
    :param arming: outlives the session, so that nothing but a person undoes an emergency stop
    :param on_end: called when the process has to end, from any thread
    """

    def __init__(
        self,
        node: Node,
        parameters: PolicyParameters,
        card: PolicyCard,
        arming: Arming,
        on_end: Callable[[], None],
    ) -> None:
        self._node = node
        self._parameters = parameters
        self._on_end = on_end
        self._parts = ExitStack()
        policy, topics, worker = parameters.policy, parameters.topics, parameters.worker
        control = parameters.control
        image_topic = node.resolve_topic_name(topics.image_topic)
        player = ChunkStrategy.named(control.strategy).player(
            parameters.safety.max_chunk_age, latency_compensation=control.latency_compensation
        )
        settings = WorkerSettings.of(policy.checkpoint, worker)
        pin_process(parse_cpus(control.control_cpus))
        self._arming = arming
        self._pilot = Pilot(
            card,
            image_topic,
            parameters.safety,
            arming=arming,
            player=player,
            largest=parameters.motion.largest,
        )
        self._pilot.follow(policy.instruction, self._now())
        self._worker = WorkerProcess(
            settings, self._pilot.answered, self._on_worker, worker.worker_timeout
        )
        commands = CommandPublisher(
            node, topics.cmd_vel_topic, stamped=topics.stamped, frame_id=topics.frame_id
        )
        self._parts.callback(commands.destroy)
        self._status = StatusPublisher(node, self._pilot, 1.0 / topics.status_rate)
        self._parts.callback(self._status.destroy)
        self._status.inactive()
        self._camera = CameraSubscription(
            node,
            topics.image_topic,
            compressed=topics.compressed,
            pilot=self._pilot,
            worker=self._worker,
        )
        self._parts.callback(self._camera.destroy)
        self._drive = Drive(
            node,
            self._pilot,
            commands,
            self._status,
            lambda: self._worker.restarts,
            control.realtime_priority,
            parameters.motion.slew,
            self._on_failure,
        )
        self._worker.start()
        self._parts.callback(self._worker.stop)

    @property
    def active(self) -> bool:
        """Whether the base is commanded."""
        return self._drive.running

    def activate(self) -> None:
        """Begin to command the base."""
        self._pilot.activate(self._now())
        if self._parameters.policy.autostart and not self._arming.emergency_stop:
            self._arming.arm()
        self._camera.open = True
        simulated = self._node.get_parameter('use_sim_time').value
        clock = SimulatedClock(self._node.get_clock()) if simulated else SteadyClock()
        self._drive.start(clock, 1.0 / self._parameters.topics.rate)

    def deactivate(self) -> None:
        """Stop the base, if it was commanded."""
        self._arming.disarm()
        self._camera.open = False
        self._drive.stop()

    def follow(self, instruction: str) -> None:
        """Take an instruction, also the same one again, and start with an empty history."""
        self._pilot.follow(instruction, self._now())
        if not self._drive.running:
            self._status.inactive()

    def close(self) -> None:
        """Stop the base, end the worker and remove the topics."""
        self.deactivate()
        self._parts.close()

    def _on_worker(self, reason: StopReason | None, detail: str) -> None:
        self._pilot.worker_is(reason, detail)
        if reason is None:
            self._node.get_logger().info('the inference worker is ready')
        elif reason is StopReason.WORKER_FAILED:
            self._node.get_logger().error(reason.sentence(detail=detail))
            if self._parameters.policy.autostart:
                self._on_end()

    def _on_failure(self, error: Exception) -> None:
        """End the process when the control loop failed; its end publishes zero."""
        self._node.get_logger().fatal(''.join(traceback.format_exception(error)))
        self._on_end()

    def _now(self) -> float:
        return self._node.get_clock().now().nanoseconds * 1e-9
