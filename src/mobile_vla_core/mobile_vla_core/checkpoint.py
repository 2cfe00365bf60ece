# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
A checkpoint is a self-describing directory.

`model.safetensors` (tensors only, no pickle), `policy.yaml` (the driving card), `metrics.json`
and `README.md` (the card for people). It is complete or absent: it is written beside its place
and renamed into it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
import hashlib
import json
import os
from pathlib import Path
import shutil
import tempfile
from typing import Any

import safetensors
import safetensors.torch

from .errors import CheckpointError, ConfigError
from .policies.architecture import build_network
from .policies.network import PolicyNetwork
from .policies.streaming import StreamingPolicy
from .policy_card import PolicyCard

WEIGHTS_FILE = 'model.safetensors'
METRICS_FILE = 'metrics.json'
README_FILE = 'README.md'


def save_policy(
    directory: Path,
    network: PolicyNetwork,
    card: PolicyCard,
    metrics: Mapping[str, Any] | None = None,
) -> Path:
    """
    Write a checkpoint; an older one of that name is replaced as a whole.

    :param metrics: plain numbers by name, as stored in metrics.json
    :raises CheckpointError: if it cannot be written; an older one is then still there
    """
    directory = Path(directory)
    tensors = {name: value.contiguous() for name, value in network.state_dict().items()}
    weights = safetensors.torch.save(tensors)
    card = replace(card, weights_sha256=hashlib.sha256(weights).hexdigest())
    files = {
        WEIGHTS_FILE: weights,
        METRICS_FILE: (json.dumps(metrics or {}, indent=2) + '\n').encode(),
        README_FILE: card.describe().encode(),
    }
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f'.{directory.name}.', dir=directory.parent))
        try:
            for name, content in files.items():
                (fresh / name).write_bytes(content)
            card.save(fresh)
            _publish(fresh, directory)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise CheckpointError(f'cannot write the checkpoint {directory}: {error}') from error
    return directory


def load_policy(directory: Path, device: str = 'cpu') -> StreamingPolicy:
    """
    Read a checkpoint and make it ready to serve.

    :param device: torch device, such as 'cpu' or 'cuda:0'
    :raises CheckpointError: if it is missing, incomplete, foreign or tampered with
    """
    directory = Path(directory)
    card = PolicyCard.load(directory)
    weights = _read_weights(directory, card)
    try:
        network = build_network(card.architecture, card.network)
        network.load_state_dict(safetensors.torch.load(weights))
    except (ConfigError, TypeError) as error:
        raise CheckpointError(f'{directory}: {error}') from error
    except (RuntimeError, safetensors.SafetensorError) as error:
        raise CheckpointError(
            f'{directory}: {WEIGHTS_FILE} does not fit the architecture "{card.architecture}": '
            f'{" ".join(str(error).split())}'
        ) from error
    if (network.window, network.chunk) != (card.window, card.chunk):
        raise CheckpointError(
            f'{directory}: the card says window {card.window} and chunk {card.chunk}, '
            f'the network has {network.window} and {network.chunk}'
        )
    return StreamingPolicy(network, card, device)


def _read_weights(directory: Path, card: PolicyCard) -> bytes:
    path = directory / WEIGHTS_FILE
    try:
        weights = path.read_bytes()
    except OSError as error:
        raise CheckpointError(
            f'{directory} lacks a readable {WEIGHTS_FILE}: the checkpoint is incomplete, '
            f'train or copy it again'
        ) from error
    found = hashlib.sha256(weights).hexdigest()
    if found != card.weights_sha256:
        raise CheckpointError(
            f'{path} was changed after it was saved: found SHA-256 {found[:12]}…, '
            f'expected {card.weights_sha256[:12]}…; copy the checkpoint again'
        )
    return weights


def _publish(fresh: Path, directory: Path) -> None:
    """Sync a finished directory and move it into place."""
    for path in (*fresh.iterdir(), fresh):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    fresh.chmod(0o755)
    if not directory.exists():
        fresh.rename(directory)
        return
    old = fresh.with_name(f'{fresh.name}.old')
    directory.rename(old)
    try:
        fresh.rename(directory)
    except OSError:
        old.rename(directory)
        raise
    shutil.rmtree(old, ignore_errors=True)
