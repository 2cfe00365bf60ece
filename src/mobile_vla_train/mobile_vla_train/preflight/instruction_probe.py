# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Ask whether the feature given to the head changes when only the instruction does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
import torch

from mobile_vla_core.instruction import mirror_instruction
from mobile_vla_core.policies.network import PolicyNetwork

from .finding import Finding, Level

DEAF = 1e-6
"""Relative change below which a feature does not depend on the instruction."""


class InstructionProbe(NamedTuple):
    """Two instructions on the same pictures."""

    first: str
    second: str
    same_tokens: bool
    change: float
    """Norm of the features' difference, as a share of the features' norm."""

    def findings(self) -> list[Finding]:
        """Say what is wrong, if anything is."""
        pair = f'"{self.first}" and "{self.second}"'
        if self.same_tokens:
            text = f'the tokenizer gives {pair} the same numbers: no network can tell them apart'
            return [Finding(Level.ERROR, 'instruction probe', text)]
        if self.change < DEAF:
            text = (
                f'the feature is the same for {pair} on the same picture '
                f'(change {self.change:.1e}): the network does not read the instruction'
            )
            return [Finding(Level.ERROR, 'instruction probe', text)]
        return []


def choose_pair(instructions: Sequence[str]) -> tuple[str, str] | None:
    """Return an instruction and its mirror image, else two that differ, None when none do."""
    for text in instructions:
        if mirror_instruction(text) != text:
            return text, mirror_instruction(text)
    different = sorted(set(instructions))
    return (different[0], different[1]) if len(different) > 1 else None


@torch.inference_mode()
def probe_instruction(
    network: PolicyNetwork, frames: NDArray[np.uint8], pair: tuple[str, str]
) -> InstructionProbe:
    """
    Encode the same pictures under two instructions.

    :param frames: shape (N, H, W_px, 3)
    """
    training = network.training
    network.eval()
    device = next(network.parameters()).device
    pixels = torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2).to(device)
    features, tokens = [], []
    for text in pair:
        tokens.append(network.tokenize([text]).to(device))
        features.append(network.encode(pixels, tokens[-1].expand(len(pixels), -1)).float())
    network.train(training)
    first, second = features
    same = tokens[0].shape == tokens[1].shape and torch.equal(*tokens)
    change = (first - second).norm() / first.norm().clamp(min=1e-12)
    return InstructionProbe(*pair, same, float(change))
