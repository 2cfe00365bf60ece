# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Which episodes a checkpoint was trained on, so that no score is a memory unawares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
import json
from pathlib import Path

import yaml

from mobile_vla_core.checkpoint import METRICS_FILE
from mobile_vla_core.episodes.split import SPLIT_FILE
from mobile_vla_core.policy_card import PolicyCard

TRAINED_ON = 'trained_on'
"""Key of the names in metrics.json."""


@dataclass(frozen=True)
class Provenance:
    """What is known about the training data of a checkpoint, beside a folder of episodes."""

    trained: frozenset[str] | None
    """Names of the episodes trained on; None when the checkpoint does not tell."""
    same_folder: bool
    """Whether the folder holds exactly the data of the run: its fingerprint is the card's."""

    @classmethod
    def of(cls, checkpoint: Path, card: PolicyCard, data_fingerprint: str) -> Provenance:
        """Read what the checkpoint, or else the run folder around it, says of its training."""
        trained = _from_metrics(checkpoint) or _from_split(checkpoint)
        return cls(trained, card.data_fingerprint == data_fingerprint)

    def split(self, names: Sequence[str]) -> tuple[list[str], list[str]]:
        """Return (held out, trained on); when nothing is known all count as held out."""
        trained = self.trained or frozenset()
        held_out = [name for name in names if name not in trained]
        return held_out, [name for name in names if name in trained]

    def describe(self, names: Sequence[str]) -> str:
        """Say in one sentence how far the score is one of new episodes."""
        held_out, trained = self.split(names)
        if self.trained is None and self.same_folder:
            return (
                'These are the very episodes of the training run, and the checkpoint does not say '
                'which of them it was trained on: the figures are NOT of new episodes.'
            )
        if self.trained is None:
            return (
                'The checkpoint does not say what it was trained on: whether these episodes are '
                'new to it is unknown.'
            )
        if not held_out:
            return 'The policy was trained on every one of these episodes: this is a memory test.'
        if trained:
            return (
                f'{len(held_out)} episodes were not trained on and are scored; {len(trained)} '
                f'were trained on and are not among them.'
            )
        return f'None of these {len(held_out)} episodes was trained on.'


def _from_metrics(checkpoint: Path) -> frozenset[str] | None:
    try:
        metrics = json.loads((Path(checkpoint) / METRICS_FILE).read_text(encoding='utf-8'))
        return frozenset(str(name) for name in metrics[TRAINED_ON])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _from_split(checkpoint: Path) -> frozenset[str] | None:
    path = Path(checkpoint).resolve().parents[1] / SPLIT_FILE
    try:
        split = yaml.safe_load(path.read_text(encoding='utf-8'))
        return frozenset(str(name) for name in split['train'])
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        return None
