# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Words that name a side, in English and Korean, and what they become in a mirror.

A word that is spelt like a side but names none stays: "stop right in front of the cup",
"that's right", "nothing left", "a bright box", 오른 뒤 (having climbed), 우회 (a detour).
In doubt it is taken as a side, because an instruction that contradicts its picture is the worse
fault.
"""

from __future__ import annotations

from collections.abc import Iterator
import re

LEFT, RIGHT = 'left', 'right'
CLOCKWISE, COUNTERCLOCKWISE = 'clockwise', 'counterclockwise'

_ENGLISH = (
    ('left', 'right'),
    ('leftmost', 'rightmost'),
    ('leftward', 'rightward'),
    ('leftwards', 'rightwards'),
    ('lefthand', 'righthand'),
    ('clockwise', 'counterclockwise'),
)
_KOREAN = (
    ('왼', '오른'),
    ('좌', '우'),
    ('좌향좌', '우향우'),
    ('시계', '반시계'),
)
_ONE_WAY = {
    'counter-clockwise': 'clockwise',
    'anticlockwise': 'clockwise',
    'anti-clockwise': 'clockwise',
    '바른쪽': '왼쪽',
    '시계 반대': '시계',
    '시계반대': '시계',
}
"""Other spellings: the mirror image of their mirror image is the common spelling."""

_MIRRORED = {
    **dict(_ENGLISH + _KOREAN),
    **{second: first for first, second in _ENGLISH + _KOREAN},
    **_ONE_WAY,
}

# Particles follow a Korean word without a blank, so its stem is looked for, before what makes it
# a side: 왼쪽, 오른 손, 좌측, 우회전, 좌로.
_STEMS = (
    r'(?<![떠차타솟])(?:왼|오른)(?=\s?(?:쪽|편|손|발|방향|측)|[뒤앞벽옆끝]|코너|모퉁이|모서리|구석|바퀴)',
    r'(?<![가-힣])(?:좌향좌|우향우)',
    r'[좌우](?=측|회전)',
    r'(?<![가-힣])[좌우](?=편(?!함|물|번호|배달|엽서|집배)|전방|후방|상단|하단|선회|커브|턴)',
    r'(?<![가-힣])[좌우](?=(?:로|에|에서|에는)?(?![가-힣]))',
    r'바른쪽',
    r'시계\s?반대(?=\s?방향)',
    r'반?시계(?=\s?방향)',
)
_WORDS = sorted((word for word in _MIRRORED if word.isascii()), key=len, reverse=True)
_CANDIDATE = re.compile(rf'\b(?:{"|".join(_WORDS)})\b|{"|".join(_STEMS)}', re.IGNORECASE)

_AT_A_SIDE = re.compile(r'\b(?:to|on|from|at|towards?)\s+(?:the|its|your|my)\s+$', re.IGNORECASE)
_ADVERB_AFTER = re.compile(
    r'\s+(?:in\s+front|in\s+the\s+(?:middle|cent(?:re|er))|now|here|there|next\s+to|beside|behind'
    r'|before|after|by|at)\b',
    re.IGNORECASE,
)
_STANDING_BEFORE = re.compile(
    r'\b(?:stop|wait|halt|park|stand|end|is|are|be|was)(?:s|p?ing|ped)?\s+$', re.IGNORECASE
)
_OPENING_AFTER = re.compile(r'\s+(?:in\s+front|now|here|there|before)\b', re.IGNORECASE)
_OPENING_BEFORE = re.compile(r'(?:^|[.!?;:,])\s*$')
_NEVER_A_SIDE_AFTER = re.compile(r'\s+(?:away|angles?|angled)\b', re.IGNORECASE)
_CORRECT_AFTER = re.compile(
    r'\s+(?:way|order|distance|speed|moment|time|thing|answer|amount|height)\b', re.IGNORECASE
)
_CORRECT_BEFORE = re.compile(r'\b(?:the|a)\s+$', re.IGNORECASE)
_AGREEING_BEFORE = re.compile(
    r"\b(?:that(?:['\u2019]s|\s+is)|all|you(?:['\u2019]re|\s+are))\s+$", re.I
)
_CLAUSE_END = re.compile(r'\s*(?:$|[.,;!?]|then\b)')
_REMAINING_BEFORE = re.compile(
    r"\b(?:nothing|anything|something|none|what(?:['\u2019]s|\s+is))\s+$", re.IGNORECASE
)
_OF = re.compile(r'\s+of\b', re.IGNORECASE)
_LEFT_ALONE_BEFORE = re.compile(r'\b(?:is|are|was|were|been|being|be)\s+$', re.IGNORECASE)
_LEFT_ALONE_AFTER = re.compile(r'\s+(?:over|alone|open|standing|untouched)\b', re.IGNORECASE)


def swap_sides(text: str) -> str:
    """
    Return a text, in Unicode's composed form, with every side replaced by the other.

    Where the mirrored word would be read as no side ("stop left beside the cup"), it is said so
    that it is one ("stop to the right beside the cup").
    """
    pieces, end = [], 0
    for match in _sides(text):
        pieces += [text[end : match.start()], _swapped(match)]
        end = match.end()
    return ''.join([*pieces, text[end:]])


def named_sides(text: str) -> frozenset[str]:
    """Return which of LEFT and RIGHT a text, in Unicode's composed form, names."""
    return frozenset(side_order(text)) & {LEFT, RIGHT}


def side_order(text: str) -> tuple[str, ...]:
    """
    Return LEFT, RIGHT and the two turns, as a text in Unicode's composed form names them.

    "Left around the first box, right around the second" is not "right …, left …".
    """
    return tuple(_meaning(match.group().lower()) for match in _sides(text))


def _meaning(word: str) -> str:
    if word.startswith(('left', '왼', '좌')):
        return LEFT
    if word.startswith(('right', '오른', '우', '바른')):
        return RIGHT
    return CLOCKWISE if word in ('clockwise', '시계') else COUNTERCLOCKWISE


def _sides(text: str) -> Iterator[re.Match[str]]:
    for match in _CANDIDATE.finditer(text):
        if not _is_idiom(match.group().lower(), text[: match.start()], text[match.end() :]):
            yield match


def _is_idiom(word: str, before: str, after: str) -> bool:
    """Return whether "left" or "right" means remaining, correct or exactly, and no side."""
    if word not in (LEFT, RIGHT) or after.startswith('-') or _AT_A_SIDE.search(before):
        return False
    if word == LEFT:
        remaining = _REMAINING_BEFORE.search(before) and not _OF.match(after)
        alone = _LEFT_ALONE_BEFORE.search(before) and _LEFT_ALONE_AFTER.match(after)
        return bool(remaining or alone)
    exactly = _STANDING_BEFORE.search(before) and _ADVERB_AFTER.match(after)
    opening = _OPENING_BEFORE.search(before) and _OPENING_AFTER.match(after)
    agreeing = _AGREEING_BEFORE.search(before) and _CLAUSE_END.match(after)
    never = _NEVER_A_SIDE_AFTER.match(after)
    return bool(never or exactly or opening or agreeing or _is_correct(before, after))


def _is_correct(before: str, after: str) -> bool:
    return bool(_CORRECT_BEFORE.search(before) and _CORRECT_AFTER.match(after))


def _swapped(match: re.Match[str]) -> str:
    found, text = match.group(), match.string
    mirrored = _MIRRORED[' '.join(found.lower().split())]
    before, after = text[: match.start()], text[match.end() :]
    if _is_idiom(mirrored, before, after):
        mirrored = f'{mirrored}-hand' if _is_correct(before, after) else f'to the {mirrored}'
    if found.isupper() and found.isascii():
        return mirrored.upper()
    return mirrored.capitalize() if found[0].isupper() else mirrored
