# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of `ros2 …` lines against what is installed; the ros2 program itself is not needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
import re
from typing import Any

import yaml

from mobile_vla_core.errors import ConfigError

from . import interfaces, launch_files, programs
from .pages import ROOT

SUITE = 'mobile_vla_'
PLACEHOLDER = '…'
FOREIGN = {'joy': ('joy_node', 'game_controller_node')}
"""Executables of other packages that the pages name."""
NODE_NAMES = {exe: (package, exe) for package, exe in programs.NODES}
READ_ONLY_VERBS = {
    'topic': ('echo', 'hz', 'info', 'list', 'bw', 'pub'),
    'node': ('list', 'info'),
    'pkg': ('executables', 'list'),
    'bag': ('record', 'info', 'play'),
    'doctor': (),
    'daemon': ('stop', 'start'),
}
TRANSITIONS = ('configure', 'activate', 'deactivate', 'cleanup', 'shutdown')


def refusal(words: Sequence[str]) -> str:
    """Return why a line that begins with ros2 cannot work, '' when it can."""
    if len(words) < 2:
        return ''
    verb, rest = words[1], [word for word in words[2:] if word != PLACEHOLDER]
    check = _CHECKS.get(verb)
    if check is not None:
        return check(rest) if rest else ''
    if verb not in READ_ONLY_VERBS:
        return f'ros2 has no verb {verb} that is checked here'
    known = READ_ONLY_VERBS[verb]
    return '' if not rest or not known or rest[0] in known else f'ros2 {verb} has no {rest[0]}'


def node_arguments_refusal(package: str, executable: str, words: Sequence[str]) -> str:
    """Return why a node would not take `--ros-args -p name:=value …`."""
    declared = {item.name: item for item in programs.parameters_of(package, executable)}
    waiting = ''
    for word in words:
        if word in ('-p', '--params-file', '-r'):
            waiting = word
        elif waiting == '-p':
            waiting = ''
            if found := parameter_refusal(declared, *_pair(word)):
                return f'{executable}: {found}'
        elif waiting == '--params-file':
            waiting = ''
            if not (ROOT / word).is_file():
                return f'{word} does not exist'
        elif waiting == '-r':
            waiting = ''
        elif word not in ('--ros-args', '--help', '-h'):
            return f'{executable} takes no argument {word}'
    return f'{waiting} without a value' if waiting else ''


def parameter_refusal(declared: dict[str, programs.Parameter], name: str, value: str) -> str:
    """Return why a parameter cannot have a value, given as text."""
    if name in programs.EVERY_NODE:
        return ''
    item = declared.get(name)
    if item is None:
        return f'no parameter {name} is declared'
    if PLACEHOLDER in value or value.startswith(('$', '~')):
        return ''
    plain = yaml.safe_load(value)
    kinds = {'bool': bool, 'int': int, 'float': float, 'string': str, 'string list': list}
    if not isinstance(plain, kinds[item.kind]):
        return f'{name} is {value!r}, expected a value of type {item.kind}'
    if item.low is not None and not item.low <= plain <= item.high:
        return f'{name} is {value}, expected {item.low} to {item.high}'
    return ''


def _run(words: Sequence[str]) -> str:
    if len(words) < 2:
        return '' if words[0].startswith(SUITE) else f'no package {words[0]} is known'
    package, executable, *rest = words
    if package in FOREIGN:
        return '' if executable in FOREIGN[package] else f'{package} has no {executable}'
    installed = programs.executables()
    if (package, executable) not in installed:
        return f'{package} has no executable {executable}'
    if (package, executable) in programs.NODES:
        return node_arguments_refusal(package, executable, rest)
    if not rest:
        return ''
    return programs.refusal_of_module(installed[package, executable], rest)


def _launch(words: Sequence[str]) -> str:
    words = [word for word in words if word not in ('--show-args', '-s')]
    package, *rest = words
    if package == 'mobile_vla_bringup':
        if not rest:
            return ''
        name, *given = rest
    else:
        name, given = package.removeprefix('launch/'), rest
    path = launch_files.FOLDER / name
    if not path.is_file():
        return f'there is no {name}'
    declared = {item.name: item for item in launch_files.arguments_of(path)}
    for name, value in map(_pair, given):
        if name not in declared:
            return f'{path.name} has no argument {name}: it has {", ".join(declared)}'
        if found := _value_refusal(declared[name], value):
            return found
    required = {name for name, item in declared.items() if item.default is None}
    missing = required - {name for name, _ in map(_pair, given)}
    return f'{path.name} needs {", ".join(sorted(missing))}' if given and missing else ''


def _value_refusal(argument: Any, value: str) -> str:
    if PLACEHOLDER in value:
        return ''
    if argument.choices and value not in argument.choices:
        return f'{argument.name} is {value}, expected one of {", ".join(argument.choices)}'
    try:
        argument.value(value)
    except ConfigError as error:
        return str(error)
    return ''


def _call(words: Sequence[str]) -> str:
    if words[0] not in ('call', 'send_goal', 'list', 'type', 'info'):
        return f'ros2 has no verb {words[0]} here'
    words = [word for word in words if word not in ('--feedback', '-f')]
    if len(words) < 3:
        return ''
    kind = interfaces.interface(words[2])
    if kind is None:
        return f'there is no type {words[2]}'
    request = getattr(kind, 'Request' if words[0] == 'call' else 'Goal')
    if found := _unknown_name(words[1], kind):
        return found
    return interfaces.refused_values(request, words[3]) if len(words) > 3 else ''


def _unknown_name(name: str, kind: type) -> str:
    """Return why a service or action such as /recorder/start is not of one of our nodes."""
    parts = name.strip('/').split('/')
    if len(parts) < 2 or parts[-2] not in NODE_NAMES:
        return f'{name} is of no node of the suite'
    package = NODE_NAMES[parts[-2]][0]
    sources = (ROOT / 'src' / package / package).rglob('*.py')
    said = re.compile(rf"['/]~?/?{parts[-1]}'")
    if not any(said.search(path.read_text()) for path in sources):
        return f'{parts[-2]} offers no {parts[-1]}'
    return ''


def _parameter(words: Sequence[str]) -> str:
    if words[0] not in ('set', 'get', 'list', 'describe', 'dump'):
        return f'ros2 param has no {words[0]} here'
    if len(words) < 3:
        return ''
    executable = words[1].strip('/').split('/')[-1]
    if executable not in NODE_NAMES:
        return f'{words[1]} is no node of the suite'
    declared = {item.name: item for item in programs.parameters_of(*NODE_NAMES[executable])}
    if words[0] != 'set':
        return '' if words[2] in declared else f'no parameter {words[2]} is declared'
    if words[2] in declared and declared[words[2]].read_only:
        return f'{words[2]} is read-only: it cannot be set'
    return parameter_refusal(declared, words[2], words[3]) if len(words) > 3 else 'no value'


def _lifecycle(words: Sequence[str]) -> str:
    if words[0] in ('get', 'list', 'nodes'):
        return ''
    known = words[0] == 'set' and len(words) == 3 and words[2] in TRANSITIONS
    return '' if known else f'lifecycle {" ".join(words)} is none of {", ".join(TRANSITIONS)}'


def _interface(words: Sequence[str]) -> str:
    if words[0] != 'show' or len(words) < 2:
        return ''
    return '' if interfaces.interface(words[1]) else f'there is no type {words[1]}'


def _pair(word: str) -> tuple[str, str]:
    name, _, value = word.partition(':=')
    return name, value


_CHECKS: dict[str, Callable[[Sequence[str]], str]] = {
    'run': _run,
    'launch': _launch,
    'service': _call,
    'action': _call,
    'param': _parameter,
    'lifecycle': _lifecycle,
    'interface': _interface,
}
