# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The robot has to be told what to do."""

from __future__ import annotations

from mobile_vla_core.safety import StopReason

from .gate import Stop


class InstructionGate:
    """Hold the instruction that is followed."""

    def __init__(self) -> None:
        self.text = ''

    def verdict(self, now: float) -> Stop | None:
        """Forbid to move without an instruction."""
        return None if self.text else Stop.because(StopReason.NO_INSTRUCTION)
