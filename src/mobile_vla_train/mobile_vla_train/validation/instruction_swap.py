# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""How far commands move when only left and right in the instruction swap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.action_space import ACTION_NAMES, VELOCITY_DIM
from mobile_vla_core.motion import NO_SIDE, sideways


class SwapPair:
    """
    One episode predicted twice, under its instruction and under the swapped one.

    :param predicted: shape (T, C, 4), physical units
    :param swapped: shape (T, C, 4)
    :param side: that the instruction names, +1 left, -1 right, 0 unknown
    :param step_period: [s]
    """

    def __init__(
        self,
        predicted: NDArray[np.float32],
        swapped: NDArray[np.float32],
        side: int,
        step_period: float,
    ) -> None:
        self.side = side
        self.moves = np.abs(swapped[:, 0] - predicted[:, 0])[:, :VELOCITY_DIM]
        self.asked = sideways(predicted, step_period)
        """To the left over each chunk, shape (T,) [m]."""
        self.swapped = sideways(swapped, step_period)

    @property
    def follows(self) -> bool:
        """
        Whether the commanded side follows the instruction.

        At the frame where the swap moves the chunk's path most, the path must lead to the named
        side under the instruction and to the other side under the swapped one.
        """
        frame = int(np.abs(self.asked - self.swapped).argmax())
        return bool(self.asked[frame] * self.side > 0.0 > self.swapped[frame] * self.side)


def swap_score(pairs: Sequence[SwapPair]) -> dict[str, Any]:
    """
    Score pairs of predictions; 0 everywhere means that the instruction is ignored.

    `mean_<velocity>` and `largest_<velocity>` are about the next command, `mean_sideways` about
    where a chunk leads [m], `follows` is the share of the `sided_episodes` whose commanded side
    follows the instruction.
    """
    if not pairs:
        return {'episodes': 0}
    mean = np.concatenate([pair.moves for pair in pairs]).mean(axis=0)
    largest = np.mean([pair.moves.max(axis=0) for pair in pairs], axis=0)
    scores: dict[str, Any] = {'episodes': len(pairs)}
    for index, name in enumerate(ACTION_NAMES[:VELOCITY_DIM]):
        scores[f'mean_{name}'] = float(mean[index])
        scores[f'largest_{name}'] = float(largest[index])
    apart = np.concatenate([np.abs(pair.asked - pair.swapped) for pair in pairs])
    scores['mean_sideways'] = float(apart.mean())
    sided = [pair.follows for pair in pairs if pair.side != NO_SIDE]
    scores['sided_episodes'] = len(sided)
    if sided:
        scores['follows'] = float(np.mean(sided))
    return scores
