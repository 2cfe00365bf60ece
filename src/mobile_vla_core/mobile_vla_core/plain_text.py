# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Text for pictures whose font knows Latin letters only."""

from __future__ import annotations

import unicodedata


def plain_text(text: str) -> str:
    """Write text that matplotlib's own font can draw: Hangul in Latin letters, by syllable."""
    return ''.join(_letter(character) for character in unicodedata.normalize('NFC', text))


def _letter(character: str) -> str:
    name = unicodedata.name(character, '')
    if name.startswith('HANGUL SYLLABLE '):
        return name.rsplit(' ', 1)[-1].lower()
    return character if ord(character) < 0x250 else '?'
