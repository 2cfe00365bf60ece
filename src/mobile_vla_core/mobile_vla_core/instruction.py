# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Instructions as text: their words as hashed numbers, and their mirror image."""

from __future__ import annotations

import re
import unicodedata
import zlib

from .errors import InstructionError
from .side_words import named_sides, swap_sides

PADDING = 0
"""Word number that stands for no word."""

_WORD = re.compile(r'\w+')


def check_instruction(text: str) -> str:
    """
    Return the instruction without surrounding blanks.

    :raises InstructionError: if it holds no word
    """
    stripped = unicodedata.normalize('NFC', text).strip()
    if not _WORD.search(stripped):
        raise InstructionError(
            f'the instruction {text!r} holds no word: say what the robot is asked to do'
        )
    return stripped


def mirror_instruction(text: str) -> str:
    """
    Swap left and right in English and Korean; the instruction of the mirrored picture.

    Applying it twice gives the text back (but for rare spellings, see `side_words`). A text that
    names no side is returned as it is.
    """
    return swap_sides(unicodedata.normalize('NFC', text))


def instruction_sides(text: str) -> frozenset[str]:
    """Return which of 'left' and 'right' an instruction names."""
    return named_sides(unicodedata.normalize('NFC', text))


def hash_words(text: str, buckets: int) -> list[int]:
    """
    Give the words of an instruction numbers, without a vocabulary.

    A word's number is CRC-32 of its lower-case UTF-8 bytes, folded to 1..buckets-1; 0 is padding.
    A word outside ASCII also gives its pairs of characters, because Korean joins particles to
    the word that they follow.

    :param buckets: how many numbers there are, padding included
    :raises InstructionError: if the text holds no word
    """
    words = _WORD.findall(check_instruction(text).lower())
    pieces = [piece for word in words for piece in (word, *_pairs(word))]
    return [1 + zlib.crc32(piece.encode()) % (buckets - 1) for piece in pieces]


def _pairs(word: str) -> list[str]:
    if word.isascii() or len(word) <= 2:
        return []
    return [word[start : start + 2] for start in range(len(word) - 1)]
