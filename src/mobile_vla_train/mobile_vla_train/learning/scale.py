# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
r"""
Several processes: how a run is spread over devices and machines.

One machine needs no launcher: `train … devices=8`. On several, each machine runs

    torchrun --nnodes 2 --nproc-per-node 8 \
        --rdzv-backend c10d --rdzv-endpoint HOST:29500 \
        -m mobile_vla_train.train … nodes=2 devices=8 strategy=fsdp

and under SLURM one command starts all processes:

    srun --nodes 2 --ntasks-per-node 8 --gpus-per-node 8 \
        python -m mobile_vla_train.train … nodes=2 devices=8 strategy=fsdp

The run folder and the cache must be on a file system that all machines share. With
`#SBATCH --signal=TERM@120` a job saves its step before its time is up; `--resume` goes on. What
torchrun starts has 30 s for that, and more with its `--shutdown-timeout`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lightning.pytorch.plugins.environments import SLURMEnvironment
from lightning.pytorch.strategies import DDPStrategy, ModelParallelStrategy, Strategy
from lightning.pytorch.utilities import rank_zero_only
import torch
from torch import distributed, Tensor
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.tensor import DTensor

from mobile_vla_core.errors import CheckpointError
from mobile_vla_core.policies.adapters import plain_state
from mobile_vla_core.policies.network import PolicyNetwork

from ..config import TrainConfig


def is_first_process() -> bool:
    """Return whether this is the process that writes and prints."""
    return rank_zero_only.rank == 0


def build_strategy(config: TrainConfig) -> Strategy | str:
    """Return what Lightning is to do with the processes of a run."""
    ranks = config.devices * config.nodes
    if config.strategy == 'fsdp':
        return ModelParallelStrategy(
            data_parallel_size=ranks, tensor_parallel_size=1, save_distributed_checkpoint=False
        )
    if config.strategy == 'ddp' or (config.strategy == 'auto' and ranks > 1):
        return DDPStrategy(gradient_as_bucket_view=True)
    return config.strategy


def cluster_plugins() -> list[Any]:
    """
    Return how a cluster is to be treated.

    SLURM's signal before the end of a job saves the state as Ctrl-C does; Lightning would save
    a file of its own instead.
    """
    return [SLURMEnvironment(auto_requeue=False)] if SLURMEnvironment.detect() else []


def shard(network: PolicyNetwork, mesh: DeviceMesh, precision: str) -> None:
    """
    Divide a network's weights over the processes (FSDP2), each repeated layer by itself.

    :param precision: with bf16-mixed, layers are gathered in half the bytes
    """
    from torch.distributed.fsdp import fully_shard, MixedPrecisionPolicy

    policy = MixedPrecisionPolicy()
    if precision == 'bf16-mixed':
        policy = MixedPrecisionPolicy(param_dtype=torch.bfloat16, reduce_dtype=torch.float32)
    for parameter in network.parameters():  # FSDP refuses any other order in memory
        parameter.data = parameter.data.contiguous()
    for layer in network.modules():
        if isinstance(layer, network.layer_classes()):
            fully_shard(layer, mesh=mesh, mp_policy=policy)
    fully_shard(network, mesh=mesh, mp_policy=policy)


def whole_state(network: PolicyNetwork) -> dict[str, Tensor]:
    """
    Gather what a checkpoint of a sharded network holds: whole tensors, adapters merged.

    :return: on the first process; nothing on the others, which must call this too
    """
    first = distributed.get_rank() == 0
    state = {}
    for name, tensor in plain_state(network).items():
        gathered = tensor.full_tensor() if isinstance(tensor, DTensor) else tensor
        if first:
            state[name] = gathered.cpu()
    return state


def gather(values: list[Any]) -> list[Any]:
    """Return the lists of all processes in one."""
    if not distributed.is_available() or not distributed.is_initialized():
        return values
    lists: list[Any] = [None] * distributed.get_world_size()
    distributed.all_gather_object(lists, values)
    return [value for rank in lists for value in rank]


@contextmanager
def failing_together(strategy: Strategy) -> Iterator[None]:
    """
    Raise in all processes what the first could not write: none waits for one that has ended.

    :raises CheckpointError: the one that the first process raised within
    """
    fault = None
    try:
        yield
    except CheckpointError as error:
        fault = error
    fault = strategy.broadcast(fault)
    if fault is not None:
        raise fault


def leave_together() -> None:
    """
    Wait until all processes are here, those too that have more to do at the end of a run.

    Who started several kills the others as soon as one has ended with a fault.
    """
    if distributed.is_available() and distributed.is_initialized():
        distributed.barrier()
