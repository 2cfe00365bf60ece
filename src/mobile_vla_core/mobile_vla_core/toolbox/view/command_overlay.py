# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A frame with the command that answered it drawn in."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ...action_space import ACTION_TYPE, ANGULAR_Z, LINEAR_X, LINEAR_Y, VELOCITY_DIM
from .action_colours import type_colour, type_name

LEAST_WIDTH = 640
"""Smaller frames are enlarged to it: text needs room [pixels]."""
BAR = 46
LINE = 18
"""Height of the bar of text, and of one line in it [pixels]."""
FONT = cv2.FONT_HERSHEY_SIMPLEX
PAPER, WRITING = (28, 34, 42), (235, 238, 242)
REACH = 0.3
"""Length of the arrow of the fastest command, as a share of the picture's height."""
LEAST_SPEED = 0.1
"""Of the fastest command, for the scale of the arrows [m/s or rad/s]."""


class CommandOverlay:
    """
    Draw commands to one scale.

    :param actions: all of the episode, shape (T, 4) [m/s, m/s, rad/s, class]
    :param title: one line for all pictures, Latin letters only
    """

    def __init__(self, actions: NDArray[np.float32], title: str) -> None:
        velocities = np.abs(np.nan_to_num(actions[:, :VELOCITY_DIM]))
        self._fastest = max(LEAST_SPEED, float(velocities[:, :ANGULAR_Z].max(initial=0.0)))
        self._fastest_turn = max(LEAST_SPEED, float(velocities[:, ANGULAR_Z].max(initial=0.0)))
        self._title = title

    def draw(self, rgb: NDArray[np.uint8], action: NDArray[np.float32], text: str) -> np.ndarray:
        """
        Return the picture, enlarged if small, with an arrow in it and a bar of text below.

        :param rgb: shape (H, W_px, 3)
        :param action: shape (4,)
        :param text: such as the time; stands right of the command
        """
        factor = max(1.0, LEAST_WIDTH / rgb.shape[1])
        size = round(rgb.shape[1] * factor), round(rgb.shape[0] * factor)
        picture = cv2.resize(rgb, size, interpolation=cv2.INTER_CUBIC) if factor > 1 else rgb
        canvas = cv2.copyMakeBorder(picture, 0, BAR, 0, 0, cv2.BORDER_CONSTANT, value=PAPER)
        colour = _rgb(type_colour(action[ACTION_TYPE]))
        if np.isfinite(action[:VELOCITY_DIM]).all():
            self._draw_arrows(canvas, size, action, colour)
        velocity = (
            f'x {action[LINEAR_X]:+.2f}  y {action[LINEAR_Y]:+.2f} m/s  '
            f'yaw {action[ANGULAR_Z]:+.2f} rad/s  {type_name(action[ACTION_TYPE])}'
        )
        _write(canvas, self._title, (8, size[1] + LINE), WRITING)
        _write(canvas, velocity, (8, size[1] + 2 * LINE + 2), colour)
        (width, _), _ = cv2.getTextSize(text, FONT, 0.45, 1)
        _write(canvas, text, (size[0] - width - 8, size[1] + 2 * LINE + 2), WRITING)
        return canvas

    def _draw_arrows(
        self,
        canvas: NDArray[np.uint8],
        size: tuple[int, int],
        action: NDArray[np.float32],
        colour: tuple[int, int, int],
    ) -> None:
        """Draw where the base goes, x up and y to the left, and how it turns, as an arc."""
        reach = REACH * size[1]
        foot = np.array((size[0] / 2, size[1] * 0.88))
        along = np.array((-action[LINEAR_Y], -action[LINEAR_X])) * reach / self._fastest
        head = foot + along
        radius = reach * 0.45
        sweep = 120.0 * float(action[ANGULAR_Z]) / self._fastest_turn  # left is positive
        for width, shade in ((7, (20, 24, 30)), (3, colour)):
            if np.hypot(*along) > 4:
                cv2.arrowedLine(canvas, _point(foot), _point(head), shade, width, cv2.LINE_AA)
            if abs(sweep) > 4:
                end = -90.0 - sweep
                centre, axes = _point(foot), (round(radius), round(radius))
                cv2.ellipse(canvas, centre, axes, 0, -90.0, end, shade, width, cv2.LINE_AA)
                tip = foot + radius * np.array((np.cos(np.radians(end)), np.sin(np.radians(end))))
                cv2.circle(canvas, _point(tip), width + 1, shade, -1, cv2.LINE_AA)
        cv2.circle(canvas, _point(foot), 5, colour, -1, cv2.LINE_AA)


def _write(
    canvas: NDArray[np.uint8], text: str, place: tuple[int, int], colour: tuple[int, int, int]
) -> None:
    cv2.putText(canvas, text, place, FONT, 0.45, colour, 1, cv2.LINE_AA)


def _point(place: NDArray[np.float64]) -> tuple[int, int]:
    return round(float(place[0])), round(float(place[1]))


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return red, green, blue
