# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A collection plan: which scenarios to record, what to say in each, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mobile_vla_core.errors import ConfigError, InstructionError
from mobile_vla_core.instruction import check_instruction

MOST_SCENARIOS = 9
"""One for each number key."""
DEFAULT_MINIMUM_SECONDS = 2.0

_PLAN_KEYS = ('minimum_seconds', 'scenarios')
_SCENARIO_KEYS = ('name', 'count', 'instructions', 'minimum_seconds')


@dataclass(frozen=True)
class PlannedScenario:
    """
    One row of the plan.

    :param name: name of the scenario, stored in each of its episodes
    :param count: how many episodes are wanted
    :param instructions: sentences that ask for it; taken in turn
    :param minimum_seconds: a shorter episode is discarded [s]
    """

    name: str
    count: int
    instructions: tuple[str, ...]
    minimum_seconds: float


@dataclass(frozen=True)
class CollectionPlan:
    """The scenarios, in the order of the file."""

    scenarios: tuple[PlannedScenario, ...]

    def minimum_seconds(self, scenario: str) -> float:
        """Return how long an episode of that scenario must be [s]; 0 if it is not planned."""
        return next((s.minimum_seconds for s in self.scenarios if s.name == scenario), 0.0)


def plan_path(plan: str, shipped: Path) -> Path:
    """
    Return the file of a plan.

    :param plan: a path, or the name of a plan that is shipped
    :param shipped: folder of those
    """
    path = Path(plan).expanduser()
    return path if path.suffix else shipped / f'{plan}.yaml'


def read_plan(path: Path) -> CollectionPlan:
    """
    Read a YAML file.

    :raises ConfigError: if it is absent, is not YAML, or does not hold a plan; with one sentence
    """
    try:
        values = yaml.safe_load(Path(path).read_text(encoding='utf-8'))
    except OSError as error:
        raise ConfigError(f'the plan {path} cannot be read: {error.strerror}') from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(
            f'the plan {path} is not YAML: {" ".join(str(error).split())}'
        ) from error
    try:
        return _plan(values)
    except (ConfigError, InstructionError) as error:
        raise ConfigError(f'the plan {path}: {error}') from error


def _plan(values: Any) -> CollectionPlan:
    section = _section(values, _PLAN_KEYS, 'it')
    rows = section.get('scenarios')
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_SCENARIOS:
        found = f'{len(rows)}' if isinstance(rows, list) else f'{rows!r}'
        raise ConfigError(
            f'"scenarios" must be a list of 1 to {MOST_SCENARIOS} scenarios, '
            f'one for each number key, found {found}'
        )
    minimum = _seconds(section.get('minimum_seconds', DEFAULT_MINIMUM_SECONDS), 'minimum_seconds')
    scenarios = tuple(_scenario(row, place, minimum) for place, row in enumerate(rows, start=1))
    names = [scenario.name for scenario in scenarios]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError(f'scenario "{twice[0]}" is there twice: put its instructions into one')
    return CollectionPlan(scenarios)


def _scenario(values: Any, place: int, minimum: float) -> PlannedScenario:
    section = _section(values, _SCENARIO_KEYS, f'scenario {place}')
    name = section.get('name')
    if not isinstance(name, str) or not name.strip():
        raise ConfigError(f'scenario {place} has no name, found {name!r}')
    where = f'scenario "{name}"'
    count = section.get('count')
    if type(count) is not int or count <= 0:
        raise ConfigError(f'{where}: count must be a whole number above 0, found {count!r}')
    texts = section.get('instructions')
    if not isinstance(texts, list) or not texts or not all(isinstance(t, str) for t in texts):
        raise ConfigError(
            f'{where}: instructions must be a list of one or more sentences, found {texts!r}'
        )
    try:
        instructions = tuple(check_instruction(text) for text in texts)
    except InstructionError as error:
        raise ConfigError(f'{where}: {error}') from error
    seconds = _seconds(section.get('minimum_seconds', minimum), f'{where}: minimum_seconds')
    return PlannedScenario(name.strip(), count, instructions, seconds)


def _section(values: Any, known: tuple[str, ...], where: str) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise ConfigError(
            f'{where} must hold the keys {", ".join(known)}, found {type(values).__name__}'
        )
    unknown = [str(key) for key in values if key not in known]
    if unknown:
        raise ConfigError(
            f'{where} holds an unknown key "{unknown[0]}": expected {", ".join(known)}'
        )
    return values


def _seconds(value: Any, where: str) -> float:
    if type(value) not in (int, float) or not 0.0 <= value < float('inf'):
        raise ConfigError(f'{where} must be a number of seconds, 0 or more, found {value!r}')
    return float(value)
