# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Write docs/configuration.md: everything that can be set, from the code that declares it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
import re
from typing import Any

import yaml

from mobile_vla_core.policies.kosmos2_config import Kosmos2LstmConfig
from mobile_vla_core.policies.nano import NanoConfig

from . import launch_files, programs, train_keys
from .pages import ROOT

PAGE = ROOT / 'docs' / 'configuration.md'
INTRODUCTION = """\
# Configuration

Written by `tools/document` from the code; a test fails when it is out of date. What each value is
good for stands in the guides: [recording](recording.md), [collecting](collecting.md),
[training](training.md), [serving](serving.md).

* [Launch arguments](#launch-files): `ros2 launch mobile_vla_bringup … name:=value`;
  `--show-args` lists them.
* [Node parameters](#nodes): `--ros-args -p name:=value`, a YAML file, or the launch argument of
  that name.
* [Training keys](#training): `key=value` behind `train`, or a YAML file with `--config`.
"""
OF_NODE = {
    'recorder': 'All are read once, at start.',
    'teleop': 'All are read once, at start.',
    'policy': 'All but `instruction` are read at *configure*.',
    'guard': 'All are read once, at start.',
    'sim': 'All are read once, at start.',
}
_OF_FILE = '†'
_FROM_FILE = re.compile("that of params_file, else '(.*)'")
NETWORKS = {'nano': NanoConfig, 'kosmos2_lstm': Kosmos2LstmConfig}


def text() -> str:
    """Return the whole page."""
    return '\n'.join([INTRODUCTION, *_launch(), *_nodes(), *_training()])


def _launch() -> Iterator[str]:
    yield '## Launch files\n'
    yield f'Marked {_OF_FILE}: a value in the parameter file comes first.\n'
    for path in launch_files.launch_files():
        yield f'### {path.name}\n'
        yield launch_files.about(path) + '\n'
        rows = (
            (
                _code(item.name),
                _default(item.default),
                _choices(item),
                item.description,
            )
            for item in launch_files.arguments_of(path)
        )
        yield _table(('argument', 'default', 'values', ''), rows)
    yield '### Parameter files\n'
    yield 'In `launch/config`, for the argument `params_file`:\n'
    rows = ((_code(path.name), _first_comment(path)) for path in _parameter_files())
    yield _table(('file', ''), rows)


def _nodes() -> Iterator[str]:
    yield '## Nodes\n'
    yield 'Every node has `use_sim_time` (`false`) as well.\n'
    for package, executable in programs.NODES:
        yield f'### {executable}\n'
        yield f'`ros2 run {package} {executable}`. {OF_NODE[executable]}\n'
        rows = (
            (
                _code(item.name),
                item.kind,
                _value(item.default),
                '' if item.low is None else f'{_number(item.low)} to {_number(item.high)}',
                item.description,
            )
            for item in programs.parameters_of(package, executable)
        )
        yield _table(('parameter', 'type', 'default', 'range', ''), rows)


def _training() -> Iterator[str]:
    yield '## Training\n'
    head = ('key', 'type', 'default', 'range', '')
    rows = [
        (_code(key.name), key.kind, _value(key.default), key.range, key.description)
        for key in train_keys.all_keys()
    ]
    yield _table(head, rows)
    for name, kind in NETWORKS.items():
        yield f'### policy.network of {name}\n'
        texts = train_keys.descriptions(kind)
        rows = [
            (_code(item.name), _value(getattr(kind(), item.name)), texts[item.name])
            for item in fields(kind)
        ]
        yield _table(('key', 'default', ''), rows)


def _parameter_files() -> list:
    return sorted((launch_files.FOLDER / 'config').glob('*.yaml'))


def _first_comment(path) -> str:
    """Return the sentence that a parameter file begins with, below the licence."""
    comments = [line[1:].strip() for line in path.read_text().splitlines() if line[:1] == '#']
    said = [line for line in comments if line and not line.startswith(('Copyright', 'SPDX'))]
    return ' '.join(said) or f'for {", ".join(sorted(yaml.safe_load(path.read_text())))}'


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ['---'] * len(head), *rows]
    cells = ([_cell(part) for part in line] for line in lines)
    return '\n'.join('| ' + ' | '.join(line) + ' |' for line in cells) + '\n'


def _cell(part: str) -> str:
    return part.replace('|', '\\|').replace('<', '&lt;')


def _code(part: str) -> str:
    return f'`{part}`'


def _value(value: Any) -> str:
    if value in ('', None) or value == {}:
        return '(empty)'
    if isinstance(value, tuple):
        return f'[{", ".join(map(str, value))}]'
    return str(value).lower() if isinstance(value, bool) else str(value)


def _choices(item: Any) -> str:
    return ', '.join(map(_code, item.choices)) or ('' if item.kind is str else item.kind.__name__)


def _default(value: Any) -> str:
    """Return the default of a launch argument: a text, one that depends, or none."""
    if value is None:
        return '**must be given**'
    text = getattr(value, 'text', value)
    found = _FROM_FILE.fullmatch(text)
    return f'{_value(found[1])} {_OF_FILE}' if found else _value(text)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)
