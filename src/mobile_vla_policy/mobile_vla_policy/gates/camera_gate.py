# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The camera has to be like the one that the policy was trained on."""

from __future__ import annotations

from mobile_vla_core.errors import ImageFormatError
from mobile_vla_core.images import jpeg_size
from mobile_vla_core.picture import Picture
from mobile_vla_core.policy_card import PolicyCard
from mobile_vla_core.safety import StopReason

from .gate import Stop

_HEADER_BYTES = 65536
"""Where the size of a JPEG is looked for: before it lie at most a few segments of 64 kB."""


class CameraGate:
    """
    Compare each image's size and colours with those on the driving card.

    :param topic: name of the image topic, for the sentences
    :param tolerance: by which share the aspect ratio may differ
    """

    def __init__(self, card: PolicyCard, topic: str, tolerance: float) -> None:
        self._card = card
        self._topic = topic
        self._tolerance = tolerance
        self._kind: tuple[str, int, int] | None = None
        self.mismatch = ''
        """What is unlike the training, '' when nothing is."""

    def note(self, picture: Picture) -> None:
        """Take an image; only the first of its kind costs something."""
        if picture.is_jpeg:
            try:
                height, width = jpeg_size(bytes(picture.data[:_HEADER_BYTES]))
            except ImageFormatError:
                return  # The worker says why it cannot be used.
        else:
            height, width = picture.height, picture.width
        kind = (picture.encoding, height, width)
        if kind != self._kind:
            self._kind, self.mismatch = kind, self._compare(*kind)

    def verdict(self, now: float) -> Stop | None:
        """Forbid to move by pictures that training never saw."""
        if not self.mismatch:
            return None
        return Stop.because(StopReason.CAMERA_MISMATCH, topic=self._topic, detail=self.mismatch)

    def _compare(self, encoding: str, height: int, width: int) -> str:
        card = self._card
        if card.camera_encoding and is_grey(encoding) != is_grey(card.camera_encoding):
            return f'encoding "{encoding}", expected colours as in "{card.camera_encoding}"'
        if not (card.camera_width and card.camera_height and width and height):
            return ''
        found, expected = f'{width}x{height}', f'{card.camera_width}x{card.camera_height}'
        aspect = (width * card.camera_height) / (height * card.camera_width)
        if max(aspect, 1.0 / aspect) > 1.0 + self._tolerance:
            return f'size {found}, expected the aspect ratio of {expected}: crop the picture'
        needed = (
            min(card.preprocessing.width, card.camera_width),
            min(card.preprocessing.height, card.camera_height),
        )
        if width < needed[0] or height < needed[1]:
            return f'size {found}, expected at least {needed[0]}x{needed[1]}'
        return ''


def is_grey(encoding: str) -> bool:
    """Tell whether pictures of this encoding have no colours."""
    return encoding in ('mono8', '8UC1')
