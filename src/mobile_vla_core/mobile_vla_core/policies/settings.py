# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The names of a network's settings."""

from __future__ import annotations

from collections.abc import Iterable
import difflib

from ..errors import ConfigError


def check_settings(
    owner: str, found: Iterable[str], known: Iterable[str], expected: str = ''
) -> None:
    """
    Refuse settings that there are not.

    :param owner: whose settings they are, such as 'nano'
    :param expected: what there is in words; the known names when empty
    :raises ConfigError: if a name is unknown; it says the most similar known one
    """
    known = list(known)
    unknown = sorted(set(found) - set(known))
    if not unknown:
        return
    near = [
        f'did you mean "{match}"? '
        for name in unknown
        for match in difflib.get_close_matches(name, known, n=1)
    ]
    raise ConfigError(
        f'{owner} has no setting {", ".join(unknown)}: {"".join(near)}'
        f'expected {expected or ", ".join(known)}'
    )
