# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What happened at one control tick."""

from __future__ import annotations

from dataclasses import dataclass

from .decision import Decision


@dataclass(frozen=True)
class Tick:
    """
    What the policy chose, and what came of it.

    :param now: by the node's clock [s]
    :param chosen: what the policy would do
    :param decision: what the base is told
    :param driver: who tells it: 'policy', 'human', or '' for nobody
    """

    now: float
    chosen: Decision
    decision: Decision
    driver: str
