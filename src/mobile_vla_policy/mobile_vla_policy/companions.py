# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What goes along with the drive and is not needed for it: driver, shadow, log, diagnostics."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from rclpy.node import Node

from mobile_vla_core.period_meter import PeriodSummary
from mobile_vla_core.picture import Picture
from mobile_vla_core.policy_card import PolicyCard
from mobile_vla_core.safety import VelocityLimits

from .correction import Correction
from .decision import Decision
from .health import Counts, free_memory, Health, HealthRow
from .human_driver import HumanDriver
from .parameters import PolicyParameters
from .pilot import Pilot
from .run_journal import RunJournal
from .run_log import RunLog
from .shadow import Shadow
from .shadow_score import ShadowScore
from .takeover import Takeover
from .tick import Tick

SHADOW, HUMAN, POLICY = 'shadow', 'human', 'policy'


class Companions:
    """
    Told of everything that happens; each part comes into being when its parameter asks for it.

    :param node: owner of their topics
    :param limits: within which the human's commands are passed on
    """

    def __init__(
        self,
        node: Node,
        parameters: PolicyParameters,
        card: PolicyCard,
        pilot: Pilot,
    ) -> None:
        self._node = node
        self._parameters = parameters
        self._pilot = pilot
        self._parts = ExitStack()
        self._health = Health(parameters.topics.rate, card.step_period)
        self._log, self._journal = self._run_log(card)
        shadow = parameters.driver.mode == SHADOW
        self._shadow = self._make_shadow(card) if shadow else None
        self._driver = self._make_driver(card) if not shadow else None

    def activate(self, now: float) -> None:
        """Begin with the drive."""
        for part in (self._driver, self._shadow):
            if part is not None:
                part.activate()
        if self._journal is not None:
            self._journal.activate(self._pilot.instruction, now)

    def deactivate(self, now: float) -> None:
        """End with the drive."""
        for part in (self._driver, self._shadow):
            if part is not None:
                part.deactivate()
        if self._journal is not None:
            self._journal.deactivate(now)
        self._health.pause()

    def follow(self, instruction: str, now: float) -> None:
        """Take note of a new instruction."""
        if self._journal is not None:
            self._journal.follow(instruction, now)

    def frame(self, picture: Picture, stamp: float, now: float) -> None:
        """Take note of a picture that the policy is given."""
        if self._log is not None:
            self._log.frame(picture, stamp, now)

    def armed(self) -> None:
        """Give the base back to the policy."""
        if self._driver is not None:
            self._driver.release()

    def override(self, chosen: Decision, now: float) -> tuple[Decision, str]:
        """Let the human's command come first; return what the base is told, and by whom."""
        if self._driver is not None:
            return self._driver.override(chosen, now)
        if self._shadow is not None:
            return chosen, HUMAN
        return chosen, POLICY if chosen.reason is None else ''

    def watch(self, tick: Tick) -> None:
        """Take note of a tick of the control loop."""
        self._health.watch(tick)
        if self._shadow is not None:
            self._shadow.watch(tick)
        if self._journal is not None:
            self._journal.watch(tick)

    def rows(self, restarts: int, period: PeriodSummary, warnings: list[str]) -> list[HealthRow]:
        """Return what the diagnostics tell."""
        tally = self._pilot.tally
        counts = Counts(
            frames=tally.frames,
            dropped=tally.dropped,
            restarts=restarts,
            worker=self._pilot.worker_stop,
            free_memory=free_memory(),
            armed=self._pilot.arming.armed,
            warnings=tuple(warnings),
            log_dropped=0 if self._log is None else self._log.dropped,
        )
        rows = self._health.rows(counts, period)
        return rows if self._shadow is None else [*rows, self._shadow.row]

    def close(self) -> None:
        """Give back what they hold."""
        self._parts.close()

    def _run_log(self, card: PolicyCard) -> tuple[RunLog | None, RunJournal | None]:
        parameters = self._parameters
        if not parameters.driver.run_log:
            return None, None
        shadow = parameters.driver.mode == SHADOW
        metadata = {
            'driver': HUMAN if shadow else POLICY,
            'mode': parameters.driver.mode,
            'checkpoint': parameters.policy.checkpoint,
            'architecture': card.architecture,
            'weights_sha256': card.weights_sha256,
            'rate': parameters.topics.rate,
            'step_period': card.step_period,
        }
        log = RunLog(
            Path(parameters.driver.run_log).expanduser(),
            card.preprocessing.jpeg_quality,
            metadata,
            self._node.get_logger().error,
        )
        self._parts.callback(log.close)
        return log, RunJournal(log, shadow=shadow)

    def _make_shadow(self, card: PolicyCard) -> Shadow:
        driver, topics = self._parameters.driver, self._parameters.topics
        heard = [(topics.cmd_vel_topic, topics.stamped)]
        if driver.driver_topic:
            heard.append((driver.driver_topic, driver.driver_stamped))
        folder = Path(driver.run_log).expanduser() if driver.run_log else None
        score = ShadowScore(card.codec.scale)
        shadow = Shadow(self._node, heard, score, folder, self._journal)
        self._parts.callback(shadow.destroy)
        return shadow

    def _make_driver(self, card: PolicyCard) -> HumanDriver | None:
        driver = self._parameters.driver
        if not driver.driver_topic:
            return None
        limits = VelocityLimits.of(card.codec).within(self._parameters.motion.largest)
        human = HumanDriver(
            self._node,
            driver.driver_topic,
            stamped=driver.driver_stamped,
            takeover=Takeover(limits, driver.takeover_timeout, driver.takeover_hold),
            arming=self._pilot.arming,
            correction=Correction(self._node) if driver.start_correction else None,
            instruction=lambda: self._pilot.instruction,
        )
        self._parts.callback(human.destroy)
        return human
