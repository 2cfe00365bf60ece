# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The Kosmos-2 inside a policy, as a folder that transformers reads."""

from __future__ import annotations

from pathlib import Path
import stat

from safetensors import SafetensorError
from transformers.utils import CONFIG_NAME

from mobile_vla_core.errors import ConfigError
from mobile_vla_core.policies.network import PolicyNetwork


def write_backbone(network: PolicyNetwork, folder: Path, shard_size: str) -> None:
    """
    Write configuration, weights in shards and tokenizer.

    :param shard_size: largest file, such as '2GB'
    :raises ConfigError: if the network has no such backbone, or writing fails
    """
    backbone = getattr(network, 'backbone', None)
    if not hasattr(backbone, 'save_pretrained'):
        raise ConfigError(
            f'{type(network).__name__} has no backbone of transformers: use --format checkpoint'
        )
    try:
        backbone.save_pretrained(folder, max_shard_size=shard_size)
        mode = stat.S_IMODE((Path(folder) / CONFIG_NAME).stat().st_mode)  # as the umask has it
        for shard in Path(folder).glob('*.safetensors'):
            shard.chmod(mode)
        for name, content in network.assets().items():
            (Path(folder) / name).write_bytes(content)
    except (OSError, ValueError, SafetensorError) as error:
        raise ConfigError(f'cannot write the backbone into {folder}: {error}') from error
