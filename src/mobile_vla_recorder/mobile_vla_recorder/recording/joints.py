# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A joint state as a row of the file, whose order of joints is fixed at the start."""

from __future__ import annotations

from collections.abc import Sequence


def joint_row(joints: Sequence[str], names: Sequence[str], given: Sequence[float]) -> list[float]:
    """
    Return the values in the order of the file, NaN for a joint that has none.

    :param joints: of the file
    :param names: of the message
    :param given: the message's values, as many as names or none
    """
    known = dict(zip(names, given, strict=False)) if len(given) else {}
    return [known.get(name, float('nan')) for name in joints]
