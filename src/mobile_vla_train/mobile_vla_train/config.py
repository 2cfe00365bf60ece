# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The typed training configuration: defaults, then a YAML file, then the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, is_dataclass
import difflib
from pathlib import Path
from typing import Any, get_type_hints

import yaml

from mobile_vla_core.errors import ConfigError

CONFIGS = Path(__file__).with_name('configs')


@dataclass(frozen=True)
class PolicyConfig:
    """What is trained."""

    architecture: str = 'nano'
    """Name of the network."""
    network: dict[str, Any] = field(default_factory=dict)
    """The network's own settings; what is not given keeps its default."""


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
    """Frames of a clip, each encoded once."""
    clips_per_batch: int = 6
    """Clips of a batch, from different episodes where there are enough."""


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


@dataclass(frozen=True)
class LossConfig:
    """What training makes small."""

    huber_delta: float = 0.1
    """Where the velocity loss turns from square to linear, in units of the codec's scale."""
    action_type_weight: float = 0.05
    """Weight of the action type's cross-entropy beside the velocity loss."""


@dataclass(frozen=True)
class OptimiserConfig:
    """AdamW, warm-up, cosine."""

    learning_rate: float = 1.5e-3
    """At the end of the warm-up."""
    final_learning_rate: float = 0.0
    """At the last step, as a share of `learning_rate`."""
    weight_decay: float = 0.01
    """On matrices only."""
    warmup_steps: int = 50
    """Steps with a rising learning rate."""
    gradient_clip: float = 1.0
    """Largest norm of a gradient."""
    average_decay: float = 0.99
    """Of the running mean of the weights, which is what is kept; 0 keeps the last weights."""


@dataclass(frozen=True)
class ScheduleConfig:
    """How long to train; in steps, so that a slow machine gives the same policy."""

    steps: int = 1800
    """Optimiser steps."""
    epoch_steps: int = 200
    """Steps from one validation, and one checkpoint, to the next."""


@dataclass(frozen=True)
class TrainConfig:
    """The whole configuration of a run."""

    policy: PolicyConfig = field(default_factory=PolicyConfig)
    data: DataConfig = field(default_factory=DataConfig)
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    seed: int = 1
    """Of weights, clips and augmentation."""
    threads: int = 0
    """CPU threads; 0 takes all cores."""
    accelerator: str = 'cpu'
    """Lightning's accelerator: cpu, gpu or auto."""
    precision: str = '32-true'
    """Lightning's precision: 32-true or bf16-mixed."""

    def __post_init__(self) -> None:
        for name, (value, low) in {
            'data.clip_length': (self.data.clip_length, 1),
            'data.clips_per_batch': (self.data.clips_per_batch, 1),
            'schedule.steps': (self.schedule.steps, 1),
            'schedule.epoch_steps': (self.schedule.epoch_steps, 1),
            'optimiser.warmup_steps': (self.optimiser.warmup_steps, 0),
            'augmentation.shift': (self.augmentation.shift, 0),
            'data.step_period': (self.data.step_period, 0.0),
            'threads': (self.threads, 0),
        }.items():
            if value < low:
                raise ConfigError(f'{name} must be at least {low}, found {value}')
        if not 0.0 < self.data.validation_fraction <= 0.5:
            raise ConfigError(
                f'data.validation_fraction must be above 0 and at most 0.5, '
                f'found {self.data.validation_fraction}'
            )
        if self.optimiser.learning_rate <= 0.0 or not 0.0 <= self.optimiser.average_decay < 1.0:
            raise ConfigError(
                'optimiser needs learning_rate > 0 and 0 <= average_decay < 1, found '
                f'{self.optimiser.learning_rate} and {self.optimiser.average_decay}'
            )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as stored in the run folder."""
        return asdict(self)


def config_keys(kind: type = TrainConfig, prefix: str = '') -> list[str]:
    """Return every key as it is written in an override, such as 'schedule.steps'."""
    types = get_type_hints(kind)
    keys = []
    for entry in fields(kind):
        inner, name = types[entry.name], f'{prefix}{entry.name}'
        keys += config_keys(inner, f'{name}.') if is_dataclass(inner) else [name]
    return keys


def load_config(source: str, overrides: Sequence[str] = ()) -> TrainConfig:
    """
    Read a configuration.

    :param source: name of a shipped configuration such as 'nano', or a path of a YAML file
    :param overrides: `section.key=value`, the value in YAML
    :raises ConfigError: if the file or a key is unknown, or a value has the wrong type
    """
    values = _read(source)
    for override in overrides:
        key, separator, text = override.partition('=')
        if not separator or not key:
            raise ConfigError(
                f'"{override}" is not an override: expected key=value, '
                f'such as optimiser.learning_rate=1e-3'
            )
        _assign(values, key.split('.'), _parse(text, key), key)
    return _build(TrainConfig, values, '')


def _read(source: str) -> dict[str, Any]:
    shipped = sorted(path.stem for path in CONFIGS.glob('*.yaml'))
    path = CONFIGS / f'{source}.yaml' if source in shipped else Path(source)
    try:
        values = yaml.safe_load(path.read_text(encoding='utf-8'))
    except OSError as error:
        raise ConfigError(
            f'configuration "{source}" is neither a readable file nor one of {", ".join(shipped)}'
        ) from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f'{path} is not YAML: {" ".join(str(error).split())}') from error
    if values is not None and not isinstance(values, dict):
        raise ConfigError(f'{path}: expected sections with keys, found {type(values).__name__}')
    return values or {}


def _parse(text: str, key: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f'{key}: {text!r} is not a YAML value') from error


def _assign(values: dict[str, Any], path: list[str], value: Any, key: str) -> None:
    for name in path[:-1]:
        values = values.setdefault(name, {})
        if not isinstance(values, dict):
            raise ConfigError(f'{key}: "{name}" is a value and has no keys of its own')
    values[path[-1]] = value


def _build(kind: type, values: Any, prefix: str) -> Any:
    if not isinstance(values, Mapping):
        raise ConfigError(f'{prefix.rstrip(".")} is a section with keys of its own')
    types = get_type_hints(kind)
    names = [entry.name for entry in fields(kind)]
    arguments = {}
    for name, value in values.items():
        if name not in names:
            raise ConfigError(
                f'unknown configuration key "{prefix}{name}": did you mean '
                f'"{_nearest_key(prefix, str(name))}"? All keys are in train --help'
            )
        expected = types[name]
        if is_dataclass(expected):
            arguments[name] = _build(expected, value, f'{prefix}{name}.')
        else:
            arguments[name] = _convert(value, expected, f'{prefix}{name}')
    return kind(**arguments)


def _nearest_key(prefix: str, name: str) -> str:
    """Guess what was meant: a key of that name in any section, else the most similar one."""
    keys = config_keys()
    sections = sorted({key.rsplit('.', 1)[0] for key in keys if '.' in key})
    same_name = [key for key in keys if key.rsplit('.', 1)[-1] == name]
    near = same_name or difflib.get_close_matches(f'{prefix}{name}', keys + sections, n=1)
    return near[0] if near else difflib.get_close_matches(name, keys, n=1, cutoff=0.0)[0]


def _convert(value: Any, expected: Any, key: str) -> Any:
    """Accept a value of the field's type; YAML reads 1e-3 as text and 1 as an integer."""
    if expected is float and not isinstance(value, bool):
        try:
            return float(value)
        except (TypeError, ValueError):
            pass
    plain = dict if expected not in (int, str) else expected
    if expected is not float and isinstance(value, plain) and not isinstance(value, bool):
        return value
    wanted = {int: 'a whole number', float: 'a number', str: 'text'}.get(expected, 'a mapping')
    raise ConfigError(f'{key} must be {wanted}, found {value!r}')
