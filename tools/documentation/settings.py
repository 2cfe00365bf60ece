# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Settings that the text of a page names, such as `schedule.steps=3000` or `autostart:=true`."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
import re

from mobile_vla_core.errors import ConfigError
from mobile_vla_core.policies.kosmos2_config import Kosmos2LstmConfig
from mobile_vla_core.policies.nano import NanoConfig
from mobile_vla_train.config_file import config_keys, load_config

from . import launch_files, programs

_NETWORK = 'policy.network.'
_KEY = re.compile(r'([a-z]+\.[a-z_.]+?)(?:=(\S+))?$')
_ASSIGNMENT = re.compile(r'([a-z_]+):=\S*$')
_FILE = re.compile(r'\.(yaml|json|py|md|png|html|xml|txt)$')


def refusal(text: str) -> str:
    """Return why a piece of inline code names no setting, '' when it does or is none."""
    assignment, key = _ASSIGNMENT.match(text), _KEY.match(text)
    if assignment:
        name = assignment[1]
        return '' if name in assignable() else f'{name} is no launch argument or parameter'
    if key and not _FILE.search(text) and key[1].split('.')[0] in sections():
        return _key_refusal(key[1], key[2])
    return ''


def _key_refusal(name: str, value: str | None) -> str:
    if name.startswith(_NETWORK):
        known = {item.name for kind in (NanoConfig, Kosmos2LstmConfig) for item in fields(kind)}
        part = name.removeprefix(_NETWORK)
        return '' if part in known or not part else f'no network has a setting {part}'
    if name not in config_keys():
        return f'{name} is no key of the training configuration'
    try:
        load_config('nano', [] if value is None else [f'{name}={value}'])
    except ConfigError as error:
        return str(error)
    return ''


@cache
def sections() -> frozenset[str]:
    """Return the sections of the training configuration."""
    return frozenset(key.split('.')[0] for key in config_keys() if '.' in key)


@cache
def assignable() -> frozenset[str]:
    """Return what may stand before `:=`: launch arguments and parameters of nodes."""
    paths = launch_files.launch_files()
    arguments = (item for path in paths for item in launch_files.arguments_of(path))
    parameters = (item for node in programs.NODES for item in programs.parameters_of(*node))
    return frozenset(item.name for item in (*arguments, *parameters)) | set(programs.EVERY_NODE)
