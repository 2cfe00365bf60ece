# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A Kosmos-2 policy that RoboVLMs trained, as a network of this suite."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
import pickle
from typing import Any

import torch
from torch import Tensor

from mobile_vla_core.action_space import VELOCITY_DIM
from mobile_vla_core.errors import CheckpointError
from mobile_vla_core.policies.kosmos2 import Kosmos2LstmNetwork
from mobile_vla_core.policies.kosmos2_config import backbone_deviations
from mobile_vla_core.policies.pretrained import read_config, read_tokenizer
from mobile_vla_core.policies.prompt_tokenizer import TOKENIZER_FILE

from .original_names import BACKBONE, match_names, NameReport, WRAPPERS

STATE_KEYS = ('state_dict', 'model_state_dict')
WINDOW = 8
"""Of the original run; taken when the file does not say."""


def read_original(path: Path) -> dict[str, Any]:
    """
    Read a Lightning checkpoint: tensors and plain values only, nothing in it is run.

    :raises CheckpointError: if it cannot be read, or holds Python objects
    """
    if Path(path).is_dir():
        raise CheckpointError(
            f'{path} is a folder, as DeepSpeed writes: join it with its own zero_to_fp32.py, '
            f'then import the file'
        )
    try:
        content = torch.load(path, map_location='cpu', weights_only=True, mmap=True)
    except pickle.UnpicklingError as error:
        raise CheckpointError(
            f'{path} holds Python objects, which are not loaded because they could run anything: '
            f'where you trust the file, save its "state_dict" alone with torch.save'
        ) from error
    except (OSError, RuntimeError, EOFError, ValueError) as error:
        reason = ' '.join(str(error).split()).split('. ')[0]
        raise CheckpointError(f'{path} cannot be read as a checkpoint: {reason}') from error
    if not isinstance(content, dict):
        raise CheckpointError(
            f'{path} holds a {type(content).__name__}, expected a Lightning checkpoint'
        )
    return content


def tensors_of(content: Mapping[str, Any], source: str) -> dict[str, Tensor]:
    """
    Return the tensors of a checkpoint by name.

    :param source: named in the error message
    :raises CheckpointError: if there are none, or adapters among them
    """
    inner = next((content[key] for key in STATE_KEYS if key in content), content)
    tensors = {name: value for name, value in inner.items() if isinstance(value, Tensor)}
    if not tensors:
        raise CheckpointError(
            f'{source} holds no tensors: expected them under {" or ".join(STATE_KEYS)}, '
            f'found {", ".join(map(str, list(content)[:5])) or "nothing"}'
        )
    adapters = [name for name in tensors if 'lora_' in name]
    if adapters:
        raise CheckpointError(
            f'{source} holds {len(adapters)} tensors of LoRA adapters, such as {adapters[0]}: '
            f'merge them with merge_and_unload of peft first'
        )
    return tensors


def import_network(
    content: Mapping[str, Any],
    pretrained: str,
    velocity_bound: tuple[float, float, float],
    source: str = 'the checkpoint',
) -> tuple[Kosmos2LstmNetwork, NameReport]:
    """
    Build the network that a RoboVLMs checkpoint is of, with its weights.

    :param content: as `read_original` gives it
    :param pretrained: the Kosmos-2 that it began from, a hub name or a local folder: its shape,
        its tokenizer, and its weights where a frozen backbone was not saved
    :param velocity_bound: what an output of 1 stands for, in units of the codec's scale
    :param source: named in error messages
    :raises CheckpointError: if a tensor is missing or has another shape
    :raises ConfigError: if `pretrained` cannot be used
    """
    tensors = tensors_of(content, source)
    bare = {WRAPPERS.sub('', name): tensor for name, tensor in tensors.items()}
    backbone = read_config(pretrained)
    settings = {
        **_head_settings(bare, source),
        'window': _window(content),
        'head': 'original',
        'velocity_bound': list(velocity_bound),
        'height': backbone.vision_config.image_size,
        'width': backbone.vision_config.image_size,
        'backbone': backbone_deviations(backbone),
    }
    assets = {TOKENIZER_FILE: read_tokenizer(pretrained)}
    network = Kosmos2LstmNetwork.empty(settings, assets).float()
    report = match_names(tensors, network.state_dict())
    frozen = not any(name.startswith(BACKBONE) for name in bare)
    if frozen:  # a backbone that was not trained was not saved
        network.load_backbone(pretrained)
        report.missing = [name for name in report.missing if not name.startswith(BACKBONE)]
    if report.missing:
        raise CheckpointError(
            f'{source} lacks {len(report.missing)} tensors of the policy, such as '
            f'{report.missing[0]}:\n{report.describe()}'
        )
    _copy(network, tensors, report, source)
    return network.eval(), report


def _head_settings(bare: Mapping[str, Tensor], source: str) -> dict[str, int]:
    """Return chunk, layers and width, as the tensors of the head show them."""
    try:
        velocities = bare['act_head.actions.mlp.6.weight'].shape[0]
        chunk = bare['act_head.gripper.mlp.6.weight'].shape[0]
        width = bare['act_head.rnn.weight_hh_l0'].shape[1]
    except KeyError as error:
        raise CheckpointError(
            f'{source} lacks {error}: expected a policy of RoboVLMs with the head LSTMDecoder'
        ) from error
    if velocities != VELOCITY_DIM * chunk:
        raise CheckpointError(
            f'{source} predicts {velocities / chunk:g} continuous values per action, expected '
            f'{VELOCITY_DIM} (linear x, linear y, angular z): it is a policy for another robot'
        )
    layers = sum(name.startswith('act_head.rnn.weight_hh_l') for name in bare)
    return {'chunk': chunk, 'lstm_layers': layers, 'lstm_dim': width}


def _window(content: Mapping[str, Any]) -> int:
    values = content.get('hyper_parameters')
    sections = (values, values.get('configs')) if isinstance(values, Mapping) else ()
    for section in sections:
        if isinstance(section, Mapping) and isinstance(section.get('window_size'), int):
            return section['window_size']
    return WINDOW


@torch.no_grad()
def _copy(
    network: Kosmos2LstmNetwork, tensors: Mapping[str, Tensor], report: NameReport, source: str
) -> None:
    state = network.state_dict()
    for name, ours in report.matched.items():
        if tensors[name].shape != state[ours].shape:
            raise CheckpointError(
                f'{source}: {name} has shape {tuple(tensors[name].shape)}, '
                f'expected {tuple(state[ours].shape)}: does `pretrained` name the model that it '
                f'began from?'
            )
        state[ours].copy_(tensors[name])
