# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Which episodes train and which validate: decided once per run, by file name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
import random

import yaml

from ..errors import EpisodeError
from .labels import naming
from .reader import Episode

SPLIT_FILE = 'split.yaml'
ANEW = 'use a new output folder, or --overwrite to split and train anew'
"""What to do in training when a split is one of other episodes."""


@dataclass(frozen=True)
class Split:
    """Names of episode files; none is in both."""

    train: tuple[str, ...]
    validation: tuple[str, ...]

    def save(self, run: Path) -> Path:
        """Write split.yaml into the run folder."""
        path = Path(run) / SPLIT_FILE
        content = {'train': list(self.train), 'validation': list(self.validation)}
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding='utf-8')
        return path


def make_split(scenarios: Mapping[str, str], fraction: float, seed: int) -> Split:
    """
    Split whole episodes so that every scenario is on both sides as far as possible.

    Every scenario gives its share; what rounding leaves over is given by the scenarios with the
    largest remainders. At least one episode is on each side.

    :param scenarios: scenario by episode file name
    :param fraction: share of the episodes for validation, at most 0.5
    :raises EpisodeError: if there are fewer than two episodes
    """
    total = len(scenarios)
    if total < 2:
        raise EpisodeError(
            f'{total} episode cannot be split into training and validation: record at least 2'
        )
    members: dict[str, list[str]] = defaultdict(list)
    for name in sorted(scenarios):
        members[scenarios[name]].append(name)
    wanted = max(round(total * fraction), 1)
    shares = {scenario: fraction * len(names) for scenario, names in members.items()}
    counts = {scenario: int(share) for scenario, share in shares.items()}
    order = sorted(members, key=lambda scenario: (counts[scenario] - shares[scenario], scenario))
    for scenario in order[: wanted - sum(counts.values())]:
        counts[scenario] += 1
    generator = random.Random(seed)
    validation = set()
    for scenario in sorted(members):
        validation.update(generator.sample(members[scenario], counts[scenario]))
    return Split(
        train=tuple(name for name in sorted(scenarios) if name not in validation),
        validation=tuple(sorted(validation)),
    )


def read_scenarios(paths: Sequence[Path]) -> dict[str, str]:
    """
    Return the scenario by episode file name.

    :raises EpisodeError: if an episode cannot be read; it is named
    """
    return {path.name: read_scenario(path) for path in paths}


def read_scenario(path: Path) -> str:
    """
    Return the scenario of an episode.

    :raises EpisodeError: if it cannot be read; it is named
    """
    with naming(path), Episode(path) as episode:
        return episode.scenario


def load_split(run: Path, names: Sequence[str], remedy: str = ANEW) -> Split | None:
    """
    Read the split of an earlier run in the same folder, None when there is none.

    :param names: the episodes that there are now
    :param remedy: what to do when they are others
    :raises EpisodeError: if the split names others
    """
    path = Path(run) / SPLIT_FILE
    if not path.exists():
        return None
    try:
        content = yaml.safe_load(path.read_text(encoding='utf-8'))
        split = Split(tuple(content['train']), tuple(content['validation']))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError) as error:
        raise EpisodeError(f'{path} cannot be read: delete it to split anew') from error
    known = {*split.train, *split.validation}
    if known != set(names) or len(known) != len(split.train) + len(split.validation):
        raise EpisodeError(
            f'{path} splits {len(known)} episodes, the data folder holds {len(names)} '
            f'and they differ: {remedy}'
        )
    return split
