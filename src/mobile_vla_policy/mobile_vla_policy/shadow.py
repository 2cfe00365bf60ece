# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Shadow mode: predict beside a human who drives, say what would be done, and score it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
import json
from pathlib import Path

from rclpy.node import Node

from .health import HealthRow, Level
from .run_journal import RunJournal
from .shadow_score import ShadowScore
from .tick import Tick
from .velocity_subscription import VelocitySubscription


class Shadow:
    """
    Hear the human, and compare.

    :param topics: where his commands come from, each with whether it carries TwistStamped
    :param score: compares
    :param folder: where the score is written at deactivation, None for nowhere
    :param journal: writes the human's commands down, None when nothing does
    """

    def __init__(
        self,
        node: Node,
        topics: Sequence[tuple[str, bool]],
        score: ShadowScore,
        folder: Path | None,
        journal: RunJournal | None,
    ) -> None:
        self._node = node
        self._score = score
        self._folder = folder
        self._journal = journal
        self._subscriptions = [
            VelocitySubscription(node, topic, stamped=stamped, on_velocity=self._on_velocity)
            for topic, stamped in topics
        ]

    @property
    def row(self) -> HealthRow:
        """The score so far, for the diagnostics."""
        score = self._score.summary().to_dict()
        error = score.pop('mean_absolute_error')
        values = {**score, **{f'mean absolute error {name}': error[name] for name in error}}
        texts = {name: '' if value is None else str(value) for name, value in values.items()}
        return HealthRow('shadow', Level.OK, f'{score["pairs"]} commands compared', texts)

    def activate(self) -> None:
        """Begin a new score."""
        self._score.clear()

    def watch(self, tick: Tick) -> None:
        """Take a tick of the control loop."""
        if tick.chosen.reason is None:
            self._score.policy(tick.chosen.velocity, tick.chosen.action_type, tick.now)
        else:
            self._score.stopped()

    def deactivate(self) -> None:
        """Write the score down."""
        summary = self._score.summary(final=True)
        text = json.dumps(summary.to_dict(), indent=2)
        self._node.get_logger().info(f'shadow score: {json.dumps(summary.to_dict())}')
        if self._folder is None:
            return
        path = self._folder / f'shadow_{datetime.now(timezone.utc):%Y%m%d_%H%M%S}.json'
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text + '\n', encoding='utf-8')
        except OSError as error:
            self._node.get_logger().warning(f'the shadow score is not written: {error}')

    def destroy(self) -> None:
        """Remove the subscriptions."""
        for subscription in self._subscriptions:
            subscription.destroy()

    def _on_velocity(self, velocity: tuple[float, float, float], stamp: float) -> None:
        self._score.human(velocity, stamp)
        if self._journal is not None:
            self._journal.human(velocity, stamp)
