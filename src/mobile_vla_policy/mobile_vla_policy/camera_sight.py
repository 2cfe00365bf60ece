# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What a camera was seen to give before anything is configured for it."""

from __future__ import annotations

from itertools import pairwise
from statistics import median

from mobile_vla_core.errors import ImageFormatError
from mobile_vla_core.picture import Picture
from mobile_vla_core.policy_card import PolicyCard

from .cadence import too_slow
from .gates.camera_gate import CameraGate

_IMAGES = 5
"""So many tell the rate."""
_FEWEST_GAPS = 2
"""A single gap between two images may be that of a camera that only starts."""
_SLOWEST = 1.5
"""Period of a camera in step periods, beyond which every other frame would be missing; a camera
that is only a little too slow is warned of while it drives."""


class CameraSight:
    """
    Compare the first images with the policy's driving card.

    :param topic: name of the image topic, for the sentences
    :param tolerance: by which share the aspect ratio may differ
    """

    def __init__(self, card: PolicyCard, topic: str, tolerance: float) -> None:
        self._card = card
        self._topic = topic
        self._gate = CameraGate(card, topic, tolerance)
        self._unusable = ''
        self._stamps: list[float] = []

    def note(self, picture: Picture, stamp: float) -> None:
        """Take an image and its stamp [s]."""
        if not self._stamps:
            try:
                picture.to_jpeg(self._card.preprocessing.jpeg_quality)
            except ImageFormatError as error:
                self._unusable = str(error)
        self._gate.note(picture)
        self._stamps.append(stamp)

    @property
    def complete(self) -> bool:
        """Whether more images would tell nothing more."""
        return len(self._stamps) >= _IMAGES or bool(self._unusable or self._gate.mismatch)

    @property
    def refusal(self) -> str:
        """Why the policy cannot be served with this camera, '' when nothing seen is wrong."""
        found = self._unusable or self._gate.mismatch or self._slow
        return f'the images on {self._topic} do not fit the policy: {found}' if found else ''

    @property
    def unknown(self) -> str:
        """What is still to be found out while the robot drives, '' when nothing is."""
        if not self._stamps:
            return f'no image came on {self._topic}: whether they fit the policy is seen later'
        if len(self._gaps) < _FEWEST_GAPS:
            return f'too few images came on {self._topic} to tell their rate'
        return ''

    @property
    def _gaps(self) -> list[float]:
        return [gap for a, b in pairwise(sorted(self._stamps)) if (gap := b - a) > 0.0]

    @property
    def _slow(self) -> str:
        if (
            len(self._gaps) < _FEWEST_GAPS
            or median(self._gaps) <= _SLOWEST * self._card.step_period
        ):
            return ''
        return too_slow(median(self._gaps), self._card.step_period)
