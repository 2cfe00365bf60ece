# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of `docker …` lines against the Dockerfiles and compose files; Docker is not needed."""

from __future__ import annotations

from collections.abc import Sequence
import re

import yaml

from .pages import ROOT

VERBS = ('run', 'up', 'down', 'build', 'logs', 'ps', 'exec', 'config', 'stop')
_WITH_VALUE = ('-f', '--file', '--profile', '-t', '--tag', '--target', '--build-arg', '-e', '-v')


def refusal(words: Sequence[str]) -> str:
    """Return why a line that begins with docker cannot work, '' when it can."""
    if len(words) < 2 or words[1] not in ('compose', 'build'):
        return f'docker {" ".join(words[1:2])} is not checked here'
    options, rest = _options(words[2:])
    files = [value for name, value in options if name in ('-f', '--file')]
    missing = [name for name in files if not (ROOT / name).is_file()]
    if missing or not files:
        return f'{", ".join(missing) or "no file"} does not exist'
    return (_compose if words[1] == 'compose' else _build)(files[0], options, rest)


def _options(words: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Part options, with their values, from the other words."""
    options, rest, waiting = [], [], ''
    for word in words:
        if waiting:
            options.append((waiting, word))
            waiting = ''
        elif word in _WITH_VALUE:
            waiting = word
        elif word.startswith('-'):
            options.append((word, ''))
        else:
            rest.append(word)
    return options, rest


def _compose(name: str, options: Sequence[tuple[str, str]], rest: Sequence[str]) -> str:
    services = yaml.safe_load((ROOT / name).read_text())['services']
    profiles = {profile for service in services.values() for profile in service['profiles']}
    unknown = [value for option, value in options if option == '--profile']
    unknown = [value for value in unknown if value not in profiles]
    if unknown:
        return f'{name} has no profile {", ".join(unknown)}'
    if not rest or rest[0] not in VERBS:
        return f'docker compose has no verb {" ".join(rest[:1])} that is checked here'
    named = rest[1:2] if rest[0] in ('run', 'exec') else rest[1:]
    unknown = [service for service in named if service not in services]
    return f'{name} has no service {", ".join(unknown)}' if unknown else ''


def _build(name: str, options: Sequence[tuple[str, str]], rest: Sequence[str]) -> str:
    text = (ROOT / name).read_text()
    arguments = set(re.findall(r'^ARG (\w+)', text, re.MULTILINE))
    stages = set(re.findall(r'^FROM \S+ AS (\w+)', text, re.MULTILINE))
    for option, value in options:
        if option == '--build-arg' and value.partition('=')[0] not in arguments:
            return f'{name} has no argument {value}'
        if option == '--target' and value not in stages:
            return f'{name} has no stage {value}'
    return '' if list(rest) == ['.'] else f'{name} is built from the root: give "."'
