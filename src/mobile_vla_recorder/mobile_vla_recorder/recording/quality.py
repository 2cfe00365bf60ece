# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Is what is being recorded worth training on: judged picture by picture, without ROS."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import cv2
import numpy as np

from .camera_rate import CameraRate

LOST_REMEDY = (
    'large best-effort images overflow the defaults of ROS 2: start the camera with the '
    'Fast DDS shared-memory profile launch/config/fastdds_large_images.xml'
)
_RECENT = 31
_ENOUGH = 5
_GAP = 1.5
"""Periods between two pictures from which one in between is missing."""
_CATCH_UP = 0.65
"""Periods after such a gap within which a picture was not missing but late."""


@dataclass(frozen=True)
class QualityLimits:
    """Where a warning begins."""

    expected_rate: float = 0.0
    """Nominal camera rate [Hz]; 0: not known, gaps are judged by the usual period."""
    rate_share: float = 0.9
    """Of the expected rate."""
    frozen_seconds: float = 1.0
    """A camera that sends the same bytes for longer is frozen [s]."""
    black_level: float = 10.0
    """Mean grey value of 255 below which a picture is black."""
    bright_share: float = 0.5
    """Share of the pixels that are saturated in an overexposed picture."""
    maximum_skew: float = 0.25
    """Between the delay of pictures and that of commands [s]."""
    look_period: float = 1.0
    """A picture is decoded so often to be looked at [s]."""


class CameraQuality:
    """
    One camera in one episode.

    `on_picture` belongs to the thread that receives, `on_written` to the one that writes.
    """

    def __init__(self, name: str, limits: QualityLimits) -> None:
        self._name = name
        self._limits = limits
        self._rate = CameraRate()
        self._periods: deque[float] = deque(maxlen=_RECENT)
        self._delays: deque[float] = deque(maxlen=_RECENT)
        self._last_stamp: float | None = None
        self._jpeg = b''
        self._same_since = 0.0
        self._looked_at: float | None = None
        self._frozen = self._black = self._bright = False
        self._missing = 0
        self._gaps = 0
        self._span = 0.0
        self.received = 0
        self.written = 0
        self.lost = 0
        self.frozen = 0
        self.black = 0
        self.bright = 0
        self.bad = 0

    def on_picture(self, stamp: float, receive_stamp: float) -> None:
        """Judge when a picture was taken and when it came [s]."""
        self.received += 1
        self._rate.add(stamp)
        self._delays.append(receive_stamp - stamp)
        last, self._last_stamp = self._last_stamp, stamp
        if last is None or stamp <= last:
            return
        period, gap = self._period(), stamp - last
        self._gaps += 1
        self._span += gap
        if period and gap > _GAP * period:
            self._missing = round(gap / period) - 1
            self.lost += self._missing
        elif self._missing and gap < _CATCH_UP * period:
            self._missing -= 1
            self.lost -= 1
        else:
            self._missing = 0
        self._periods.append(gap)

    def on_written(self, jpeg: bytes, stamp: float) -> None:
        """Judge a picture that was stored."""
        self.written += 1
        if jpeg != self._jpeg:
            self._jpeg, self._same_since = jpeg, stamp
        self._frozen = stamp - self._same_since > self._limits.frozen_seconds
        since = None if self._looked_at is None else stamp - self._looked_at
        if since is None or not 0.0 <= since < self._limits.look_period:
            self._looked_at = stamp
            self._look(jpeg)
        self.frozen += self._frozen
        self.black += self._black
        self.bright += self._bright
        self.bad += self._frozen or self._black or self._bright

    @property
    def rate(self) -> float:
        """Pictures per second over the whole episode [Hz], 0 when there are too few to tell."""
        return self._gaps / self._span if self._gaps else 0.0

    @property
    def delay(self) -> float:
        """From stamp to arrival of a picture [s]."""
        return median(self._delays) if self._delays else 0.0

    @property
    def score(self) -> float:
        """Good pictures as a share of those that the camera took, 0 to 1."""
        taken = self.received + self.lost
        return (self.written - self.bad) / taken if taken else 0.0

    def warnings(self, command_delay: float | None) -> list[str]:
        """Return what is wrong now, a sentence each."""
        limits, name = self._limits, self._name
        found = self._timing(command_delay, self._rate.hertz, self._rate.span)
        if self._frozen:
            found.append(
                f'{name}: the same picture for more than {limits.frozen_seconds:g} s: '
                f'restart the camera'
            )
        if self._black:
            found.append(f'{name}: the picture is black: uncover the lens or switch on the light')
        if self._bright:
            found.append(f'{name}: the picture is overexposed: lower the exposure')
        return found

    def findings(self, command_delay: float | None) -> list[str]:
        """Return what was wrong in the whole episode, a sentence each."""
        bad = (
            (self.frozen, 'frozen: restart the camera'),
            (self.black, 'black: uncover the lens or switch on the light'),
            (self.bright, 'overexposed: lower the exposure'),
        )
        shares = [
            f'{self._name}: {count} of {self.written} pictures were {what}'
            for count, what in bad
            if count
        ]
        return self._timing(command_delay, self.rate, self._span) + shares

    def summary(self, dropped: int, command_delay: float | None) -> str:
        """Return the whole episode in one line."""
        commands = '' if command_delay is None else f', of commands {command_delay:.3f} s'
        return (
            f'{self._name}: quality {self.score:.3f}: {self.written} pictures written, {dropped} '
            f'dropped, {self.lost} lost before the recorder, {self.frozen} frozen, {self.black} '
            f'black, {self.bright} overexposed; {self.rate:.1f} Hz, '
            f'delay {self.delay:.3f} s{commands}'
        )

    def _timing(self, command_delay: float | None, rate: float, span: float) -> list[str]:
        limits, name = self._limits, self._name
        found = []
        if span >= 1.0 and rate < limits.rate_share * limits.expected_rate:
            found.append(f'{name}: {rate:.1f} Hz instead of {limits.expected_rate:g} Hz')
        if self.lost:
            found.append(
                f'{name}: {self.lost} of {self.received + self.lost} pictures were lost before '
                f'the recorder (gaps in the header stamps): {LOST_REMEDY}'
            )
        skew = 0.0 if command_delay is None else self.delay - command_delay
        if abs(skew) > limits.maximum_skew:
            found.append(
                f'{name}: pictures come {self.delay:.2f} s after their stamp, commands '
                f'{command_delay:.2f} s: synchronise the clocks, or find what delays the camera'
            )
        return found

    def _period(self) -> float:
        if self._limits.expected_rate:
            return 1.0 / self._limits.expected_rate
        return median(self._periods) if len(self._periods) >= _ENOUGH else 0.0

    def _look(self, jpeg: bytes) -> None:
        grey = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_8)
        if grey is None:
            return
        self._black = bool(grey.mean() < self._limits.black_level)
        self._bright = bool((grey >= 250).mean() > self._limits.bright_share)


class RecordingQuality:
    """All cameras of one episode, and its commands."""

    def __init__(self, cameras: Sequence[str], limits: QualityLimits) -> None:
        self.cameras = {name: CameraQuality(name, limits) for name in cameras}
        self._command_delays: deque[float] = deque(maxlen=_RECENT)

    def on_command(self, stamp: float, receive_stamp: float) -> None:
        """Judge when a command was given and when it came [s]."""
        self._command_delays.append(receive_stamp - stamp)

    @property
    def score(self) -> float:
        """The worst camera's, 0 to 1."""
        return min(camera.score for camera in self.cameras.values())

    @property
    def _command_delay(self) -> float | None:
        return median(self._command_delays) if self._command_delays else None

    def warnings(self, dropped: Mapping[str, int]) -> list[str]:
        """
        Return what is wrong now, a sentence each.

        :param dropped: pictures that came and could not be written, by camera
        """
        delay = self._command_delay
        found = [text for camera in self.cameras.values() for text in camera.warnings(delay)]
        return _drops(dropped) + found

    def findings(self, dropped: Mapping[str, int]) -> list[str]:
        """Return what was wrong in the whole episode, a sentence each."""
        delay = self._command_delay
        found = [text for camera in self.cameras.values() for text in camera.findings(delay)]
        return _drops(dropped) + found

    def summary(self, dropped: Mapping[str, int]) -> list[str]:
        """Return a line for each camera."""
        delay = self._command_delay
        return [camera.summary(dropped[name], delay) for name, camera in self.cameras.items()]


def _drops(dropped: Mapping[str, int]) -> list[str]:
    return [
        f'{name}: {count} pictures dropped: the disk or the processor is too slow'
        for name, count in dropped.items()
        if count
    ]
