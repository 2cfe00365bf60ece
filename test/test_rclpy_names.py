# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import ast
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path
import re
import sys

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / 'tools'))
from rclpy_names import names_of  # noqa: E402

HUMBLE = [
    line
    for line in (ROOT / 'test' / 'humble_rclpy_names.txt').read_text().splitlines()
    if not line.startswith('#')
]
HERE = names_of(Path(find_spec('rclpy').origin).parent)
# Skipped on Humble, which does not tell when a publisher is matched.
ELSEWHERE = {'src/mobile_vla_sim/test/test_teleop_in_tmux.py'}
SOURCES = sorted(
    path
    for folder in ('src', 'launch', 'docker')
    for path in (ROOT / folder).rglob('*.py')
    if 'rclpy' in path.read_text()
    and 'build' not in path.relative_to(ROOT).parts
    and str(path.relative_to(ROOT)) not in ELSEWHERE
)


def names(lines: list[str]) -> set[str]:
    return {line.partition('(')[0] for line in lines}


def last_words(lines: list[str]) -> set[str]:
    return {name.rpartition('.')[2] for name in names(lines)}


def keywords(lines: list[str]) -> dict[str, set[str]]:
    """Map a function's or a class's last word to the parameters of all that are called so."""
    found = defaultdict(set)
    for line in lines:
        name, bracket, inside = line.partition('(')
        if bracket:
            owner = name.removesuffix('.__init__')
            found[owner.rpartition('.')[2]] |= set(inside.rstrip(')').split(', ')) - {''}
    return found


def guarded(tree: ast.Module) -> set[ast.AST]:
    """Return what is tried only, with another way for older versions."""
    tried = [n for n in ast.walk(tree) if isinstance(n, ast.Try)]
    return {
        inner
        for node in tried
        for handler in node.handlers
        if handler.type is not None
        and re.search('ImportError|AttributeError', ast.unparse(handler.type))
        for part in node.body
        for inner in ast.walk(part)
    }


def newer_than_humble(path: Path) -> list[str]:
    """Return what a source uses of rclpy that Humble's has not."""
    humble, found = names(HUMBLE), []
    new_words = last_words(HERE) - last_words(HUMBLE)
    humble_keywords, here_keywords = keywords(HUMBLE), keywords(HERE)
    tree = ast.parse(path.read_text())
    tried = guarded(tree)
    for node in (node for node in ast.walk(tree) if node not in tried):
        where = f'{path.relative_to(ROOT)}:{getattr(node, "lineno", 0)}'
        if isinstance(node, ast.ImportFrom) and (node.module or '').split('.')[0] == 'rclpy':
            imported = [f'{node.module}.{alias.name}' for alias in node.names]
            found += [f'{where} {name}' for name in imported if name not in humble]
        elif isinstance(node, ast.Attribute):
            dotted = ast.unparse(node)
            if re.fullmatch(r'rclpy(\.\w+)+', dotted):
                found += [] if dotted in humble else [f'{where} {dotted}']
            elif node.attr in new_words:
                found.append(f'{where} .{node.attr}')
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition('.')[2]
            known = humble_keywords.get(called, {'**'})
            for keyword in node.keywords if '**' not in known else ():
                if keyword.arg in here_keywords[called] - known:
                    found.append(f'{where} {called}({keyword.arg}=)')
    return found


@pytest.mark.parametrize('path', SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_rclpy_is_used_as_humble_has_it(path):
    assert newer_than_humble(path) == []


def test_newer_names_and_keywords_are_found(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], 'ROOT', tmp_path)
    source = tmp_path / 'node.py'
    source.write_text(
        'import rclpy\n'
        'from rclpy.event_handler import SubscriptionEventCallbacks\n'
        'try:\n'
        '    from rclpy.event_handler import PublisherEventCallbacks\n'
        'except ImportError:\n'
        '    from rclpy.qos_event import PublisherEventCallbacks\n'
        'from rclpy.node import Node\n'
        "timer = Node('a').create_timer(1.0, print, autostart=False)\n"
        'rclpy.event_handler\n'
    )
    assert sorted(newer_than_humble(source)) == [
        'node.py:2 rclpy.event_handler.SubscriptionEventCallbacks',
        'node.py:8 create_timer(autostart=)',
        'node.py:9 rclpy.event_handler',
    ]
