# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The frame encoder alone, as a program that runs without this suite."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
import json
from pathlib import Path

import torch
from torch import nn, Tensor

from mobile_vla_core.errors import ConfigError
from mobile_vla_core.policies.network import PolicyNetwork
from mobile_vla_core.policy_card import PolicyCard

PROGRAM_FILE, ONNX_FILE = 'frame_encoder.pt2', 'frame_encoder.onnx'
DESCRIPTION_FILE = 'frame_encoder.json'


class FrameEncoder(nn.Module):
    """
    What turns one frame into one feature.

    All shapes are fixed, as a compiler for an embedded computer wants them: tokens are padded at
    the right to the longest instruction, which changes no feature.
    """

    def __init__(self, network: PolicyNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, frames: Tensor, tokens: Tensor) -> Tensor:
        """Encode frames, shape (1, 3, H, W_px) uint8, under tokens, shape (1, L)."""
        return self.network.encode(frames, tokens)


def export_encoder(
    network: PolicyNetwork,
    card: PolicyCard,
    instructions: Sequence[str],
    folder: Path,
    onnx: bool = False,
) -> Path:
    """
    Write the frame encoder and a description with the tokens of every instruction.

    :param instructions: those that the program will be given; needs no tokenizer then
    :param folder: created when absent
    :param onnx: write ONNX in place of a program of torch.export
    :raises ConfigError: if there is no instruction, a package is missing or writing fails
    """
    if not instructions:
        raise ConfigError('the card names no instruction: give some with --instruction')
    if onnx and not all(map(find_spec, ('onnx', 'onnxscript'))):
        raise ConfigError(
            'ONNX needs the packages onnx and onnxscript: install them, or use --format program'
        )
    network = network.eval().requires_grad_(False)
    tokens = network.tokenize(instructions)
    size = (card.preprocessing.height, card.preprocessing.width)
    example = (torch.zeros(1, 3, *size, dtype=torch.uint8), tokens[:1])
    path = Path(folder) / (ONNX_FILE if onnx else PROGRAM_FILE)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with torch.no_grad():
            program = torch.export.export(FrameEncoder(network), example)
            if onnx:
                torch.onnx.export(program, dynamo=True, verbose=False).save(path)
            else:
                torch.export.save(program, path)
            feature = program.module()(*example)
        description = {
            'architecture': card.architecture,
            'weights_sha256': card.weights_sha256,
            'frames': {'shape': [1, 3, *size], 'dtype': 'uint8', 'colours': 'RGB'},
            'tokens': {'shape': [1, tokens.shape[1]], 'dtype': 'int64'},
            'feature': {'shape': list(feature.shape), 'dtype': 'float32'},
            'instructions': dict(zip(instructions, tokens.tolist(), strict=True)),
        }
        text = json.dumps(description, indent=2, ensure_ascii=False) + '\n'
        (path.parent / DESCRIPTION_FILE).write_text(text, encoding='utf-8')
    except OSError as error:
        raise ConfigError(f'cannot write into {folder}: {error}') from error
    return path
