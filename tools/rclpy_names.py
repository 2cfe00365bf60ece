# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""
Print the names of rclpy, read from its source without importing it.

test/humble_rclpy_names.txt is made by it, from the branch `humble` of github.com/ros2/rclpy:

    git clone --branch humble https://github.com/ros2/rclpy
    python tools/rclpy_names.py rclpy/rclpy/rclpy 'COMMIT DATE' > test/humble_rclpy_names.txt

A line is a module's name, a name in a module, or a member of a class; a function is followed by
its parameters, `**` among them when it takes any. What C++ defines has no parameters here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
import re
import sys

Function = (ast.FunctionDef, ast.AsyncFunctionDef)


def parameters(function: ast.FunctionDef) -> str:
    """Return the names of a function's parameters, without `self` and the like."""
    arguments = function.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    names = [name for name in names if name not in ('self', 'cls')]
    return '(' + ', '.join([*names, *(['**'] if arguments.kwarg else [])]) + ')'


def members(name: str, body: list[ast.stmt]) -> Iterator[str]:
    """Yield the lines for what a module or a class defines or imports."""
    for node in body:
        if isinstance(node, Function):
            yield f'{name}.{node.name}{parameters(node)}'
            if node.name == '__init__':
                yield from attributes(name, node)
        elif isinstance(node, ast.ClassDef):
            yield f'{name}.{node.name}'
            yield from members(f'{name}.{node.name}', node.body)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (f'{name}.{a.asname or a.name.split(".")[0]}' for a in node.names)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (f'{name}.{t.id}' for t in targets if isinstance(t, ast.Name))
        elif isinstance(node, (ast.If, ast.Try)):
            yield from members(name, [*node.body, *node.orelse])


def attributes(name: str, constructor: ast.FunctionDef) -> Iterator[str]:
    """Yield what a constructor sets."""
    for node in ast.walk(constructor):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield f'{name}.{node.attr}'


def names_of(package: Path) -> list[str]:
    """Return the lines for all public names of a package."""
    lines = set()
    for path in sorted(package.rglob('*.py')):
        parts = ['rclpy', *path.relative_to(package).with_suffix('').parts]
        module = '.'.join(parts[:-1] if parts[-1] == '__init__' else parts)
        lines |= {module, *members(module, ast.parse(path.read_text()).body)}
    for path in sorted(package.parent.glob('src/rclpy/*.cpp')):
        found = re.findall(r'\.(?:value|def\w*)\(\s*"([A-Za-z]\w*)"', path.read_text())
        lines |= {f'rclpy.impl.implementation_singleton.{name}' for name in found}
    return sorted(
        line
        for line in lines
        if not any(
            part.startswith('_') and part != '__init__' for part in line.split('(')[0].split('.')
        )
    )


def main(package: str, origin: str) -> None:
    """Print the list, beginning with where it is from."""
    print(f'# Names of rclpy, by tools/rclpy_names.py, from {origin}')
    print('\n'.join(names_of(Path(package))))


if __name__ == '__main__':
    main(*sys.argv[1:])
