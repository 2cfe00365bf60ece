# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""How many numbers each part of a network has, and how many of them are trained."""

from __future__ import annotations

from mobile_vla_core.policies.network import PolicyNetwork

ALL = 'all'


def parameter_table(network: PolicyNetwork) -> dict[str, tuple[int, int]]:
    """Return (in all, trained) by part, and for the whole network under 'all'."""
    table = {}
    for name, part in {**network.parts(), ALL: network}.items():
        sizes = [(p.numel(), p.requires_grad) for p in part.parameters()]
        table[name] = sum(n for n, _ in sizes), sum(n for n, trained in sizes if trained)
    return table


def format_parameters(table: dict[str, tuple[int, int]]) -> list[str]:
    """Lay the table out, one line per part."""
    return [
        f'{"parameters":12}{"in all":>15}{"trained":>15}',
        *(f'{name:12}{total:15,}{trained:15,}' for name, (total, trained) in table.items()),
    ]
