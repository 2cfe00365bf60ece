# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""How far an instruction is from those that a policy was trained on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
import re
import unicodedata

from .side_words import side_order

UNLIKE = 0.5
"""Instructions from this distance on are unlike: too far to expect the same behaviour."""
_WORD = re.compile(r'\w+')
_PIECE = 3
"""Characters of the longest piece that words are compared by."""


@dataclass(frozen=True)
class InstructionMatch:
    """
    The instruction of training that is nearest to another one.

    :param nearest: '' when training saw none
    :param distance: 0 for the same words, 1 for nothing in common
    """

    nearest: str
    distance: float

    @property
    def is_unlike(self) -> bool:
        """Whether the policy was trained on nothing like it."""
        return self.distance >= UNLIKE

    @property
    def sentence(self) -> str:
        """Say what is near and how near."""
        if not self.nearest:
            return 'the checkpoint names no instruction of its training to compare with'
        return (
            f'the instruction is unlike those of training: the nearest is "{self.nearest}", '
            f'at a distance of {self.distance:.2f} (0: the same, 1: nothing in common)'
        )


def nearest_instruction(text: str, seen: Iterable[str]) -> InstructionMatch:
    """Return the nearest of the instructions seen in training; the first of several."""
    matches = [InstructionMatch(known, instruction_distance(text, known)) for known in seen]
    return min(matches, key=lambda match: match.distance, default=InstructionMatch('', 1.0))


def instruction_distance(first: str, second: str) -> float:
    """
    Return how far two instructions are apart, in [0, 1]; the same both ways.

    1 - Dice's coefficient of the words' pieces: every word, and every run of two and of three
    characters in it, its edges counted as characters; so another ending of an English word or
    another particle of a Korean one costs little. Case, punctuation and the order of words do
    not count.

    Sides do: where the two do not name the same sides in the same order, however alike they are
    otherwise, the distance is in the upper half, `UNLIKE` or more.
    """
    first, second = (unicodedata.normalize('NFC', text) for text in (first, second))
    mine, other = _pieces(first), _pieces(second)
    total = mine.total() + other.total()
    distance = 1.0 - 2.0 * (mine & other).total() / total if total else 0.0
    return distance if side_order(first) == side_order(second) else (1.0 + distance) / 2.0


def _pieces(text: str) -> Counter[str]:
    pieces: Counter[str] = Counter()
    for word in _WORD.findall(text.lower()):
        edged = f' {word} '
        pieces[edged] += 1
        for length in range(2, _PIECE + 1):
            starts = range(len(edged) - length + 1)
            pieces.update(edged[start : start + length] for start in starts)
    return pieces
