# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The sections of a training configuration: every key, its default and its range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from mobile_vla_core.episodes.schema import OUTCOMES
from mobile_vla_core.errors import ConfigError

BACKBONE_PARTS = ('vision', 'text', 'projection')
"""Of a network besides its head; as in mobile_vla_core.policies.network, which needs torch."""


def check_lows(section: Any, lows: Mapping[str, float], prefix: str = '') -> None:
    """
    Refuse values that are too small.

    :param lows: least value of each key
    :param prefix: of the section's keys in an override, such as 'data.'
    :raises ConfigError: if one is below it
    """
    for name, low in lows.items():
        value = getattr(section, name)
        if value < low:
            raise ConfigError(f'{prefix}{name} must be at least {low}, found {value}')


def _check_share(name: str, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise ConfigError(f'{name} must be between 0 and 1, found {value}')


@dataclass(frozen=True)
class PolicyConfig:
    """What is trained."""

    architecture: str = 'nano'
    """Name of the network."""
    network: dict[str, Any] = field(default_factory=dict)
    """The network's own settings; what is not given keeps its default."""
    pretrained: str = ''
    """Weights of the backbone to begin with: name on the model hub, or a local folder."""


@dataclass(frozen=True)
class DataConfig:
    """How episodes become batches."""

    camera: str = ''
    """Camera to learn from; '' takes the primary one."""
    height: int = 90
    """Rows of a preprocessed frame [pixels]."""
    width: int = 160
    """Columns of a preprocessed frame [pixels]."""
    jpeg_quality: int = 0
    """Quality for raw pictures in serving; 0 takes the one that the recorder used."""
    step_period: float = 0.0
    """Time between frames [s]; 0 takes it from the episodes."""
    validation_fraction: float = 0.1
    """Share of the episodes kept for validation."""
    clip_length: int = 16
    """Frames of a clip, each encoded once; before its first one a window is padded with it."""
    clips_per_batch: int = 6
    """Clips of a batch, from different episodes where there are enough; of all processes."""
    cache: Literal['memory_map', 'none'] = 'memory_map'
    """Where frames come from: decoded once into a memory-mapped file, or from the episodes."""
    workers: int = 0
    """Processes that load batches ahead; with the cache none is quickest."""
    balance_action_type: float = 0.0
    """1 lets every action type count alike, 0 as often as it was recorded."""
    balance_scenario: float = 0.0
    """1 lets every scenario count alike, 0 as often as it was recorded."""
    balance_side: float = 0.0
    """1 lets instructions of either side, and of none, count alike, 0 as recorded."""
    idle_weight: float = 1.0
    """Weight of a frame in which the robot goes on standing still."""
    policy_runs: bool = False
    """Also learn from the run logs of a policy node; what a policy did is no demonstration."""
    outcomes: tuple[str, ...] = ('success', 'unknown')
    """Endings of the episodes that are learnt from: what failed would be copied too."""
    paraphrases: str = ''
    """Collection plan (YAML) whose instructions stand in for each other; '' for none."""
    paraphrase_share: float = 0.5
    """Share of clips whose instruction is replaced by one of its scenario's."""

    def __post_init__(self) -> None:
        for name in (
            'balance_action_type',
            'balance_scenario',
            'balance_side',
            'paraphrase_share',
        ):
            _check_share(f'data.{name}', getattr(self, name))
        lows = {'clip_length': 1, 'clips_per_batch': 1, 'step_period': 0.0, 'workers': 0}
        check_lows(self, {**lows, 'idle_weight': 0.0}, 'data.')
        if not self.outcomes or not set(self.outcomes) <= set(OUTCOMES):
            raise ConfigError(
                f'data.outcomes must be some of {", ".join(OUTCOMES)}, '
                f'found [{", ".join(self.outcomes)}]'
            )
        if not 0.0 < self.validation_fraction <= 0.5:
            raise ConfigError(
                f'data.validation_fraction must be above 0 and at most 0.5, '
                f'found {self.validation_fraction}'
            )

    @property
    def weighted(self) -> bool:
        """Whether frames count differently in the loss."""
        balances = (self.balance_action_type, self.balance_scenario, self.balance_side)
        return self.idle_weight != 1.0 or any(balances)


@dataclass(frozen=True)
class AugmentationConfig:
    """How training frames are varied; one draw per clip."""

    mirror: float = 0.5
    """Share of clips mirrored, with linear_y, angular_z and the instruction's sides."""
    gain: float = 0.2
    """Contrast is multiplied by 1 +- this."""
    brightness: float = 20.0
    """Added to each pixel, +- this, of 255."""
    tint: float = 0.1
    """Each colour is multiplied by 1 +- this."""
    shift: int = 3
    """Frames are moved by up to this many pixels."""
    crop: float = 0.0
    """Up to this share of a frame's height and width is cut off, the rest enlarged."""
    noise: float = 0.0
    """Standard deviation of the noise added to each pixel, as a share of 255."""

    def __post_init__(self) -> None:
        for name in ('mirror', 'gain', 'tint', 'crop', 'noise'):
            _check_share(f'augmentation.{name}', getattr(self, name))
        check_lows(self, {'shift': 0}, 'augmentation.')


@dataclass(frozen=True)
class LossConfig:
    """What training makes small."""

    huber_delta: float = 0.1
    """Where the velocity loss turns from square to linear, in units of the codec's scale."""
    action_type_weight: float = 0.05
    """Weight of the action type's cross-entropy beside the velocity loss."""

    def __post_init__(self) -> None:
        if self.huber_delta <= 0.0 or self.action_type_weight < 0.0:
            raise ConfigError(
                f'loss needs huber_delta > 0 and action_type_weight >= 0, found '
                f'{self.huber_delta} and {self.action_type_weight}'
            )


@dataclass(frozen=True)
class TuningConfig:
    """Which weights are trained; the head always is."""

    mode: Literal['full', 'frozen', 'lora', 'parts'] = 'full'
    """Everything, the head alone, low-rank adapters on the backbone, or the parts named."""
    parts: tuple[str, ...] = ()
    """Of vision, text and projection: trained whole, in the modes parts and lora."""
    lora_r: int = 64
    """Rank of an adapter."""
    lora_alpha: float = 16.0
    """An adapter is scaled by lora_alpha / lora_r."""
    lora_dropout: float = 0.0
    """Share of an adapter's input dropped in training."""
    gradient_checkpointing: bool = False
    """Compute activations again in the backward pass: a third slower, far less memory."""

    def __post_init__(self) -> None:
        check_lows(self, {'lora_r': 1}, 'tuning.')
        unknown = [name for name in self.parts if name not in BACKBONE_PARTS]
        if unknown:
            raise ConfigError(
                f'tuning.parts knows no {", ".join(unknown)}: expected some of '
                f'{", ".join(BACKBONE_PARTS)} (the head is always trained)'
            )
        if self.parts and self.mode not in ('parts', 'lora'):
            raise ConfigError(
                f'tuning.parts is for the modes parts and lora, found mode {self.mode}: '
                f'set tuning.mode=parts, or leave tuning.parts empty'
            )
        if not 0.0 <= self.lora_dropout < 1.0 or not self.lora_alpha > 0.0:
            raise ConfigError(
                f'tuning needs 0 <= lora_dropout < 1 and lora_alpha > 0, found '
                f'{self.lora_dropout} and {self.lora_alpha}'
            )


@dataclass(frozen=True)
class OptimiserConfig:
    """AdamW, warm-up, cosine."""

    kind: Literal['adamw', 'adamw8bit', 'paged_adamw8bit'] = 'adamw'
    """The last two keep their moments in 8 bits and need bitsandbytes."""
    learning_rate: float = 1.5e-3
    """At the end of the warm-up."""
    backbone_learning_rate: float = 0.0
    """The same for all parts but the head; 0 takes `learning_rate`."""
    final_learning_rate: float = 0.0
    """At the last step, as a share of `learning_rate`."""
    weight_decay: float = 0.01
    """On matrices only."""
    warmup_steps: int = 50
    """Steps with a rising learning rate."""
    gradient_clip: float = 1.0
    """Largest norm of a gradient; 0 leaves gradients as they are."""
    accumulate: int = 1
    """Batches whose gradients are added up for one optimiser step."""
    average_decay: float = 0.99
    """Of the running mean of the weights, which is what is kept; 0 keeps the last weights."""

    def __post_init__(self) -> None:
        lows = {'warmup_steps': 0, 'accumulate': 1, 'gradient_clip': 0.0}
        check_lows(self, {**lows, 'backbone_learning_rate': 0.0}, 'optimiser.')
        if self.learning_rate <= 0.0 or not 0.0 <= self.average_decay < 1.0:
            raise ConfigError(
                'optimiser needs learning_rate > 0 and 0 <= average_decay < 1, found '
                f'{self.learning_rate} and {self.average_decay}'
            )


@dataclass(frozen=True)
class ScheduleConfig:
    """How long to train; in steps, so that a slow machine gives the same policy."""

    steps: int = 1800
    """Optimiser steps."""
    epoch_steps: int = 200
    """Steps from one validation, and one checkpoint, to the next."""
    every: int = 0
    """Steps from one checkpoint between validations to the next; 0 makes none."""
    keep: int = 2
    """How many of those checkpoints stay; 0 keeps all."""
    patience: int = 0
    """Validations without a lower loss before the run ends early; 0 never does."""

    def __post_init__(self) -> None:
        lows = {'steps': 1, 'epoch_steps': 1, 'every': 0, 'keep': 0, 'patience': 0}
        check_lows(self, lows, 'schedule.')


@dataclass(frozen=True)
class ValidationConfig:
    """What is made of the validation after each epoch."""

    figures: bool = True
    """Draw the best and the last validation as pictures."""
    figures_every: int = 0
    """Validations from one set of pictures to the next; 0 draws at the end of the run only."""

    def __post_init__(self) -> None:
        check_lows(self, {'figures_every': 0}, 'validation.')


@dataclass(frozen=True)
class PreflightConfig:
    """What is looked at before the first step."""

    stop: bool = True
    """Do not train when there is an error; otherwise only say so."""
    overfit_steps: int = 200
    """Steps at most on one batch, with `train --overfit`."""

    def __post_init__(self) -> None:
        check_lows(self, {'overfit_steps': 1}, 'preflight.')
