# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The driving card: what a policy was trained for, and so where it may be served."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .action_space import ACTION_NAMES, ACTION_UNITS, ActionCodec
from .errors import CheckpointError, ConfigError, MobileVlaError
from .images import Preprocessing

CARD_FILE = 'policy.yaml'
SCHEMA = 'mobile_vla_policy'
SCHEMA_VERSION = '1.0'


@dataclass(frozen=True)
class PolicyCard:
    """
    Everything besides the tensors that serving needs; reads and writes without torch.

    :param architecture: name of the network, such as 'nano'
    :param network: the network's own settings
    :param window: W, frames that a prediction rests on
    :param chunk: C, actions predicted at once
    :param step_period: time between frames and between actions of a chunk [s]
    :param cameras: names of the cameras seen in training, the first is the one that is fed
    :param instructions: those seen in training
    :param data_fingerprint: SHA-256 over the training episodes
    :param software: what made the checkpoint
    :param weights_sha256: of the tensor file; '' before it is written
    :param camera_width: columns of that camera's pictures [pixels], 0 when not recorded
    :param camera_height: rows of that camera's pictures [pixels], 0 when not recorded
    :param camera_encoding: of that camera's topic, '' when not recorded
    :param assets: SHA-256 of the other files that the network needs, by name
    """

    architecture: str
    network: dict[str, Any]
    window: int
    chunk: int
    step_period: float
    preprocessing: Preprocessing
    codec: ActionCodec
    cameras: list[str] = field(default_factory=list)
    instructions: list[str] = field(default_factory=list)
    data_fingerprint: str = ''
    software: str = ''
    weights_sha256: str = ''
    assets: dict[str, str] = field(default_factory=dict)
    camera_width: int = 0
    camera_height: int = 0
    camera_encoding: str = ''

    def __post_init__(self) -> None:
        if self.window < 1 or self.chunk < 1 or not self.step_period > 0.0:
            raise ConfigError(
                f'a policy needs window >= 1, chunk >= 1 and step_period > 0 s, '
                f'found {self.window}, {self.chunk}, {self.step_period}'
            )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as stored in policy.yaml."""
        return {
            'schema': SCHEMA,
            'schema_version': SCHEMA_VERSION,
            'architecture': self.architecture,
            'network': dict(self.network),
            'window': self.window,
            'chunk': self.chunk,
            'step_period': self.step_period,
            'preprocessing': self.preprocessing.to_dict(),
            'action': {
                'names': list(ACTION_NAMES),
                'units': list(ACTION_UNITS),
                **self.codec.to_dict(),
                'fingerprint': self.codec.fingerprint,
            },
            'cameras': list(self.cameras),
            'camera_width': self.camera_width,
            'camera_height': self.camera_height,
            'camera_encoding': self.camera_encoding,
            'instructions': list(self.instructions),
            'data_fingerprint': self.data_fingerprint,
            'software': self.software,
            'weights_sha256': self.weights_sha256,
            'assets': dict(self.assets),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any], source: str = CARD_FILE) -> PolicyCard:
        """
        Rebuild a card.

        :param source: named in error messages
        :raises CheckpointError: if it is of another schema or action space, or incomplete
        """
        _check_schema(content, source)
        try:
            action = content['action']
            codec = ActionCodec.from_dict(action)
            _check_action_space(action, codec, source)
            return cls(
                architecture=str(content['architecture']),
                network=dict(content['network']),
                window=int(content['window']),
                chunk=int(content['chunk']),
                step_period=float(content['step_period']),
                preprocessing=Preprocessing.from_dict(content['preprocessing']),
                codec=codec,
                cameras=[str(name) for name in content['cameras']],
                instructions=[str(text) for text in content['instructions']],
                data_fingerprint=str(content['data_fingerprint']),
                software=str(content['software']),
                weights_sha256=str(content['weights_sha256']),
                camera_width=int(content.get('camera_width', 0)),
                camera_height=int(content.get('camera_height', 0)),
                camera_encoding=str(content.get('camera_encoding', '')),
                assets={str(k): str(v) for k, v in content.get('assets', {}).items()},
            )
        except KeyError as error:
            raise CheckpointError(
                f'{source} lacks {error}: the checkpoint is incomplete, train or copy it again'
            ) from error
        except CheckpointError:
            raise
        except (AttributeError, TypeError, ValueError, MobileVlaError) as error:
            raise CheckpointError(f'{source} cannot be used: {error}') from error

    def save(self, directory: Path) -> Path:
        """Write policy.yaml into an existing directory."""
        path = Path(directory) / CARD_FILE
        text = yaml.safe_dump(self.to_dict(), sort_keys=False, allow_unicode=True)
        path.write_text(text, encoding='utf-8')
        return path

    @classmethod
    def load(cls, directory: Path) -> PolicyCard:
        """
        Read policy.yaml.

        :raises CheckpointError: if the directory or the file is missing or cannot be used
        """
        if not str(directory) or Path(directory) == Path():
            raise CheckpointError(
                'no checkpoint is given: set `checkpoint` to a directory such as '
                '<run>/checkpoints/best'
            )
        directory = Path(directory)
        path = directory / CARD_FILE
        if not directory.is_dir():
            raise CheckpointError(
                f'{directory} is not a folder: give a checkpoint directory such as '
                f'<run>/checkpoints/best'
            )
        try:
            content = yaml.safe_load(path.read_text(encoding='utf-8'))
        except FileNotFoundError as error:
            raise CheckpointError(
                f'{directory} holds no {CARD_FILE}: give a checkpoint directory such as '
                f'<run>/checkpoints/best'
            ) from error
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            reason = ' '.join(str(error).split())
            raise CheckpointError(f'{path} cannot be read: {reason}') from error
        return cls.from_dict(content if isinstance(content, dict) else {}, str(path))

    def describe(self) -> str:
        """Return the driving card as Markdown."""
        limits = '\n'.join(
            f'| {name} | {low:+.3f} | {high:+.3f} | {unit} |'
            for name, unit, (low, high) in zip(
                ACTION_NAMES, ACTION_UNITS, self.codec.limits, strict=False
            )
        )
        instructions = '\n'.join(f'- {text}' for text in self.instructions) or '- none recorded'
        picture = self.preprocessing
        return (
            f'# Driving card: {self.architecture}\n\n'
            f'Serve this directory with the `policy` node: '
            f'`checkpoint:=<this directory>`. It needs nothing else.\n\n'
            f'- Frames: {picture.width}x{picture.height} RGB, one every '
            f'{self.step_period:.3f} s, from camera '
            f'{self.cameras[0] if self.cameras else "(any)"}'
            f'{self._describe_camera()}\n'
            f'- Looks back over {self.window} frames '
            f'({(self.window - 1) * self.step_period:.2f} s), predicts {self.chunk} actions '
            f'({self.chunk * self.step_period:.2f} s)\n'
            f'- Made by {self.software or "unknown software"} from data '
            f'`{self.data_fingerprint[:12] or "unknown"}`\n\n'
            f'## Commands it can give\n\n'
            f'| dimension | lowest | highest | unit |\n|---|---|---|---|\n{limits}\n\n'
            f'## Instructions it was trained on\n\n{instructions}\n'
        )

    def _describe_camera(self) -> str:
        if not self.camera_width:
            return ''
        return f' ({self.camera_width}x{self.camera_height} {self.camera_encoding})'


def _check_schema(content: Mapping[str, Any], source: str) -> None:
    schema, version = content.get('schema'), str(content.get('schema_version', ''))
    if schema != SCHEMA or version.split('.')[0] != SCHEMA_VERSION.split('.')[0]:
        raise CheckpointError(
            f'{source}: found schema "{schema}" version "{version}", '
            f'expected "{SCHEMA}" version "{SCHEMA_VERSION}"'
        )


def _check_action_space(action: Mapping[str, Any], codec: ActionCodec, source: str) -> None:
    for key, expected in (('names', list(ACTION_NAMES)), ('units', list(ACTION_UNITS))):
        found = [str(value) for value in action[key]]
        if found != expected:
            raise CheckpointError(
                f'{source}: another action space: found {key} {", ".join(found)}, '
                f'expected {", ".join(expected)}'
            )
    if action['fingerprint'] != codec.fingerprint:
        raise CheckpointError(
            f'{source}: the action space was changed after training: scale and limits do not '
            f'match their fingerprint; restore the file or train again'
        )
