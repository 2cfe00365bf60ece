# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What the list says of each file: its summary, and what `check` finds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..checks.digest import Digest
from ..checks.examination import Examination, examine
from ..checks.finding import Finding
from ..checks.folder_checks import check_folder
from ..worker_pool import file_time_limit
from . import reading
from .isolated_reader import IsolatedReader, ReaderFailureError

COMPARING_TIME = 600.0
"""For the episodes of a large folder [s]."""
CODES = {'crash': 'file.crash', 'hang': 'file.hang', 'error': 'data.unreadable'}


class Survey:
    """
    Looks at files in the process of `reader`.

    :param checks: whether to look for findings too
    """

    def __init__(self, reader: IsolatedReader, *, checks: bool = True) -> None:
        self._reader = reader
        self.checks = checks

    def summarise(self, path: Path) -> dict[str, Any]:
        """Return the line of the list; EpisodeError when there is nothing to show."""
        return self._reader.call(reading.summary, path, limit=file_time_limit(path))

    def examine(self, path: Path) -> Examination:
        """Return what is found in one file, whatever it does to the process that reads it."""
        try:
            return self._reader.call(examine, path, limit=file_time_limit(path))
        except ReaderFailureError as failure:
            finding = Finding(CODES[failure.kind], path.name, str(failure))
            return Examination((finding,))

    def compare(self, digests: Sequence[Digest]) -> list[Finding]:
        """Return what is found in all episodes together."""
        return self._reader.call(_compare, list(digests), limit=COMPARING_TIME)


def _compare(digests: list[Digest]) -> list[Finding]:
    return list(check_folder(digests))
