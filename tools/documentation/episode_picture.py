# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The picture of docs/episode_format.md, its names and types taken from schema.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mobile_vla_core.episodes import schema
from mobile_vla_core.episodes.alignment import align_actions

from .drawing import Drawing, GREY, INK

GROUP, ROWS, FRAME, COMMAND = '#dbeafe', '#fef3c7', '#2563eb', '#b45309'
_TYPES = {
    'u1': 'uint8',
    'u4': 'uint32',
    'u8': 'uint64',
    'i1': 'int8',
    'f4': 'float32',
    'f8': 'float64',
}
_STEP = 2.3


def entries() -> Iterator[tuple[str, Sequence[schema.Column]]]:
    """Yield path and columns of each group of a file, as the schema has them."""
    camera = (schema.JPEG_COLUMN, *schema.CAMERA_COLUMNS)
    yield f'/{schema.IMAGES}/<camera>', camera
    yield '/', schema.ACTION_COLUMNS
    for name, columns in schema.STREAM_COLUMNS.items():
        yield f'/{name}', columns
    yield f'/{schema.JOINT_STATES}', schema.joint_columns(0)


def type_of(column: schema.Column) -> str:
    """Return the type of a column as numpy names it, with its width."""
    text = _TYPES.get(column.dtype, f'{column.dtype[1:]} bytes of text')
    if column.width is None:
        return text
    return f'{text} x {column.width or "joints"}'


def draw() -> Drawing:
    """Draw the groups of a file, and below how actions are aligned to frames."""
    drawing = Drawing(100, 62)
    _file(drawing)
    _alignment(drawing)
    return drawing


def _file(drawing: Drawing) -> None:
    columns = {'left': (2.0, 59.0), 'middle': (35.5, 59.0), 'right': (69.0, 59.0)}
    sides = ('left', 'left', 'middle', 'middle', 'middle', 'right', 'right')
    drawing.words(2, 60.6, 'episode_<UTC time>_<id>.h5', size=10, weight='bold', align='left')
    drawing.words(
        98,
        60.6,
        'attributes: instruction, scenario, robot, cameras, schema version, …',
        align='right',
        color=GREY,
    )
    for (path, content), side in zip(entries(), sides, strict=False):
        x, top = columns[side]
        height = _STEP * (len(content) + 1) + 0.6
        drawing.box(x, top - height, 30, height, fill='white')
        drawing.box(x, top - _STEP - 0.3, 30, _STEP + 0.3, fill=GROUP)
        drawing.words(x + 1, top - _STEP / 2 - 0.1, path, weight='bold', align='left')
        for number, column in enumerate(content):
            y = top - _STEP * (number + 1.6)
            drawing.words(x + 2, y, column.name, align='left')
            drawing.words(x + 29, y, type_of(column), align='right', color=GREY)
        columns[side] = (x, top - height - 1.2)


def _alignment(drawing: Drawing) -> None:
    frames = (16.0, 32.0, 48.0, 64.0, 80.0)
    ticks = (24.0, 52.0, 60.0, 66.0)
    numbers = [(number, 0.0, 0.0) for number in range(1, len(ticks) + 1)]
    actions, _ = align_actions(frames, ticks, numbers)
    rows = [f'c{round(number)}' if number else 'STOP' for number in actions[:, 0]]
    for y, name, colour in ((17.0, 'frames', FRAME), (12.0, 'commands', COMMAND)):
        drawing.words(2, y, name, size=9, weight='bold', align='left', color=colour)
        drawing.line((14, y), (94, y), GREY)
    for number, x in enumerate(frames):
        drawing.line((x, 16.2), (x, 17.8), FRAME)
        drawing.words(x, 19.0, f's{number}', color=FRAME)
    for number, x in enumerate(ticks, 1):
        drawing.line((x, 11.2), (x, 12.8), COMMAND)
        drawing.words(x, 10.2, f'c{number}', color=COMMAND)
    drawing.words(2, 5.0, f'/{schema.ACTION}', size=9, weight='bold', align='left')
    for number, (x, row) in enumerate(zip(frames, rows, strict=True)):
        drawing.box(x - 3.5, 3.2, 7, 3.6, row, fill=ROWS)
        drawing.words(x, 1.8, f'row {number}', color=GREY)
        drawing.line((x, 16.0), (x, 7.0), '#c7d2fe')
    drawing.words(
        98,
        21.6,
        'row t: the first command stamped in [s_t, s_t+1), else the one in force at s_t',
        align='right',
        color=INK,
    )
