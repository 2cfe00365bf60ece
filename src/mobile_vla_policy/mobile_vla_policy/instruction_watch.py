# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Compare instructions with those that the policy was trained on."""

from __future__ import annotations

from collections.abc import Sequence

from mobile_vla_core.instruction_match import nearest_instruction


class InstructionWatch:
    """
    Warn of an instruction that is unlike those of training, or refuse it.

    :param seen: the instructions of training
    :param refuse_above: the greatest distance that is followed, 1.0 follows anything; see
        instruction_match.py
    """

    def __init__(self, seen: Sequence[str], refuse_above: float) -> None:
        self._seen = tuple(seen)
        self._refuse_above = refuse_above

    def refusal(self, instruction: str) -> str:
        """Return why an instruction is not followed, '' when it is; none at all always is."""
        if not instruction.strip():
            return ''
        match = nearest_instruction(instruction, self._seen)
        if match.distance <= self._refuse_above:
            return ''
        return f'{match.sentence}; refuse_unseen_above is {self._refuse_above:g}'

    def warning(self, instruction: str) -> str:
        """Return what is to be known of an instruction that is followed, '' for nothing."""
        if not instruction.strip():
            return ''
        match = nearest_instruction(instruction, self._seen)
        return match.sentence if match.is_unlike else ''
