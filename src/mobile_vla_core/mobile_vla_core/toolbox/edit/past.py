# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What was done to episodes, and taking it back: the edits `history` and `undo`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ...episodes import Episode, schema
from ...errors import EpisodeError, MobileVlaError
from ..checks.file_fault import fault_text, without_name
from ..selection import select_files
from ..view.journal import Edit, Journal, JournalError

KINDS = (schema.EDIT_EVENT, schema.RELABEL_EVENT, schema.RECOVERED_EVENT)
AS_RECORDED = 'as it was recorded'

Answer = dict[str, Any]


def undo(path: Path, number: int | None) -> list[Answer]:
    """
    Take back an edit of a folder, or all that the last command did there, the newest first.

    :param path: the folder, or a file in it
    :param number: of one edit, None for those of the last command
    :raises JournalError: if there is none
    """
    folder = path if path.is_dir() else path.parent
    journal = Journal(folder)
    edits = [e for e in journal.edits() if e.number == number] if number else journal.last_run()
    if not edits:
        what = f'there is no edit {number}' if number else 'there is nothing to undo'
        raise JournalError(f'{what} in {folder}: `episodes edit history {folder}` lists the edits')
    return [_undo(journal, folder, edit) for edit in edits]


def history(paths: Sequence[Path]) -> list[Answer]:
    """
    Return what was done to each file, and to those that are no more in the folders given.

    :raises EpisodeError: if a path does not exist, or there is nothing to tell of
    """
    gone = [answer for folder in paths if folder.is_dir() for answer in _deleted(folder)]
    try:
        files = select_files(paths)
    except EpisodeError:
        if not gone:
            raise
        files = []
    return [*map(_history, files), *gone]


def lines(answers: Iterable[Answer], *, all_files: bool) -> list[str]:
    """Return the history in words; of files as they were recorded only how many there are."""
    answers = list(answers)
    changed = [a for a in answers if all_files or a.get('events') != [AS_RECORDED]]
    found = []
    for answer in changed:
        said = answer.get('events') or [answer['error']]
        found += [f'{Path(answer["source"]).name}:', *(f'  {text}' for text in said)]
    if rest := len(answers) - len(changed):
        found.append(f'{rest} {"more " if changed else ""}as recorded: --all lists them')
    return found


def _undo(journal: Journal, folder: Path, edit: Edit) -> Answer:
    answer: Answer = {'source': str(folder / edit.episode), 'number': edit.number}
    try:
        journal.undo(edit.number)
    except MobileVlaError as error:
        return answer | {'error': without_name(folder / edit.episode, error)}
    return answer | {'text': f'as it was before: {edit.text}'}


def _history(path: Path) -> Answer:
    try:
        with Episode(path) as episode:
            found = [text for _, kind, text in episode.events if kind in KINDS]
        edits = [edit for edit in Journal(path.parent).edits() if edit.episode == path.name]
    except MobileVlaError as error:
        return {'source': str(path), 'error': fault_text(path, error)}
    found += map(_line, edits)
    return {'source': str(path), 'events': found or [AS_RECORDED]}


def _deleted(folder: Path) -> list[Answer]:
    """Return the edits of episodes that are not there any more, by episode."""
    found: dict[str, list[str]] = {}
    for edit in Journal(folder).edits():
        if not (folder / edit.episode).exists():
            found.setdefault(edit.episode, []).append(_line(edit))
    return [{'source': str(folder / name), 'events': texts} for name, texts in found.items()]


def _line(edit: Edit) -> str:
    return f'#{edit.number} {edit.text}'
