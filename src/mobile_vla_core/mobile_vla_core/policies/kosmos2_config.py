# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that the shape of a Kosmos-2 policy follows from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
import inspect
from typing import Any

from huggingface_hub.errors import StrictDataclassError
from transformers import Kosmos2Config
from transformers.models.kosmos2.configuration_kosmos2 import (
    Kosmos2TextConfig,
    Kosmos2VisionConfig,
)

from ..action_space import VELOCITY_DIM
from ..errors import ConfigError
from .settings import check_settings

SLOT = '{instruction}'
HEADS = ('chunk', 'original')
VELOCITIES = ('linear', 'tanh')
_SECTIONS = {'text': Kosmos2TextConfig, 'vision': Kosmos2VisionConfig}


@dataclass(frozen=True)
class Kosmos2LstmConfig:
    """The defaults are microsoft/kosmos-2-patch14-224 with a chunk of ten actions."""

    window: int = 8
    """Features that the LSTM sees."""
    chunk: int = 10
    """Actions predicted at once."""
    height: int = 224
    """Rows of a frame [pixels]; as the vision model has them."""
    width: int = 224
    """Columns of a frame [pixels]; as the vision model has them."""
    head: str = 'chunk'
    """chunk: four logits for the action type; original: one, and tanh velocities."""
    velocity: str = 'linear'
    """linear, or tanh times `velocity_bound`; the original head is always tanh."""
    velocity_bound: tuple[float, ...] = (1.0,) * VELOCITY_DIM
    """What tanh is multiplied by, in units of the codec's scale: linear x, linear y, angular z."""
    lstm_layers: int = 4
    """Layers of the LSTM."""
    lstm_dim: int = 1024
    """Width of the LSTM's state."""
    prompt: str = f'<grounding>An image of a robot {SLOT}'
    """What the text model reads; the braces hold the instruction."""
    max_text: int = 256
    """Most tokens of a prompt."""
    backbone: dict[str, Any] = field(default_factory=dict)
    """Deviations from Kosmos2Config: `text`, `vision` (sections) and `latent_query_num`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, 'velocity_bound', tuple(map(float, self.velocity_bound)))
        sizes = {
            name: getattr(self, name)
            for name in ('window', 'chunk', 'lstm_layers', 'lstm_dim', 'max_text')
        }
        if any(not isinstance(value, int) or value < 1 for value in sizes.values()):
            raise ConfigError(f'kosmos2_lstm needs whole sizes of at least 1, found {sizes}')
        for name, known in (('head', HEADS), ('velocity', VELOCITIES)):
            if getattr(self, name) not in known:
                raise ConfigError(
                    f'kosmos2_lstm: {name} must be one of {", ".join(known)}, '
                    f'found "{getattr(self, name)}"'
                )
        if len(self.velocity_bound) != VELOCITY_DIM or min(self.velocity_bound) <= 0.0:
            raise ConfigError(
                f'kosmos2_lstm: velocity_bound must be {VELOCITY_DIM} numbers above 0, '
                f'found {list(self.velocity_bound)}'
            )
        if self.prompt.count(SLOT) != 1:
            raise ConfigError(f'kosmos2_lstm: prompt must hold {SLOT} once, found "{self.prompt}"')
        _check_backbone(self.backbone)
        size = self.backbone_config().vision_config.image_size
        if (self.height, self.width) != (size, size):
            raise ConfigError(
                f'kosmos2_lstm sees frames of {size} x {size} pixels, found {self.height} x '
                f'{self.width}: set data.height and data.width to {size}'
            )

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Kosmos2LstmConfig:
        """Build from plain values; ConfigError when a key is unknown."""
        check_settings('kosmos2_lstm', values, cls.__dataclass_fields__)
        try:
            return cls(**values)
        except (TypeError, ValueError) as error:
            raise ConfigError(f'kosmos2_lstm: a setting has the wrong type: {error}') from error

    def to_values(self) -> dict[str, Any]:
        """Return plain values, as stored in a checkpoint."""
        return {**asdict(self), 'velocity_bound': list(self.velocity_bound)}

    def backbone_config(self) -> Kosmos2Config:
        """Return what transformers builds the backbone from."""
        values = dict(self.backbone)
        sections = {f'{name}_config': dict(values.pop(name, {})) for name in _SECTIONS}
        try:
            return Kosmos2Config(**sections, **values)
        except (StrictDataclassError, TypeError, ValueError) as error:
            reason = ' '.join(str(error).split())
            raise ConfigError(f'kosmos2_lstm: backbone cannot be used: {reason}') from error


def backbone_deviations(config: Kosmos2Config) -> dict[str, Any]:
    """Return the setting `backbone` that gives a configuration of transformers again."""
    found: dict[str, Any] = {}
    for name, kind in _SECTIONS.items():
        section, default = getattr(config, f'{name}_config'), kind()
        changed = {
            key: getattr(section, key)
            for key in _settings(kind)
            if getattr(section, key) != getattr(default, key)
        }
        if changed:
            found[name] = changed
    if config.latent_query_num != Kosmos2Config().latent_query_num:
        found['latent_query_num'] = config.latent_query_num
    return found


def _check_backbone(values: Mapping[str, Any]) -> None:
    sections = [values, *(values.get(name, {}) for name in _SECTIONS if isinstance(values, dict))]
    if not all(isinstance(section, Mapping) for section in sections):
        raise ConfigError('kosmos2_lstm: backbone, its text and its vision are sections with keys')
    found = [*values, *(f'{name}.{key}' for name in _SECTIONS for key in values.get(name, {}))]
    known = [
        *_SECTIONS,
        'latent_query_num',
        *(f'{name}.{key}' for name, kind in _SECTIONS.items() for key in sorted(_settings(kind))),
    ]
    check_settings(
        'kosmos2_lstm: backbone',
        found,
        known,
        'latent_query_num, or what Kosmos2TextConfig and Kosmos2VisionConfig of transformers '
        'have, under text and vision',
    )


def _settings(kind: type) -> set[str]:
    return set(inspect.get_annotations(kind)) & set(kind.__dataclass_fields__)
