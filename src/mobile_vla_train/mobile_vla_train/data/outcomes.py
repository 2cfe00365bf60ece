# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""How episodes ended: imitation copies a failure as faithfully as a success."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mobile_vla_core.episodes import Episode
from mobile_vla_core.episodes.labels import naming
from mobile_vla_core.episodes.schema import OUTCOMES
from mobile_vla_core.errors import EpisodeError

MOST_NAMES = 3
"""Episodes named in a sentence."""


class Ending(NamedTuple):
    """How one episode ended."""

    name: str
    """Of the file."""
    outcome: str
    """One of schema.OUTCOMES."""
    reason: str
    """'' when none was given; that of a crash where the recorder did not end in order."""

    def __str__(self) -> str:
        return f'{self.name} ({self.reason})' if self.reason else self.name


def read_ending(path: Path) -> Ending:
    """
    Return how an episode ended; one that does not say is 'unknown'.

    :raises EpisodeError: if it cannot be read; it is named
    """
    with naming(path), Episode(path) as episode:
        return Ending(path.name, *episode.ending)


def with_outcomes(
    paths: Sequence[Path],
    outcomes: Sequence[str],
    announce: Callable[[str], None] = lambda text: None,
) -> list[Path]:
    """
    Return the episodes that ended as asked for.

    :param outcomes: those to take, of schema.OUTCOMES
    :param announce: is told in one sentence what was left out and what is unknown, if anything
    :raises EpisodeError: if nothing is left
    """
    endings = [read_ending(path) for path in paths]
    counts = count_outcomes(endings)
    kept = [
        path for path, ending in zip(paths, endings, strict=True) if ending.outcome in outcomes
    ]
    left = [ending for ending in endings if ending.outcome not in outcomes]
    if not kept:
        raise EpisodeError(
            f'none of {len(paths)} episodes is of an outcome to learn from '
            f'({", ".join(outcomes)}): found {name_counts(counts)}; record others, relabel them, '
            f'or set data.outcomes'
        )
    said = []
    if left:
        kinds = name_counts(count_outcomes(left))
        said.append(
            f'{len(left)} of {len(paths)} episodes are left out by data.outcomes ({kinds}): '
            f'{_name_some(left)}'
        )
    unknown = [e for e in endings if e.outcome == 'unknown' and e.outcome in outcomes]
    if unknown:
        said.append(
            f'{len(unknown)} of unknown outcome are learnt from like successes: '
            f'{_name_some(unknown)}'
        )
    if said:
        announce('; '.join(said))
    return kept


def count_outcomes(endings: Iterable[Ending]) -> dict[str, int]:
    """Return how many episodes ended in each way, of those ways that occur."""
    counts = Counter(ending.outcome for ending in endings)
    return {name: counts[name] for name in OUTCOMES if counts[name]}


def name_counts(counts: Mapping[str, int]) -> str:
    """Write counts out, such as '3 failure, 1 unknown'."""
    return ', '.join(f'{count} {name}' for name, count in counts.items())


def _name_some(endings: Sequence[Ending]) -> str:
    shown = ', '.join(str(ending) for ending in endings[:MOST_NAMES])
    more = len(endings) - MOST_NAMES
    return f'{shown} and {more} more' if more > 0 else shown
