# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A block of shell lines as single commands, without running a shell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
import re
import shlex

_ASSIGNMENT = re.compile(r'[A-Za-z_]\w*=')
_JOINTS = ('&&', '||', ';', '|', '&')
_REDIRECTIONS = ('>', '>>', '<', '2>')


@dataclass(frozen=True)
class Command:
    """One command; the words that set variables before it are apart."""

    line: int
    """Counted from 0 in its block."""
    words: tuple[str, ...]
    variables: tuple[str, ...] = ()


def commands(text: str) -> Iterator[Command]:
    """
    Yield the commands of a block: lines joined by a backslash, split at && and pipes.

    :raises ValueError: if a quotation is not closed
    """
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        first, line = number, lines[number]
        while line.endswith('\\') and number + 1 < len(lines):
            number += 1
            line = line[:-1] + ' ' + lines[number].strip()
        number += 1
        yield from _split(first, line)


def _split(number: int, line: str) -> Iterator[Command]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars='&|;<>')
    lexer.whitespace_split = True
    words: list[str] = []
    for word in [*lexer, ';']:
        if word not in _JOINTS:
            words.append(word)
            continue
        if words:
            yield _command(number, words)
        words = []


def _command(number: int, words: list[str]) -> Command:
    kept, target = [], False
    for word in words:
        if not target and word not in _REDIRECTIONS:
            kept.append(word)
        target = word in _REDIRECTIONS
    start = next((i for i, word in enumerate(kept) if not _ASSIGNMENT.match(word)), len(kept))
    return Command(number, tuple(kept[start:]), tuple(kept[:start]))
