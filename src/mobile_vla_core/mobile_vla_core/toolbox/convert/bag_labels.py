# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What an episode says of itself, as one message of a bag, so that it comes back from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
import json
import math
from typing import Any

from ...episodes import CameraStream, Episode, schema

LABELS_TOPIC = '/episode/labels'
EVENT_TOPIC = '/episode/events'
ACTION_TYPE_TOPIC = '/episode/action_type'
KIND = 'mobile_vla_episode'
"""Of the message, and of the MCAP metadata record."""


@dataclass(frozen=True)
class BagLabels:
    """
    The labels of an episode and what its streams are.

    :param expected_period: the camera's nominal frame period [s], when known
    :param created: when it was recorded, ISO 8601
    :param cameras: topic -> its camera, the primary one first
    :param metadata: what the recorder said of itself
    """

    instruction: str
    scenario: str = ''
    robot: str = ''
    outcome: str = 'unknown'
    reason: str = ''
    action_topic: str = ''
    expected_period: float | None = None
    software: str = ''
    created: str = ''
    cameras: dict[str, CameraStream] = field(default_factory=dict)
    joints: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, episode: Episode, topics: Mapping[str, str]) -> BagLabels:
        """
        Return those of an episode.

        :param topics: camera -> topic of its pictures in the bag
        """
        known = episode.attributes
        outcome, reason = episode.ending
        period = float(known.get('expected_period', math.nan))
        wanted = {each.name for each in fields(CameraStream)}
        cameras = {}
        for camera, topic in topics.items():
            values = episode.camera_attributes(camera)
            kept = {key: value for key, value in values.items() if key in wanted}
            cameras[topic] = CameraStream(**{**kept, 'name': camera})
        return cls(
            instruction=episode.instruction,
            scenario=episode.scenario,
            robot=str(known.get('robot', '')),
            outcome=outcome,
            reason=reason,
            action_topic=str(known.get('action_topic', '')),
            expected_period=period if math.isfinite(period) else None,
            software=str(known.get('software', '')),
            created=str(known.get('created', '')),
            cameras=cameras,
            joints=tuple(episode.joint_names),
            metadata=episode.metadata,
        )

    def to_text(self) -> str:
        """Return the text of the message."""
        return json.dumps({'kind': KIND, **asdict(self)}, ensure_ascii=False, default=str)

    @classmethod
    def from_text(cls, text: str) -> BagLabels | None:
        """Return what `to_text` gave; None for the text of another program."""
        try:
            values = json.loads(text)
            if values.pop('kind') != KIND or values['outcome'] not in schema.OUTCOMES:
                return None
            values['cameras'] = {t: CameraStream(**c) for t, c in values['cameras'].items()}
            return cls(**{**values, 'joints': tuple(values['joints'])})
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
