# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The folder of a run: what is in it, and whether a run may use it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
import shutil
import tempfile
from typing import Any

import yaml

from mobile_vla_core.errors import ConfigError

from .config import TrainConfig
from .config_file import load_config

CONFIG_FILE = 'config.yaml'
CACHE = 'cache'
CHECKPOINTS = 'checkpoints'
TENSORBOARD = 'tensorboard'
VALIDATION = 'validation'
TRAINER_STATE = 'trainer_state'
STATE_FILE = 'last.ckpt'
_FREE = (
    'threads',
    'devices',
    'nodes',
    'accelerator',
    'compile',
    'log_every',
    'data.workers',
    'data.cache',
    'schedule.every',
    'schedule.keep',
    'schedule.patience',
    'validation.figures',
    'validation.figures_every',
    'preflight.stop',
    'preflight.overfit_steps',
)
"""Keys that a resumed run may change: they do not decide what is learnt from which step."""


class Existing(Enum):
    """What becomes of a run that is in the folder already."""

    REFUSE = 'refuse'
    """It is not touched: training elsewhere is asked for."""
    RESUME = 'resume'
    """It goes on."""
    OVERWRITE = 'overwrite'
    """It is trained anew."""
    LEAVE = 'leave'
    """It stays: nothing is trained, only looked at."""


class RunFolder:
    """
    Where a run writes.

    :param path: created by `prepare` when absent
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)

    @property
    def state(self) -> Path:
        """The file from which a run goes on."""
        return self.path / TRAINER_STATE / STATE_FILE

    @property
    def config(self) -> Path:
        """The configuration of the run, resolved."""
        return self.path / CONFIG_FILE

    @property
    def holds_run(self) -> bool:
        """Whether something was trained here."""
        return any((self.path / name).exists() for name in (CHECKPOINTS, TRAINER_STATE))

    def prepare(self, option: str = '--output') -> list[Path]:
        """
        Make sure that the folder is there and can be written to.

        :param option: what chooses another folder
        :return: the folders that were created for that, the innermost first; each by one of
            several processes that do so at once
        :raises ConfigError: if not
        """
        created = []
        try:
            for path in reversed((self.path, *self.path.parents)):
                if not path.exists():
                    with suppress(FileExistsError):
                        path.mkdir()
                        created.insert(0, path)
            with tempfile.TemporaryFile(dir=self.path):
                pass
        except OSError as error:
            remove_empty(created)
            raise ConfigError(
                f'cannot write into {self.path} ({error.strerror}): choose another {option}'
            ) from error
        return created

    @contextmanager
    def prepared(self) -> Iterator[None]:
        """Prepare; what is refused within leaves no folder behind that was not there before."""
        created = self.prepare()
        try:
            yield
        except BaseException:
            remove_empty(created)
            raise

    def check_vacant(self) -> None:
        """
        Refuse to train over what was trained before.

        :raises ConfigError: if there is a run
        """
        if self.holds_run:
            raise ConfigError(
                f'{self.path} already holds a run: --resume goes on with it, --overwrite trains '
                f'it anew, or choose another --output'
            )

    def check_resumable(self, config: TrainConfig) -> None:
        """
        Refuse to go on with another configuration, from nothing.

        :raises ConfigError: if there is no state that can be read, or a key differs that decides
            what is learnt
        """
        if config.deepspeed:
            raise ConfigError(
                f'strategy {config.strategy} leaves no state that a run could go on from: train '
                f'anew with --overwrite, or with strategy=fsdp'
            )
        if not self.state.exists():
            raise ConfigError(f'{self.state} does not exist: there is nothing to resume')
        if not self.config.exists():
            return
        before = _flat(load_config(str(self.config)).to_dict())
        now = _flat(config.to_dict())
        differing = [
            f'{key} ({before[key]} in the run, {now[key]} now)'
            for key in now
            if before[key] != now[key] and key not in _FREE
        ]
        if differing:
            raise ConfigError(
                f'{self.path} was trained with another configuration: {"; ".join(differing)}. '
                f'Leave these keys as they were to go on, or train into another --output'
            )

    def clear(self) -> None:
        """Remove what was trained; the cache and the split of the episodes stay."""
        for name in (CHECKPOINTS, TRAINER_STATE, TENSORBOARD, VALIDATION):
            shutil.rmtree(self.path / name, ignore_errors=True)

    def write_config(self, config: TrainConfig) -> None:
        """Store the resolved configuration."""
        text = yaml.safe_dump(config.to_dict(), sort_keys=False, allow_unicode=True)
        fresh = self.config.with_name(f'.{CONFIG_FILE}.part')
        fresh.write_text(text, encoding='utf-8')
        fresh.replace(self.config)


def remove_empty(folders: Sequence[Path]) -> None:
    """Remove folders, the innermost first, up to one that something lies in."""
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return


def _flat(values: Mapping[str, Any], prefix: str = '') -> dict[str, Any]:
    """Return values by key as in an override; a network's own settings are one value."""
    flat = {}
    for name, value in values.items():
        key = f'{prefix}{name}'
        if isinstance(value, Mapping) and key != 'policy.network':
            flat.update(_flat(value, f'{key}.'))
        else:
            flat[key] = value
    return flat
