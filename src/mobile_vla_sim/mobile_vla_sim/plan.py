# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Which episodes to collect, shared by all lanes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
import threading

from mobile_vla_core.errors import ConfigError

from .scenario import SCENARIOS
from .trial import HELD_OUT_SEED


@dataclass(frozen=True)
class Job:
    """One episode to record."""

    scenario: str
    seed: int


def seeds_of(seed: int, episodes: int) -> range:
    """Return every seed that a plan of `episodes` from `seed` on may come to."""
    return range(seed, seed + 2 * episodes)


class Plan:
    """
    Scenarios in turn, seeds upwards; a failed episode is replaced by one of another seed.

    Every method may be called from any thread.
    """

    def __init__(self, episodes: int, seed: int) -> None:
        """
        Plan `episodes` jobs.

        Each scene is driven on both sides: then nothing but the instruction tells them apart.

        :param seed: of the first scene
        :raises ConfigError: if it could come to scenes that are held out for evaluation
        """
        if seeds_of(seed, episodes).stop > HELD_OUT_SEED:
            raise ConfigError(
                f'{episodes} episodes from seed {seed} on may reach the scenes held out for '
                f'evaluation, from {HELD_OUT_SEED} on: choose a smaller seed'
            )
        names = list(SCENARIOS)  # left and right of a layout stand side by side
        self._jobs = [Job(names[i % len(names)], seed + i // 2) for i in range(episodes)]
        self._jobs.reverse()
        self._spare_seed = seed + episodes
        self._spares = episodes
        self._failed: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def failed(self) -> Counter[str]:
        """Failed episodes per scenario."""
        with self._lock:
            return self._failed.copy()

    def take(self) -> Job | None:
        """Return the next job, None when all are taken."""
        with self._lock:
            return self._jobs.pop() if self._jobs else None

    def replace(self, job: Job) -> bool:
        """
        Put another seed in the place of a failed job.

        :return: False when more have failed than were planned: something is wrong
        """
        with self._lock:
            self._failed[job.scenario] += 1
            if not self._spares:
                return False
            self._spares -= 1
            self._jobs.append(Job(job.scenario, self._spare_seed))
            self._spare_seed += 1
            return True
