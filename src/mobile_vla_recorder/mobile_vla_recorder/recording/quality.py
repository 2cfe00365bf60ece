# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Is what is being recorded worth training on: judged picture by picture, without ROS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import ArrayLike

from mobile_vla_core.delay import Delay
from mobile_vla_core.gaps import Gaps
from mobile_vla_core.picture_quality import QualityLimits

from .camera_rate import CameraRate

LOST_REMEDY = (
    'large best-effort images overflow the defaults of ROS 2: start the camera with the '
    'Fast DDS shared-memory profile launch/config/fastdds_large_images.xml'
)
COMMAND_LIFE = 1.0
"""So long a command is taken to be in force [s]."""


class CameraQuality:
    """
    One camera in one episode.

    `on_picture` belongs to the thread that receives, `on_written` to the one that writes.
    """

    def __init__(self, name: str, limits: QualityLimits) -> None:
        self._name = name
        self._limits = limits
        self._rate = CameraRate()
        expected = limits.expected_rate
        self._gaps = Gaps(1.0 / expected if expected else 0.0)
        self._delay = Delay()
        self._jpeg = b''
        self._same_since = 0.0
        self._looked_at: float | None = None
        self._frozen = self._black = self._bright = False
        self.received = 0
        self.written = 0
        self.frozen = 0
        self.black = 0
        self.bright = 0
        self.bad = 0

    def on_picture(self, stamp: float, receive_stamp: float) -> None:
        """Judge when a picture was taken and when it came [s]."""
        self.received += 1
        self._rate.add(stamp)
        self._delay.add(receive_stamp - stamp)
        self._gaps.add(stamp, receive_stamp)

    def on_written(self, jpeg: bytes, stamp: float, driven: bool = True) -> None:
        """
        Judge a picture that was stored.

        :param driven: False when the robot was to stand still: its pictures may then be the same
        """
        self.written += 1
        if jpeg != self._jpeg or not driven:
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
    def lost(self) -> int:
        """Pictures that the camera took and that never came."""
        return self._gaps.lost

    @property
    def score(self) -> float:
        """Good pictures as a share of those that the camera took, 0 to 1."""
        taken = self.received + self.lost
        return (self.written - self.bad) / taken if taken else 0.0

    def warnings(self, command_delay: float | None) -> list[str]:
        """Return what is wrong now, a sentence each."""
        limits, name = self._limits, self._name
        rate = self._rate
        found = self._timing(self._delay.recent, command_delay, rate.hertz, rate.span)
        if self._frozen:
            found.append(
                f'{name}: the same picture for more than {limits.frozen_seconds:g} s '
                f'while the robot is driven: restart the camera, or the robot does not move'
            )
        if self._black:
            found.append(f'{name}: the picture is black: uncover the lens or switch on the light')
        if self._bright:
            found.append(f'{name}: the picture is overexposed: lower the exposure')
        return found

    def findings(self, command_delay: float | None) -> list[str]:
        """Return what was wrong in the whole episode, a sentence each."""
        bad = (
            (
                self.frozen,
                'frozen while the robot was driven: restart the camera, or the robot did not move',
            ),
            (self.black, 'black: uncover the lens or switch on the light'),
            (self.bright, 'overexposed: lower the exposure'),
        )
        shares = [
            f'{self._name}: {count} of {self.written} pictures were {what}'
            for count, what in bad
            if count
        ]
        gaps = self._gaps
        return self._timing(self._delay.usual, command_delay, gaps.rate, gaps.span) + shares

    def summary(self, dropped: int, commands: Delay) -> str:
        """Return the whole episode in one line."""
        return (
            f'{self._name}: quality {self.score:.3f}: {self.written} pictures written, {dropped} '
            f'dropped, {self.lost} lost before the recorder, {self.frozen} frozen, {self.black} '
            f'black, {self.bright} overexposed; {self._gaps.rate:.1f} Hz, '
            f'delay {_text(self._delay)}'
            f'{"" if commands.usual is None else f", of commands {_text(commands)}"}'
        )

    def _timing(
        self, delay: float | None, command_delay: float | None, rate: float, span: float
    ) -> list[str]:
        limits, name = self._limits, self._name
        found = []
        if span >= 1.0 and rate < limits.rate_share * limits.expected_rate:
            found.append(f'{name}: {rate:.1f} Hz instead of {limits.expected_rate:g} Hz')
        if self.lost:
            found.append(
                f'{name}: {self.lost} of {self.received + self.lost} pictures were lost before '
                f'the recorder (gaps in the header stamps): {LOST_REMEDY}'
            )
        if self._gaps.jumps:
            found.append(
                f'{name}: its clock jumped ahead {self._gaps.jumps} times: synchronise it before '
                f'recording'
            )
        skew = 0.0 if None in (delay, command_delay) else delay - command_delay
        if abs(skew) > limits.maximum_skew:
            found.append(
                f'{name}: pictures come {delay:.2f} s after their stamp, commands '
                f'{command_delay:.2f} s: synchronise the clocks, or find what delays the camera'
            )
        return found

    def _look(self, jpeg: bytes) -> None:
        grey = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_8)
        if grey is None:
            return
        self._black = self._limits.is_black(grey)
        self._bright = self._limits.is_overexposed(grey)


class RecordingQuality:
    """All cameras of one episode, and its commands."""

    def __init__(self, cameras: Sequence[str], limits: QualityLimits) -> None:
        self.cameras = {name: CameraQuality(name, limits) for name in cameras}
        self._command_delay = Delay()
        self._commanded_at = float('-inf')
        self._moves = False

    def on_command(self, velocity: ArrayLike, stamp: float, receive_stamp: float) -> None:
        """Judge a command, shape (3,), by when it was given and when it came [s]."""
        self._command_delay.add(receive_stamp - stamp)
        self._commanded_at = receive_stamp
        self._moves = bool(np.any(velocity))

    def driven(self, receive_stamp: float) -> bool:
        """Return False when, as the commands say, the robot stands still at a time [s]."""
        if self._command_delay.recent is None:
            return True  # nobody tells
        return self._moves and receive_stamp - self._commanded_at <= COMMAND_LIFE

    @property
    def score(self) -> float:
        """The worst camera's, 0 to 1."""
        return min(camera.score for camera in self.cameras.values())

    def warnings(self) -> list[str]:
        """Return what is wrong now, a sentence each."""
        delay = self._command_delay.recent
        return [text for camera in self.cameras.values() for text in camera.warnings(delay)]

    def findings(self) -> list[str]:
        """Return what was wrong in the whole episode, a sentence each."""
        delay = self._command_delay.usual
        return [text for camera in self.cameras.values() for text in camera.findings(delay)]

    def summary(self, dropped: Mapping[str, int]) -> list[str]:
        """
        Return a line for each camera.

        :param dropped: pictures that came and could not be written, by camera
        """
        commands = self._command_delay
        return [camera.summary(dropped[name], commands) for name, camera in self.cameras.items()]


def _text(delay: Delay) -> str:
    return f'{delay.usual or 0.0:.3f} s, at worst {delay.worst:.3f} s'
