# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The edits that the page asks for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
import shutil
from typing import Any

from ...episodes import schema
from ...episodes.excerpt import write_excerpt
from ...episodes.part_file import sync_folder
from ...episodes.relabel import Labels, relabel
from ...errors import EpisodeError
from .isolated_reader import IsolatedReader
from .journal import Edit, Journal

SLOWEST_BYTES = 2_000_000
LEAST_TIME = 30.0
"""A file is copied within LEAST_TIME and its size over SLOWEST_BYTES, else the disk hangs [s]."""
DRAFTS = 'drafts'
"""Folder in that of the journal."""
LABELS = ('instruction', 'scenario', 'outcome')


class Editor:
    """Does edits, each with a line in the journal; `reader` is the process that touches files."""

    def __init__(self, journal: Journal, reader: IsolatedReader) -> None:
        self.journal = journal
        self._reader = reader

    def edit(self, path: Path, request: Mapping[str, Any], now: float) -> Edit:
        """
        Do what a request asks of an episode.

        :param request: `kind` and what it needs: 'relabel' with `labels`, 'discard'
        :param now: [s since the epoch]
        :raises MobileVlaError: if it asks for something else, or the edit cannot be done
        """
        if path.name.endswith(schema.PART_SUFFIX):
            raise EpisodeError(f'{path.name} is not finished: see `episodes repair`')
        kind = request.get('kind')
        if kind == 'relabel':
            return self._relabel(path, request.get('labels'), now)
        if kind == 'trim':
            return self._trim(path, request.get('first'), request.get('last'), now)
        if kind == 'discard':
            return self.journal.discard(path, 'discarded', now)
        raise EpisodeError(f'an edit is relabel, trim or discard, not {kind!r}')

    def _relabel(self, path: Path, labels: Any, now: float) -> Edit:
        valid = isinstance(labels, dict) and all(
            key in LABELS and isinstance(value, str) for key, value in labels.items()
        )
        if not valid:
            raise EpisodeError(f'labels are texts named {", ".join(LABELS)}, found {labels!r}')
        text = 'relabelled: ' + ', '.join(f'{key} "{value}"' for key, value in labels.items())
        return self.journal.replace(
            'relabel', path, text, now, lambda: self._call(path, relabel, Labels(**labels), now)
        )

    def _trim(self, path: Path, first: Any, last: Any, now: float) -> Edit:
        drafts = self.journal.folder / DRAFTS
        return self.journal.replace(
            'trim',
            path,
            f'trimmed to frames {first} to {last}',
            now,
            lambda: self._call(path, replace_by_excerpt, drafts, first, last, now),
        )

    def _call(self, path: Path, function: Any, *arguments: Any) -> None:
        limit = LEAST_TIME + path.stat().st_size / SLOWEST_BYTES
        self._reader.call(function, path, *arguments, limit=limit)


def replace_by_excerpt(path: Path, drafts: Path, first: int, last: int, stamp: float) -> None:
    """
    Put some frames of an episode in its place, written to a folder of drafts first.

    :param stamp: time of the edit [s]
    """
    shutil.rmtree(drafts, ignore_errors=True)  # of one that was killed
    write_excerpt(path, drafts, first, last, stamp).replace(path)
    sync_folder(path.parent)
