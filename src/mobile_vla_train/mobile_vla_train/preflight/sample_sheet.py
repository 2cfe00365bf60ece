# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Ten training samples as one picture: what the network is shown and asked to answer."""

from __future__ import annotations

from collections.abc import Sequence
import textwrap
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.action_space import (
    ACTION_TYPE,
    ActionCodec,
    ActionType,
    ANGULAR_Z,
    as_action,
    LINEAR_X,
    LINEAR_Y,
)
from mobile_vla_core.motion import dead_reckon
from mobile_vla_core.plain_text import plain_text
from mobile_vla_core.policies.network import PolicyNetwork

from ..data.clip_batch import ClipBatch

SAMPLES, COLUMNS = 10, 5
WIDTH, TEXT_HEIGHT, LINE = 320, 118, 15
REACH = 0.4
"""Share of a frame's height that the longest path of the sheet takes."""
LEGEND = (
    'blue dots: where the chunk leads, step by step; thin yellow line: the way between them; '
    'thick yellow arc: how far the first command turns in 2 s; Hangul is written in Latin letters'
)
TOKENIZER_FILE = 'tokenizer.json'
WHITE, INK, BLUE, YELLOW = (255, 255, 255), (34, 49, 63), (31, 111, 180), (255, 220, 0)


class Sample(NamedTuple):
    """One frame as training has it, after augmentation."""

    frame: NDArray[np.uint8]
    """Shape (H, W_px, 3) RGB."""
    instruction: str
    tokens: str
    """What the instruction becomes, written out."""
    actions: NDArray[np.float32]
    """Valid actions of the chunk, shape (1..C, 4), physical units."""


def take_samples(
    batches: Sequence[ClipBatch], codec: ActionCodec, network: PolicyNetwork, count: int = SAMPLES
) -> list[Sample]:
    """Take frames spread over the clips of some batches."""
    places = [(batch, clip) for batch in batches for clip in range(len(batch.instructions))]
    samples = []
    for number in range(count):
        batch, clip = places[number % len(places)]
        length = int(batch.valid[clip, :, 0].sum())
        t = (number * 7) % length
        valid = batch.valid[clip, t].numpy()
        velocity = codec.denormalise(batch.velocity[clip, t].numpy()[valid])
        text = batch.instructions[clip]
        samples.append(
            Sample(
                batch.frames[clip, t].permute(1, 2, 0).numpy(),
                text,
                written_tokens(network, text),
                as_action(velocity, batch.action_type[clip, t].numpy()[valid]),
            )
        )
    return samples


def written_tokens(network: PolicyNetwork, instruction: str) -> str:
    """Return an instruction's tokens: decoded by the network's tokenizer, else word by word."""
    numbers = network.tokenize([instruction])[0].tolist()
    content = network.assets().get(TOKENIZER_FILE)
    if content is None:
        words = [(word, network.tokenize([word])[0].tolist()) for word in instruction.split()]
        if [number for _, row in words for number in row] != numbers:
            return ' '.join(str(number) for number in numbers)
        return ' '.join(f'{word}:{"+".join(map(str, row))}' for word, row in words)
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(content.decode())
    return ' '.join(tokenizer.id_to_token(number) or f'<{number}>' for number in numbers)


def draw_samples(samples: Sequence[Sample], step_period: float) -> NDArray[np.uint8]:
    """
    Draw frames with the path that the chunk's commands lead along, seen from above.

    Up is forward, left is left; a dot is where the robot is after each step.

    :return: shape (H, W_px, 3) RGB
    """
    paths = [dead_reckon(sample.actions, step_period)[:, :2] for sample in samples]
    longest = max(0.1, *(float(np.abs(path).max()) for path in paths))
    cells = [_cell(s, path / longest) for s, path in zip(samples, paths, strict=True)]
    blank = np.full_like(cells[0], 255)
    cells += [blank] * (-len(cells) % COLUMNS)
    rows = [np.hstack(cells[i : i + COLUMNS]) for i in range(0, len(cells), COLUMNS)]
    return np.vstack([*rows, _legend(rows[0].shape[1])])


def _legend(width: int) -> NDArray[np.uint8]:
    strip = np.full((2 * LINE, width, 3), 255, dtype=np.uint8)
    cv2.putText(strip, LEGEND, (6, LINE), cv2.FONT_HERSHEY_SIMPLEX, 0.38, INK, 1, cv2.LINE_AA)
    return strip


def _cell(sample: Sample, path: NDArray[np.float64]) -> NDArray[np.uint8]:
    frame = np.ascontiguousarray(sample.frame)
    height = round(frame.shape[0] * WIDTH / frame.shape[1])
    picture = cv2.resize(frame, (WIDTH, height), interpolation=cv2.INTER_AREA)
    start = np.array([WIDTH / 2, height - 14.0])
    points = start + path[:, ::-1] * [-1.0, -1.0] * REACH * height
    places = points.round().astype(np.int32)
    cv2.polylines(picture, [places], False, YELLOW, 2, cv2.LINE_AA)
    for place in places:
        cv2.circle(picture, place.tolist(), 3, BLUE, -1, cv2.LINE_AA)
    action = sample.actions[0]
    if abs(action[ANGULAR_Z]) > 1e-3:  # an arc from straight ahead: what it turns in 2 s
        swing = float(np.degrees(np.clip(action[ANGULAR_Z], -1.5, 1.5)))
        centre = start.round().astype(int).tolist()
        cv2.ellipse(picture, centre, (34, 34), -90, 0, -2.0 * swing, YELLOW, 3, cv2.LINE_AA)
    text = np.full((TEXT_HEIGHT, WIDTH, 3), 255, dtype=np.uint8)
    lines = [
        *textwrap.wrap(plain_text(sample.instruction), 46)[:2],
        f'x {action[LINEAR_X]:+.2f}  y {action[LINEAR_Y]:+.2f} m/s  yaw '
        f'{action[ANGULAR_Z]:+.2f} rad/s  {ActionType(int(action[ACTION_TYPE])).name.lower()}',
        *textwrap.wrap(f'tokens: {plain_text(sample.tokens)}', 46)[:4],
    ]
    for row, line in enumerate(lines):
        place = (6, LINE * (row + 1))
        cv2.putText(text, line, place, cv2.FONT_HERSHEY_SIMPLEX, 0.38, INK, 1, cv2.LINE_AA)
    cell = np.vstack([picture, text])
    cv2.rectangle(cell, (0, 0), (cell.shape[1] - 1, cell.shape[0] - 1), WHITE, 3)
    return cell
