# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The typed training configuration; its sections are in sections.py."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from mobile_vla_core.errors import ConfigError

from .sections import (
    AugmentationConfig,
    check_lows,
    DataConfig,
    LossConfig,
    OptimiserConfig,
    PolicyConfig,
    PreflightConfig,
    ScheduleConfig,
    TuningConfig,
    ValidationConfig,
)

STRATEGIES = ('auto', 'ddp', 'fsdp')


@dataclass(frozen=True)
class TrainConfig:
    """The whole configuration of a run."""

    policy: PolicyConfig = field(default_factory=PolicyConfig)
    data: DataConfig = field(default_factory=DataConfig)
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    tuning: TuningConfig = field(default_factory=TuningConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    validation: ValidationConfig = field(default_factory=ValidationConfig)
    preflight: PreflightConfig = field(default_factory=PreflightConfig)
    seed: int = 1
    """Of weights, clips, augmentation and dropout."""
    threads: int = 0
    """CPU threads; 0 takes all cores."""
    accelerator: str = 'cpu'
    """Lightning's accelerator: cpu, gpu or auto."""
    devices: int = 1
    """Processes on each node, one per device."""
    nodes: int = 1
    """Machines."""
    strategy: str = 'auto'
    """auto, ddp (a copy on every device), fsdp (shards), deepspeed_stage_1, deepspeed_stage_2."""
    precision: Literal['32-true', 'bf16-mixed', 'bf16-true'] = '32-true'
    """Number format: bf16-mixed computes in bfloat16 and keeps weights in float32."""
    matmul_precision: Literal['highest', 'high', 'medium'] = 'highest'
    """Of float32 matrix products; high uses TF32 on a GPU."""
    deterministic: bool = False
    """Take only operations that give the same bits every time; on a GPU others are quicker."""
    compile: bool = False
    """Compile the network with torch.compile."""
    log_every: int = 20
    """Steps from one point in TensorBoard to the next."""

    def __post_init__(self) -> None:
        check_lows(self, {'threads': 0, 'devices': 1, 'nodes': 1, 'log_every': 1})
        self._check_scale()

    def _check_scale(self) -> None:
        if self.strategy not in STRATEGIES and not self.deepspeed:
            raise ConfigError(
                f'strategy must be one of {", ".join(STRATEGIES)} or a deepspeed_… name, '
                f'found "{self.strategy}"'
            )
        if self.deepspeed:
            self._check_deepspeed()
        sharded = self.strategy not in ('auto', 'ddp')
        if sharded and self.optimiser.average_decay:
            raise ConfigError(
                f'strategy {self.strategy} shards the weights, and a running mean of shards is '
                f'not kept: set optimiser.average_decay=0'
            )
        ranks = self.devices * self.nodes
        if self.data.clips_per_batch % ranks:
            raise ConfigError(
                f'data.clips_per_batch is of all {ranks} processes together and must be a '
                f'multiple of {ranks}, found {self.data.clips_per_batch}'
            )

    @property
    def deepspeed(self) -> bool:
        """Whether DeepSpeed keeps gradients and optimiser to itself."""
        return self.strategy.startswith('deepspeed')

    def _check_deepspeed(self) -> None:
        if 'stage_3' in self.strategy:
            raise ConfigError(
                f'strategy {self.strategy} divides the weights in a way that no checkpoint can be '
                f'written from: set strategy=fsdp'
            )
        if self.accelerator == 'cpu':
            raise ConfigError(f'strategy {self.strategy} is for GPUs only: set accelerator=gpu')
        if self.optimiser.gradient_clip:
            raise ConfigError(
                f'strategy {self.strategy} keeps its gradients to itself, so they are not '
                f'clipped: set optimiser.gradient_clip=0, or strategy=fsdp, which clips'
            )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as stored in the run folder."""
        return asdict(self)
