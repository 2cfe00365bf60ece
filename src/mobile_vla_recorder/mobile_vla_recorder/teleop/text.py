# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Text in the columns of a terminal, where Korean takes two and colours take none."""

from __future__ import annotations

import re
import unicodedata

_COLOUR = re.compile('\x1b\\[[0-9]*m')


def display_width(text: str) -> int:
    """Return how many columns a terminal gives the text; Korean takes two per character."""
    return sum(_columns(character) for character in _COLOUR.sub('', text))


def printable(text: str) -> str:
    """Return the text without control characters: it may come from anybody's node."""
    return ''.join(character for character in text if character.isprintable())


def wrap(text: str, width: int) -> list[str]:
    """Return the text in lines; those after the first are indented."""
    lines = ['']
    for word in text.split():
        longer = f'{lines[-1]} {word}' if lines[-1] else word
        if display_width(longer) <= width or not lines[-1]:
            lines[-1] = cut(longer, width)
        else:
            lines.append(cut(f'  {word}', width))
    return lines


def cut(line: str, width: int) -> str:
    """Return as much of the line as `width` columns hold, and every colour."""
    kept, used, at = [], 0, 0
    while at < len(line):
        colour = _COLOUR.match(line, at)
        if colour:
            kept.append(colour.group())
            at = colour.end()
            continue
        columns = _columns(line[at])
        if columns and used + columns <= width:
            kept.append(line[at])
        used += columns
        at += 1
    return ''.join(kept)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or not character.isprintable():
        return 0
    return 2 if unicodedata.east_asian_width(character) in 'WF' else 1
