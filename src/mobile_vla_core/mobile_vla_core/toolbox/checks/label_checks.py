# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Look at what was said of one episode."""

from __future__ import annotations

from collections.abc import Iterator
import math
import re

import numpy as np

from ...episodes import schema
from ...motion import driven_side, LEFT, named_side, NO_SIDE
from .evidence import Evidence
from .finding import Finding

PLACEHOLDER = re.compile(
    'unknown|none|null|nan|todo|tbd|na|n|a|test|testing|empty|default|instruction|text|string|'
    'placeholder|xxx|asdf|미정|없음|테스트|시험'
)
"""Words that stand where an instruction should; an instruction of such words says nothing."""
SIDES = {LEFT: 'left', -LEFT: 'right'}
_WORD = re.compile(r'\w+')


def check_labels(evidence: Evidence) -> Iterator[Finding]:
    """Look at instruction, scenario and outcome, and hold them against the drive."""
    name, instruction = evidence.name, evidence.instruction
    words = _WORD.findall(instruction.lower())
    if not words:
        yield Finding('label.no_instruction', name, f'the instruction is {instruction!r}')
    elif all(map(PLACEHOLDER.fullmatch, words)):
        yield Finding('label.unknown_instruction', name, f'the instruction is "{instruction}"')
    if not evidence.scenario.strip():
        yield Finding('label.no_scenario', name, 'the scenario is empty')
    if evidence.outcome not in schema.OUTCOMES or evidence.outcome == 'unknown':
        yield Finding('label.unknown_outcome', name, f'the outcome is "{evidence.outcome}"')
    elif evidence.outcome == 'failure':
        yield Finding('label.failure', name, 'the outcome is a failure')
    if evidence.unfit:
        yield Finding('label.unfit', name, evidence.unfit)
    yield from _check_sides(evidence)


def _check_sides(evidence: Evidence) -> Iterator[Finding]:
    named = named_side(evidence.instruction)
    if named == NO_SIDE:
        return
    if named_side(evidence.scenario.replace('_', ' ')) == -named:
        text = f'scenario "{evidence.scenario}", instruction "{evidence.instruction}"'
        yield Finding('label.scenario_side', evidence.name, text)
    actions, period = evidence.actions, evidence.period
    if not len(actions) or not np.isfinite(actions).all() or not math.isfinite(period):
        return
    driven = driven_side(actions, period)
    if driven == -named:
        text = f'"{evidence.instruction}", but the drive passes on the {SIDES[driven]}'
        yield Finding('label.wrong_side', evidence.name, text)
