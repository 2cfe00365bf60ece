# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""MP4 video whose pictures are shown when they were taken, not at an even rate."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ImageFormatError
from .optional_library import need

CLOCK = 90_000
"""Ticks of the video's clock [1/s]; the usual one of MPEG."""
CRF = 20
"""Constant rate factor of H.264: 0 lossless, 23 the encoder's default, 51 worst."""


class Mp4Writer:
    """
    H.264 in an MP4 file, as every browser and player shows it; a context manager.

    The file is complete when the block is left; give it a path from `new_output`.

    :param last: how long the last picture is shown [s]; as long as the one before when None
    :raises ImageFormatError: when it is left without a picture
    """

    def __init__(self, path: Path, *, crf: int = CRF, last: float | None = None) -> None:
        self._av = need('av', 'av', 'MP4 video')
        self._container = self._av.open(
            str(path), 'w', format='mp4', options={'movflags': '+faststart'}
        )
        self._crf = crf
        self._last = last
        self._stream: Any = None
        self._waiting: Any = None
        self._durations: dict[int, int] = {}
        self._shape: tuple[int, ...] = ()
        self._start = 0.0
        self._pts = -1
        self._period = CLOCK // 10
        self.moved = 0
        """Pictures whose stamp was not after the one before; shown a millisecond after it."""

    def __enter__(self) -> Mp4Writer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self._container.close()

    def add(self, rgb: NDArray[np.uint8], stamp: float) -> None:
        """
        Append a picture.

        :param rgb: shape (H, W_px, 3) uint8; an odd last row or column is doubled, which H.264
            needs
        :param stamp: when it was taken [s]
        :raises ImageFormatError: if it is not as large as the first
        """
        if self._stream is None:
            self._open(rgb.shape, stamp)
        if rgb.shape != self._shape:
            raise ImageFormatError(
                f'a video holds pictures of one size: expected {self._shape}, found {rgb.shape}'
            )
        pts = round((stamp - self._start) * CLOCK)
        if pts <= self._pts:
            pts = self._pts + CLOCK // 1000
            self.moved += 1
        if self._waiting is not None:
            self._period = pts - self._pts
            self._encode_waiting()
        self._pts = pts
        odd_rows, odd_columns = rgb.shape[0] % 2, rgb.shape[1] % 2
        even = np.pad(rgb, ((0, odd_rows), (0, odd_columns), (0, 0)), mode='edge')
        frame = self._av.VideoFrame.from_ndarray(np.ascontiguousarray(even), format='rgb24')
        frame.pts = pts
        frame.time_base = Fraction(1, CLOCK)
        self._waiting = frame

    def _open(self, shape: tuple[int, ...], stamp: float) -> None:
        self._shape, self._start = shape, stamp
        self._stream = self._container.add_stream('libx264')
        self._stream.height = shape[0] + shape[0] % 2
        self._stream.width = shape[1] + shape[1] % 2
        self._stream.pix_fmt = 'yuv420p'
        self._stream.time_base = Fraction(1, CLOCK)
        self._stream.codec_context.time_base = Fraction(1, CLOCK)
        self._stream.options = {'crf': str(self._crf), 'preset': 'veryfast', 'bf': '0'}

    def _encode_waiting(self) -> None:
        """Encode the picture before, whose duration is known now."""
        self._durations[self._waiting.pts] = self._period
        self._encode(self._waiting)

    def _encode(self, frame: Any) -> None:
        for packet in self._stream.encode(frame):
            packet.duration = self._durations.pop(packet.pts)  # which x264 does not hand through
            self._container.mux(packet)

    def _finish(self) -> None:
        if self._waiting is None:
            raise ImageFormatError('a video needs a picture, none was given')
        if self._last is not None:
            self._period = round(self._last * CLOCK)
        self._encode_waiting()
        self._encode(None)
