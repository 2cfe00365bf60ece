# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The sentences of docs/troubleshooting.md, and whether the code says them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
import re

from .pages import ROOT

PAGE = ROOT / 'docs' / 'troubleshooting.md'
ANY = '…'
LEAST = 12
"""Letters that a sentence needs besides what is filled in, to be told from others."""
_FIELD = re.compile(r'\{[^{}]*\}')
_SAID = re.compile(r'^\| `([^`]+)` \|', re.MULTILINE)


def documented() -> list[str]:
    """Return the sentences of the page: the first column of its tables."""
    return _SAID.findall(PAGE.read_text())


def is_said(sentence: str) -> bool:
    """Return whether one string of the code holds it; `…` stands for what is filled in."""
    pieces = [piece.strip() for piece in sentence.split(ANY) if piece.strip()]
    if sum(map(len, pieces)) < LEAST:
        return False
    return any(_holds(text, pieces) for text in strings())


def _holds(text: str, pieces: list[str]) -> bool:
    place = 0
    for piece in pieces:
        place = text.find(piece, place)
        if place < 0:
            return False
        place += len(piece)
    return True


@cache
def strings() -> tuple[str, ...]:
    """Return every string of the packages' sources, with `…` for what is filled in."""
    sources = [
        *ROOT.glob('src/*/mobile_vla_*/**/*.py'),
        *ROOT.glob('launch/mobile_vla_bringup/*.py'),
    ]
    return tuple(text for path in sources for text in _strings(ast.parse(path.read_text())))


def _strings(tree: ast.AST) -> Iterator[str]:
    inside = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield ''.join(_part(part) for part in node.values)
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in inside
        ):
            yield _FIELD.sub(ANY, node.value)


def _part(part: ast.expr) -> str:
    return part.value if isinstance(part, ast.Constant) else ANY
