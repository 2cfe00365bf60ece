# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""`collect.json`: every run of `collect` into a folder, and what they come to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mobile_vla_core.errors import ConfigError

from .plan import seeds_of

RECORD_NAME = 'collect.json'
_SUMS = ('episodes', 'frames', 'dropped', 'failed', 'seconds')


class CollectRecord:
    """
    The runs of a folder; no two of them draw the same scene.

    The seeds of a run are written down before it begins, so that a killed one keeps them.

    :param folder: of the episodes
    :raises ConfigError: if there is a record that cannot be read
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / RECORD_NAME
        self._runs = _read_runs(self._path)

    @property
    def next_seed(self) -> int:
        """First seed that no run has taken."""
        return max((run['seeds_taken'][1] for run in self._runs), default=0)

    def begin(self, seed: int, episodes: int) -> None:
        """
        Take the seeds of a run.

        :param episodes: how many are asked for
        :raises ConfigError: if an earlier run has taken one of them
        """
        taken = seeds_of(seed, episodes)
        for run in self._runs:
            first, end = run['seeds_taken']
            if taken.start < end and first < taken.stop:
                raise ConfigError(
                    f'an earlier run into {self._path.parent} took the seeds {first} to '
                    f'{end - 1}, the same drives would be recorded again: leave --seed away to '
                    f'go on from {self.next_seed}, or choose another --output'
                )
        self._runs.append({'seeds_taken': [taken.start, taken.stop]})
        self._write()

    def end(self, summary: dict[str, Any]) -> None:
        """Add what the run recorded; one that recorded nothing gives its seeds back."""
        if summary['episodes']:
            self._runs[-1].update(summary)
        else:
            self._runs.pop()
        self._write()

    def total(self) -> dict[str, Any]:
        """Return the sums over all runs, and the runs."""
        ended = [run for run in self._runs if 'episodes' in run]
        scenarios = dict.fromkeys(name for run in ended for name in run['per_scenario'])
        return {
            **{key: round(sum(run[key] for run in ended), 2) for key in _SUMS},
            'per_scenario': {
                name: {
                    key: sum(run['per_scenario'].get(name, {}).get(key, 0) for run in ended)
                    for key in ('episodes', 'failed')
                }
                for name in scenarios
            },
            'seeds': sorted(seed for run in ended for seed in run['seeds']),
            'runs': self._runs,
        }

    def _write(self) -> None:
        if not self._runs:
            self._path.unlink(missing_ok=True)
            return
        new = self._path.with_suffix('.json.new')
        new.write_text(json.dumps(self.total(), indent=2) + '\n')
        new.replace(self._path)


def _read_runs(path: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads(path.read_text())
        if 'runs' in content:
            return content['runs']
        # Of a release that knew one run: its spare seeds are not told, so leave room for them.
        end = seeds_of(min(content['seeds']), content['episodes']).stop
        return [{'seeds_taken': [min(content['seeds']), end], **content}]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f'{path} cannot be read ({error!r}), so the seeds that are taken are not known: '
            'choose another --output, or move that file away'
        ) from error
