# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The picture of docs/architecture.md: processes, what flows between them, and what is kept."""

from __future__ import annotations

from .drawing import Drawing, GREY

ROS, FREE, KEPT, OUTSIDE = '#dbeafe', '#dcfce7', '#fef3c7', '#f3f4f6'


def draw() -> Drawing:
    """Draw it: collecting above, training in the middle, driving below."""
    drawing = Drawing(100, 57)
    _collecting(drawing)
    _training(drawing)
    _driving(drawing)
    _legend(drawing)
    return drawing


def _collecting(drawing: Drawing) -> None:
    drawing.words(1, 55, 'collect', size=10, weight='bold', align='left', color=GREY)
    drawing.box(2, 47, 14, 6, 'robot\ncamera, base', fill=OUTSIDE, line='--')
    drawing.box(2, 38, 14, 6, 'teleop\nkeys, joystick', fill=ROS)
    drawing.box(38, 42, 18, 8, 'recorder\none writer thread', fill=ROS)
    drawing.box(80, 42, 18, 8, 'episodes\nHDF5, one file a drive', fill=KEPT)
    drawing.arrow((16, 48.5), (38, 48.5), text='camera/image_raw, odom')
    drawing.arrow((16, 43), (38, 43), text='cmd_vel, driver_event')
    drawing.arrow((16, 39), (47, 39), (47, 42), text='start, stop, relabel, undo')
    drawing.arrow((9, 44), (9, 47))
    drawing.arrow((56, 46), (80, 46), text='frame by frame')


def _training(drawing: Drawing) -> None:
    drawing.words(1, 33, 'train', size=10, weight='bold', align='left', color=GREY)
    drawing.box(80, 28, 18, 7, 'train\npreflight, Lightning', fill=FREE)
    drawing.box(38, 28, 18, 7, 'checkpoint\nweights, driving card', fill=KEPT)
    drawing.box(2, 26, 18, 5, 'evaluate\nopen loop', fill=FREE)
    drawing.box(60, 34.5, 16, 5.5, 'episodes VERB\ncheck, repair, view', fill=FREE)
    drawing.arrow((84, 42), (84, 37.5), (76, 37.5))
    drawing.arrow((89, 42), (89, 35))
    drawing.arrow((80, 31.5), (56, 31.5), text='safetensors, YAML')
    drawing.arrow((38, 29.5), (20, 29.5))


def _driving(drawing: Drawing) -> None:
    drawing.words(1, 22.5, 'drive', size=10, weight='bold', align='left', color=GREY)
    drawing.box(30, 3, 34, 19, fill='white')
    drawing.words(47, 20.2, 'policy', size=10, weight='bold')
    drawing.box(32, 12, 30, 6, 'worker\nthe network; the only one with torch', fill=ROS)
    drawing.box(32, 4, 30, 5, 'control process\ngates, limits, a fixed rate', fill=ROS)
    drawing.arrow((40, 9), (40, 12))
    drawing.arrow((54, 12), (54, 9))
    drawing.words(39.3, 10.5, 'frames', align='right', color=GREY)
    drawing.words(54.7, 10.5, 'chunks', align='left', color=GREY)
    drawing.box(2, 4, 14, 6, 'robot\ncamera', fill=OUTSIDE, line='--')
    drawing.box(2, 14, 14, 6, 'person\nor a program', fill=OUTSIDE, line='--')
    drawing.arrow((16, 6.5), (32, 6.5), text='image_raw')
    drawing.arrow((16, 17), (26, 17), (26, 8.2), (32, 8.2), text='instruction')
    drawing.words(21, 14.5, 'arm, e-stop', color=GREY)
    drawing.box(76, 4, 9, 5, 'guard', fill=ROS)
    drawing.box(89, 4, 9, 5, 'base', fill=OUTSIDE, line='--')
    drawing.arrow((62, 6.5), (76, 6.5), text='cmd_vel_policy')
    drawing.arrow((85, 6.5), (89, 6.5))
    drawing.words(87, 2.6, 'cmd_vel', color=GREY)
    drawing.arrow((47, 28), (47, 22))
    drawing.box(76, 14, 22, 7, 'sim, evaluate\nin place of robot and person', fill=ROS)
    drawing.words(87, 12.5, 'closed loop', color=GREY)


def _legend(drawing: Drawing) -> None:
    x = 30.0
    for fill, text in (
        (ROS, 'node (process)'),
        (FREE, 'program without ROS'),
        (KEPT, 'kept on disk'),
        (OUTSIDE, 'yours'),
    ):
        drawing.box(x, 54, 2.4, 1.8, fill=fill)
        drawing.words(x + 3.2, 54.9, text, align='left')
        x += 18.0
