# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What a worker is started with."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from mobile_vla_core.errors import ConfigError

from .cpu_set import parse_cpus, usable_cpus

if TYPE_CHECKING:
    from .parameters import WorkerParameters

DTYPES = ('auto', 'float32', 'bfloat16')
"""Number formats of an encoder; auto is that of the checkpoint."""
IDLE = 20
"""One step beyond the niceness that Linux knows: SCHED_IDLE."""


@dataclass(frozen=True)
class WorkerSettings:
    """
    The worker's command line.

    :param checkpoint: directory of the policy
    :param device: torch device
    :param threads: threads of torch and OpenCV
    :param dtype: one of DTYPES
    :param nice: how far it steps back behind other processes, 0 to 19; IDLE: it computes only
        when none of them does
    :param cpus: such as '0,2-3'; '' for those of the process that starts it
    :param memory_megabytes: how much memory it may take, 0 for any amount; shared libraries and
        memory of a GPU do not count
    """

    checkpoint: str
    device: str = 'cpu'
    threads: int = 1
    dtype: str = 'auto'
    nice: int = 0
    cpus: str = ''
    memory_megabytes: int = 0

    @classmethod
    def of(cls, checkpoint: str, parameters: WorkerParameters) -> WorkerSettings:
        """
        Take the parameters of the node.

        :raises ConfigError: if one is none of its choices
        """
        if parameters.dtype not in DTYPES:
            known = ', '.join(DTYPES)
            raise ConfigError(f'there is no dtype "{parameters.dtype}": expected one of {known}')
        # The control process may be pinned to others, which the worker would inherit.
        cpus = parse_cpus(parameters.worker_cpus) or usable_cpus()
        return cls(
            checkpoint,
            parameters.device,
            parameters.threads,
            parameters.dtype,
            parameters.worker_nice,
            ','.join(map(str, sorted(cpus))),
            parameters.worker_memory_megabytes,
        )

    def arguments(self) -> list[str]:
        """Return the words of the command line."""
        pairs = [(f'--{key.replace("_", "-")}', str(value)) for key, value in asdict(self).items()]
        return [f'{option}={value}' for option, value in pairs]

    @classmethod
    def parse(cls, arguments: Sequence[str] | None) -> tuple[WorkerSettings, list[str]]:
        """Read them back; what is not known is left over."""
        parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
        for item in fields(cls):
            kind = {'int': int, 'float': float}.get(item.type, str)
            parser.add_argument(f'--{item.name.replace("_", "-")}', type=kind, required=True)
        known, others = parser.parse_known_args(arguments)
        return cls(**vars(known)), others
