# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Every command of the documentation against what it would meet; nothing is started here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
import os
import re

import yaml

from . import docker_commands, programs, ros2_commands, settings
from .pages import Block, blocks, broken_links, inline_code, pages, ROOT
from .sentences import is_said
from .shell import Command, commands

LANGUAGES = ('bash', 'python', 'yaml', 'text')
OUTSIDE = {
    'tensorboard': 'a program of the requirements',
    'ssh': 'a program of the system',
    'tmux': 'a program of the system',
    'srun': 'needs a cluster with GPUs',
    'git': 'a program of the system',
    'cd': 'of the shell',
    'rosdep': 'needs ROS 2',
    'sudo': 'a program of the system',
    'apt-get': 'a program of the system',
    'colcon': 'builds the workspace, as make build does',
}
"""Programs that are not ours, and why they are not run here."""
NEEDS = ('hardware', 'GPU', 'ros2', 'Docker', 'network', 'time', 'terminal', 'files')
"""
What a block may be marked with instead of being run: `<!-- needs: GPU: several -->`.

A block of `ros2 …` lines alone needs ros2 and is not marked. `<!-- run: what for -->` marks the
blocks that test_documented_runs.py runs.
"""
RUNS = {
    'bash': ('as programs', 'as the recorder'),
    'python': ('after training', 'with a recorder'),
}
_PROGRAMS = {
    'episodes': 'mobile_vla_core.toolbox.command:main',
    'mobile-vla-train': 'mobile_vla_train.train:main',
    'mobile-vla-evaluate': 'mobile_vla_train.evaluate:main',
    'mobile-vla-export': 'mobile_vla_train.export:main',
    'mobile-vla-import': 'mobile_vla_train.import_checkpoint:main',
}
"""Programs that pip puts on the path."""
INLINE = (
    'ros2 ',
    'docker ',
    'mobile-vla-',
    'pip ',
    'make ',
    'python -m mobile_vla',
    'episodes ',
    'tools/',
)


def findings() -> list[str]:
    """Return a sentence for everything that does not hold, in every page."""
    found = []
    for page in pages():
        found += broken_links(page)
        for block in blocks(page):
            found += [f'{block.place}: {text}' for text in block_findings(block)]
        for code in inline_code(page):
            if said := settings.refusal(code.text):
                found.append(f'{code.place}: {said}')
            if code.text.startswith(INLINE) and not is_said(code.text):
                found += [f'{code.place}: {text}' for text in _inline_findings(code)]
    return found


def block_findings(block: Block) -> Iterator[str]:
    """Yield what is wrong with one fenced block."""
    if block.language not in LANGUAGES:
        yield f'the language is {block.language}, expected one of {", ".join(LANGUAGES)}'
    needed = {part.strip() for part in block.reason.split(':')[0].split(',')}
    if block.mark == 'needs' and not needed <= set(NEEDS):
        yield f'needs: {block.reason}: expected one of {", ".join(NEEDS)}'
    if block.mark == 'run' and block.reason not in RUNS.get(block.language, ()):
        yield f'run: {block.reason}: no test runs such a block'
    if block.language == 'bash':
        try:
            programs_named = {command.words[0] for command in commands(block.text)}
            if not block.mark and programs_named - {'ros2'}:
                yield 'neither run by a test nor marked with what it needs'
            for command in commands(block.text):
                if found := refusal(command, bool(block.mark)):
                    yield f'{" ".join(command.words)}: {found}'
        except ValueError as error:
            yield f'not a line of shell: {error}'
    elif block.language == 'python':
        if not block.mark:
            yield 'neither run by a test nor marked with what it needs'
        try:
            compile(block.text, block.place, 'exec')
        except SyntaxError as error:
            yield f'not Python: {error}'
    elif block.language == 'yaml':
        try:
            yaml.safe_load(block.text)
        except yaml.YAMLError as error:
            yield f'not YAML: {error}'


def program_of(command: Command) -> tuple[str, list[str]] | None:
    """Return `module:function` and arguments of a program of ours that is no node, else None."""
    words = [os.path.expandvars(os.path.expanduser(word)) for word in command.words]
    if words[:2] == ['ros2', 'run'] and tuple(words[2:4]) not in programs.NODES:
        target = programs.executables().get((words[2], words[3]))
        return (target, words[4:]) if target else None
    if words[:2] == ['python', '-m'] and words[2].startswith('mobile_vla_'):
        return f'{words[2]}:main', words[3:]
    if words[0] in _PROGRAMS:
        return _PROGRAMS[words[0]], words[1:]
    return None


def refusal(command: Command, marked: bool = False) -> str:
    """
    Return why a command would not work, '' when it would.

    :param marked: the block says what it needs, so a program that is not ours is in order
    """
    words = command.words
    if not words:
        return ''
    name, rest = words[0], list(words[1:])
    if name == 'ros2':
        return ros2_commands.refusal(words)
    if name == 'docker':
        return docker_commands.refusal(words)
    if name == 'make':
        return _make(rest)
    if name in ('python', 'python3'):
        return _python(rest)
    if name == 'torchrun' or (name == 'srun' and 'python' in rest):
        return _python(rest[rest.index('-m') :])
    if name in _PROGRAMS:
        return programs.refusal_of_module(_PROGRAMS[name], rest)
    if name == 'pip':
        return _paths(word for word in rest if word.startswith(('./', 'src/', 'requirements/')))
    if name in ('.', 'source'):
        return '' if rest[0].startswith('/opt/') else _paths(rest[:1])
    if name.startswith('install/'):
        return _installed(name, rest)
    if '/' in name:
        return _paths([name])
    return '' if name in OUTSIDE or marked else f'no check knows the program {name}'


def _inline_findings(code: Block) -> Iterator[str]:
    text = code.text.split('…')[0].strip()
    for command in commands(text):
        found = refusal(command)
        if found and 'required' not in found:  # a sentence may name a verb without its arguments
            yield f'{code.text}: {found}'


def _make(words: Sequence[str]) -> str:
    targets = re.findall(r'^([a-z][\w-]*):', (ROOT / 'Makefile').read_text(), re.MULTILINE)
    for word in words:
        if '=' not in word and not word.startswith('-') and word not in targets:
            return f'the Makefile has no target {word}'
    return ''


def _python(words: Sequence[str]) -> str:
    if not words:
        return ''
    if words[0] == '-m':
        module, *arguments = words[1:]
        if not module.startswith('mobile_vla_'):
            return '' if module in ('venv', 'pip', 'pytest') else f'no check knows {module}'
        return programs.refusal_of_module(module, arguments)
    return '' if words[0].startswith('-') else _paths(words[:1])


def _installed(name: str, words: Sequence[str]) -> str:
    """Check `install/PACKAGE/lib/PACKAGE/EXECUTABLE …` as `ros2 run` would be."""
    parts = name.split('/')
    if len(parts) != 5 or parts[1] != parts[3]:
        return f'{name} is no installed program'
    return ros2_commands.refusal(['ros2', 'run', parts[1], parts[4], *words])


def _paths(names: Iterator[str] | Sequence[str]) -> str:
    missing = [name for name in names if not (ROOT / name).exists()]
    return f'{", ".join(missing)} does not exist' if missing else ''
