# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What RoboVLMs calls the tensors of a Kosmos-2 policy, and what they are called here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
import re

WRAPPERS = re.compile(r'^(?:(?:module|model|_forward_module)\.)*')
"""What Lightning, DDP and DeepSpeed put before the names of a model."""
BACKBONE = 'backbone.'
_RENAMED = (
    (re.compile(r'^backbone\.(.+)$'), r'backbone.\1'),
    (re.compile(r'^action_token$'), 'action_token.embedding'),
    (re.compile(r'^act_head\.rnn\.(.+)$'), r'head.memory.\1'),
    (re.compile(r'^act_head\.actions\.mlp\.(.+)$'), r'head.velocity.\1'),
    (re.compile(r'^act_head\.gripper\.mlp\.(.+)$'), r'head.action_type.\1'),
)
"""After robovlms/model/backbone/base_backbone.py and policy_head/base_policy.py (LSTMDecoder)."""
_UNUSED = (
    (re.compile(r'lm_head\.'), 'language head: never computed here'),
    (re.compile(r'position_ids$|embed_positions\.weights$'), 'computed, not learnt'),
    (re.compile(r'^fwd_head\.|^clip_norm_head\.'), 'training aid of the original'),
)


@dataclass
class NameReport:
    """
    Which tensor went where.

    :param matched: name in the original -> name here
    :param left: name in the original -> why it is not used
    :param missing: names here that the original has nothing for
    """

    matched: dict[str, str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def describe(self) -> str:
        """Return the report as lines for people."""
        lines = [f'{len(self.matched)} tensors matched']
        lines += [f'left: {name} ({why})' for name, why in sorted(self.left.items())]
        lines += [f'missing: {name}' for name in self.missing]
        return '\n'.join(lines)


def match_names(original: Iterable[str], ours: Iterable[str]) -> NameReport:
    """
    Map names of a RoboVLMs checkpoint to those of `kosmos2_lstm`.

    :param original: of the tensors in the file
    :param ours: of the tensors in the network
    """
    ours, report = set(ours), NameReport()
    for name in original:
        bare = WRAPPERS.sub('', name)
        unused = next((why for pattern, why in _UNUSED if pattern.search(bare)), None)
        renamed = next((p.sub(new, bare) for p, new in _RENAMED if p.match(bare)), None)
        if unused is not None:
            report.left[name] = unused
        elif renamed not in ours:
            report.left[name] = 'nothing here is called so'
        elif renamed in report.matched.values():
            report.left[name] = f'another tensor is already {renamed}'
        else:
            report.matched[name] = renamed
    report.missing = sorted(ours - set(report.matched.values()))
    return report
