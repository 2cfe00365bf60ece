# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A launch file in plain values: what can be said to it, and what it then starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .argument import Argument, resolve, values
from .node_plan import Plan


@dataclass(frozen=True)
class LaunchFile:
    """
    Arguments, and a plan made of their values.

    It needs no launch library, so that it can be tested wherever the suite can be built.

    :param arguments: each by a name of its own; a default may depend on those before it
    :param plan: returns what is started
    """

    arguments: Sequence[Argument]
    plan: Callable[[Mapping[str, Any]], Sequence[Plan]]

    def plans(self, given: Mapping[str, str]) -> Sequence[Plan]:
        """Return what is started with some arguments given; ConfigError where they are wrong."""
        return self.plan(values(self.arguments, resolve(self.arguments, given)))

    def describe(self):
        """Return the launch.LaunchDescription."""
        from .description import describe  # the only part that needs launch

        return describe(self.arguments, self.plan)
