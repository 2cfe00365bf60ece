# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The timing of policy nodes as a table, out of their diagnostics."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

FIGURES = (
    ('command period [ms]', 'control loop', 'period'),
    ('period error [ms]', 'control loop', 'period error'),
    ('inference [ms]', 'inference', 'inference'),
    ('image to command [ms]', 'image', 'image to command'),
)
"""Title of a row, its component, and the name of its values there."""
COUNTS = (
    ('rate [Hz]', 'control loop', 'rate [Hz]'),
    ('frames', 'image', 'frames'),
    ('dropped frames', 'image', 'dropped frames'),
    ('worker restarts', 'inference', 'restarts'),
    ('free memory [MiB]', 'memory', 'free memory [MiB]'),
)
_COLUMNS = ('p50', 'p99', 'max')
_STALE = 3
_LEVELS = {0: '[green]OK[/]', 1: '[yellow]WARN[/]', 2: '[red]ERROR[/]', _STALE: '[red]STALE[/]'}


PATIENCE = 3.0
"""Diagnostics come once a second; older ones tell nothing of now [s]."""


class LatencyTable:
    """
    Remember the newest diagnostics of each node that tells its inference; times are passed in [s].

    :ivar messages: how many came of policy nodes
    """

    def __init__(self) -> None:
        self._parts: dict[str, dict[str, Any]] = {}
        self._heard: dict[str, float] = {}
        self.messages = 0

    @property
    def nodes(self) -> list[str]:
        """Names of the policy nodes that were heard."""
        return sorted(self._parts)

    def silent(self, now: float) -> set[str]:
        """Return the names of those that were heard and are not any more."""
        return {name for name, heard in self._heard.items() if now - heard > PATIENCE}

    def take(self, message: Any, now: float) -> None:
        """Take a diagnostic_msgs/DiagnosticArray; those of other nodes are passed over."""
        parts: dict[str, dict[str, Any]] = {}
        for status in message.status:
            node, _, component = status.name.partition(': ')
            parts.setdefault(node, {})[component] = status
        known = {name: part for name, part in parts.items() if 'control loop' in part}
        self._parts.update(known)
        self._heard.update(dict.fromkeys(known, now))
        self.messages += bool(known)

    def render(self, now: float) -> RenderableType:
        """Return what is to be shown; of a node that fell silent only for how long it has been."""
        if not self._parts:
            return 'waiting for a policy node …'
        silent = self.silent(now)
        return Group(
            *(
                f'/{name}: {_LEVELS[_STALE]} nothing heard for {now - self._heard[name]:.0f} s: '
                f'has the node ended?'
                if name in silent
                else _table(name, self._parts[name])
                for name in self.nodes
            )
        )


def _table(name: str, part: dict[str, Any]) -> Table:
    driving = part.get('driving')
    caption = None
    if driving is not None:
        caption = f'{_LEVELS.get(_level(driving), "")} {escape(driving.message)}'
    table = Table(title=f'/{name}', caption=caption, caption_justify='left')
    table.add_column('')
    for column in _COLUMNS:
        table.add_column(column, justify='right')
    values = {
        component: {pair.key: pair.value for pair in status.values}
        for component, status in part.items()
    }
    for title, component, figure in FIGURES:
        cells = (values.get(component, {}).get(f'{figure} {key} [ms]', '') for key in _COLUMNS)
        table.add_row(escape(title), *cells)
    table.add_section()
    for title, component, key in COUNTS:
        table.add_row(escape(title), values.get(component, {}).get(key, ''))
    for component, status in part.items():
        if component != 'driving' and _level(status) > 0:
            table.add_row(f'{_LEVELS[_level(status)]} {component}', escape(status.message))
    return table


def _level(status: Any) -> int:
    return status.level[0] if isinstance(status.level, bytes) else int(status.level)
