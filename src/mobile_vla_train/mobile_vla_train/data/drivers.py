# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Who drove in an episode: learning from a policy's own runs repeats its mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mobile_vla_core.episodes import Episode
from mobile_vla_core.errors import EpisodeError

POLICY = 'policy'
"""What the run log of the policy node says of who drove, in the metadata `driver`."""


def episodes_to_learn(paths: Sequence[Path], *, policy_runs: bool) -> list[Path]:
    """
    Return the episodes in which a human drove, and the others too where asked for.

    An episode that does not say who drove is a human's.

    :param policy_runs: take the run logs of a policy as well
    :raises EpisodeError: if nothing is left
    """
    if policy_runs:
        return list(paths)
    kept = [path for path in paths if driver(path) != POLICY]
    if not kept:
        raise EpisodeError(
            f'all {len(paths)} episodes were driven by a policy, the first is {paths[0].name}: '
            f'record some by hand, or set data.policy_runs to learn from these'
        )
    return kept


def driver(path: Path) -> str:
    """Return who drove by the episode's metadata, '' when it does not say."""
    with Episode(path) as episode:
        return str(episode.metadata.get('driver', ''))
