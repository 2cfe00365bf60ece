# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that configuring the policy node brings into being, until it is cleaned up."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
import traceback

from rclpy.node import Node

from mobile_vla_core.chunk_strategy import ChunkStrategy
from mobile_vla_core.errors import InstructionError
from mobile_vla_core.policy_card import PolicyCard
from mobile_vla_core.safety import StopReason

from .camera_subscription import CameraSubscription
from .command_publisher import CommandPublisher
from .companions import Companions, SHADOW
from .control_clock import SimulatedClock, SteadyClock
from .cpu_set import parse_cpus, pin_process
from .diagnostics_publisher import DiagnosticsPublisher
from .drive import Drive
from .gates.arming import Arming
from .instruction_watch import InstructionWatch
from .parameters import PolicyParameters
from .pilot import Pilot
from .status_publisher import StatusPublisher
from .tick import Tick
from .worker_process import WorkerProcess
from .worker_settings import WorkerSettings


class Session:
    """
    The parts between camera and base, joined: images to the pilot and the worker, decisions out.

    :param node: owner of the topics
    :param card: the policy's driving card
    :param arming: outlives the session, so that nothing but a person undoes an emergency stop
    :param watch: told of every tick of the control loop, in its thread
    :param on_end: called when the process has to end, from any thread
    """

    def __init__(
        self,
        node: Node,
        parameters: PolicyParameters,
        card: PolicyCard,
        arming: Arming,
        watch: Callable[[Tick], None],
        on_end: Callable[[], None],
    ) -> None:
        self._node = node
        self._parameters = parameters
        self._on_end = on_end
        self._watch = watch
        self._instructions = InstructionWatch(
            card.instructions, parameters.driver.refuse_unseen_above
        )
        refusal = self._instructions.refusal(parameters.policy.instruction)
        if refusal:
            raise InstructionError(refusal)
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
        self._companions = Companions(node, parameters, card, self._pilot)
        self._parts.callback(self._companions.close)
        self._worker = WorkerProcess(
            settings,
            self._pilot.answered,
            self._on_worker,
            worker.worker_timeout,
            worker.added_latency,
        )
        shadow = parameters.driver.mode == SHADOW
        commands = CommandPublisher(
            node,
            '~/shadow_cmd' if shadow else topics.cmd_vel_topic,
            stamped=topics.stamped or shadow,
            frame_id=topics.frame_id,
        )
        self._parts.callback(commands.destroy)
        self._status = StatusPublisher(
            node, self._pilot, topics.status_period, parameters.driver.mode
        )
        self._parts.callback(self._status.destroy)
        self._note(policy.instruction)
        self._status.inactive()
        self._camera = CameraSubscription(
            node,
            topics.image_topic,
            compressed=topics.compressed,
            pilot=self._pilot,
            worker=self._worker,
            on_frame=self._companions.frame,
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
            self._companions,
            self._on_tick,
            self._on_failure,
        )
        diagnostics = DiagnosticsPublisher(
            node,
            lambda: self._companions.rows(
                self._worker.restarts, self._drive.meter.summary(), self._status.warnings
            ),
        )
        self._parts.callback(diagnostics.destroy)
        self._worker.start()
        self._parts.callback(self._worker.stop)

    @property
    def active(self) -> bool:
        """Whether the base is commanded."""
        return self._drive.running

    def activate(self) -> None:
        """Begin to command the base."""
        self._pilot.activate(self._now())
        armed = self._parameters.policy.autostart or self._parameters.driver.mode == SHADOW
        if armed and not self._arming.emergency_stop:
            self._arming.arm()
        self._camera.open = True
        self._companions.activate(self._now())
        simulated = self._node.get_parameter('use_sim_time').value
        clock = SimulatedClock(self._node.get_clock()) if simulated else SteadyClock()
        self._drive.start(clock, 1.0 / self._parameters.topics.rate)

    def deactivate(self) -> None:
        """Stop the base, if it was commanded."""
        self._arming.disarm()
        self._camera.open = False
        was_active = self.active
        self._drive.stop()
        if was_active:
            self._companions.deactivate(self._now())

    def follow(self, instruction: str) -> None:
        """Take an instruction, also the same one again, and start with an empty history."""
        self._pilot.follow(instruction, self._now())
        self._companions.follow(self._pilot.instruction, self._now())
        self._note(instruction)
        if not self._drive.running:
            self._status.inactive()

    def refusal(self, instruction: str) -> str:
        """Say why an instruction is not followed, '' when it is."""
        return self._instructions.refusal(instruction)

    def close(self) -> None:
        """Stop the base, end the worker and remove the topics."""
        self.deactivate()
        self._parts.close()

    def _note(self, instruction: str) -> None:
        self._status.instruction_note = self._instructions.warning(instruction)
        if self._status.instruction_note:
            self._node.get_logger().warning(self._status.instruction_note)

    def _on_tick(self, tick: Tick) -> None:
        self._companions.watch(tick)
        self._watch(tick)

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
