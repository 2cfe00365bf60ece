# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
A checkpoint is a self-describing directory.

`model.safetensors` (tensors only, no pickle), `policy.yaml` (the driving card), `metrics.json`,
`README.md` (the card for people) and the files that the network itself needs, such as its
tokenizer. It is complete or absent: it is written beside its place and renamed into it. Tensors
go from memory to disk and back one by one, so a checkpoint may be as large as the memory allows
a network to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
import hashlib
import json
import os
from pathlib import Path
import shutil
import stat
import tempfile
from typing import Any

from safetensors import safe_open, SafetensorError
from safetensors.torch import save_file
import torch
from torch import Tensor

from .errors import CheckpointError, ConfigError
from .folder_replacement import replace_folder
from .policies.adapters import plain_state
from .policies.architecture import network_class
from .policies.network import HEAD, PolicyNetwork
from .policies.streaming import StreamingPolicy
from .policy_card import PolicyCard

WEIGHTS_FILE = 'model.safetensors'
METRICS_FILE = 'metrics.json'
README_FILE = 'README.md'
BLOCK = 4 * 1024 * 1024
"""Bytes hashed at once."""
STORED_DTYPES = {'F32': torch.float32, 'BF16': torch.bfloat16, 'F16': torch.float16}
"""Number formats of an encoder, by their names in the tensor file."""


def save_policy(
    directory: Path,
    network: PolicyNetwork,
    card: PolicyCard,
    metrics: Mapping[str, Any] | None = None,
    *,
    dtype: torch.dtype | None = None,
    state: Mapping[str, Tensor] | None = None,
) -> Path:
    """
    Write a checkpoint; an older one of that name is replaced as a whole.

    What adapters (LoRA) add is written into the weights: serving knows nothing of them.

    :param metrics: plain numbers by name, as stored in metrics.json
    :param dtype: number format of the encoder in the file; None keeps the network's
    :param state: the tensors, where they were gathered from several processes
    :raises CheckpointError: if it cannot be written; an older one is then still there
    """
    directory = Path(directory)
    tensors = dict(plain_state(network) if state is None else state)
    if dtype is not None:
        tensors = _encoder_as(dtype, tensors, network)
    assets = network.assets()
    texts = {
        METRICS_FILE: (json.dumps(metrics or {}, indent=2) + '\n').encode(),
        README_FILE: card.describe().encode(),
        **assets,
    }
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f'.{directory.name}.', dir=directory.parent))
        try:
            weights = fresh / WEIGHTS_FILE
            save_file({name: t.contiguous() for name, t in tensors.items()}, weights)
            for name, content in texts.items():
                (fresh / name).write_bytes(content)
            mode = stat.S_IMODE((fresh / README_FILE).stat().st_mode)  # as the umask has it
            weights.chmod(mode)
            hashes = {
                name: hashlib.sha256(content).hexdigest() for name, content in assets.items()
            }
            replace(card, weights_sha256=_file_sha256(weights), assets=hashes).save(fresh)
            fresh.chmod(mode | (mode & 0o444) >> 2)
            _publish(fresh, directory)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f'cannot write the checkpoint {directory}: {error}') from error
    return directory


def load_policy(
    directory: Path, device: str = 'cpu', dtype: torch.dtype | None = None
) -> StreamingPolicy:
    """
    Read a checkpoint and make it ready to serve.

    :param device: torch device, such as 'cpu' or 'cuda:0'
    :param dtype: number format of the encoder; None takes the one of the file
    :raises CheckpointError: if it is missing, incomplete, foreign or tampered with
    """
    directory = Path(directory)
    card = PolicyCard.load(directory)
    weights = directory / WEIGHTS_FILE
    _check_file(weights, card.weights_sha256)
    assets = {}
    for name, expected in card.assets.items():
        if Path(name).name != name:
            raise CheckpointError(f'{directory}: "{name}" is not the name of a file beside it')
        _check_file(directory / name, expected)
        assets[name] = (directory / name).read_bytes()
    try:
        with safe_open(weights, 'pt', device=str(device)) as file:
            with _new_tensors(device, dtype or _stored_dtype(file)):
                kind = network_class(card.architecture)
                network = kind.empty(card.network, assets or None)
            network.parts()[HEAD].float()
            _fill(network, file)
    except (ConfigError, TypeError) as error:
        raise CheckpointError(f'{directory}: {error}') from error
    except (ValueError, SafetensorError) as error:
        raise CheckpointError(
            f'{directory}: {WEIGHTS_FILE} does not fit the architecture "{card.architecture}": '
            f'{error}'
        ) from error
    if (network.window, network.chunk) != (card.window, card.chunk):
        raise CheckpointError(
            f'{directory}: the card says window {card.window} and chunk {card.chunk}, '
            f'the network has {network.window} and {network.chunk}'
        )
    return StreamingPolicy(network, card, device)


def _encoder_as(
    dtype: torch.dtype, tensors: Mapping[str, Tensor], network: PolicyNetwork
) -> dict[str, Tensor]:
    head = {id(tensor) for tensor in network.parts()[HEAD].state_dict(keep_vars=True).values()}
    kept = {name for name, t in network.state_dict(keep_vars=True).items() if id(t) in head}
    return {
        name: tensor if name in kept or not tensor.is_floating_point() else tensor.to(dtype)
        for name, tensor in tensors.items()
    }


def _stored_dtype(file: Any) -> torch.dtype:
    """Return the smallest number format in a tensor file: the encoder's."""
    found = {file.get_slice(name).get_dtype() for name in file.keys()}  # noqa: SIM118 - no dict
    formats = [STORED_DTYPES[name] for name in found if name in STORED_DTYPES]
    return min(formats, key=lambda dtype: dtype.itemsize, default=torch.float32)


@contextmanager
def _new_tensors(device: str, dtype: torch.dtype) -> Iterator[None]:
    """Let new tensors be on a device and in a number format: none is made twice."""
    usual = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with torch.device(device):
            yield
    finally:
        torch.set_default_dtype(usual)


@torch.no_grad()
def _fill(network: PolicyNetwork, file: Any) -> None:
    """Copy a file's tensors into the network, each by itself."""
    state, names = network.state_dict(), set(file.keys())
    for what, odd in (('lacks', state.keys() - names), ('has beside it', names - state.keys())):
        if odd:
            raise ValueError(f'it {what} {len(odd)} tensors, such as {min(odd)}')
    for name, values in state.items():
        stored = file.get_tensor(name)
        if stored.shape != values.shape:
            raise ValueError(
                f'{name} has shape {tuple(stored.shape)}, expected {tuple(values.shape)}'
            )
        values.copy_(stored)


def _check_file(path: Path, expected: str) -> None:
    try:
        found = _file_sha256(path)
    except OSError as error:
        raise CheckpointError(
            f'{path.parent} lacks a readable {path.name}: the checkpoint is incomplete, '
            f'train or copy it again'
        ) from error
    if found != expected:
        raise CheckpointError(
            f'{path} was changed after it was saved: found SHA-256 {found[:12]}…, '
            f'expected {expected[:12]}…; copy the checkpoint again'
        )


def _file_sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open('rb') as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _publish(fresh: Path, directory: Path) -> None:
    """Sync a finished directory and move it into place."""
    for path in (*fresh.iterdir(), fresh):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    replace_folder(fresh, directory)
