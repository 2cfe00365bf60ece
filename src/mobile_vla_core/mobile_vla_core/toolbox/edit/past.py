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


def undo(paths: Sequence[Path], number: int | None) -> list[Answer]:
    """
    Take back an edit: of a file its last one, of a folder all that the last command did there.

    :param paths: folders, and files, also those that were deleted
    :param number: of the one edit that is meant instead
    :raises EpisodeError: if a path does not exist and never did
    :raises JournalError: if there is nothing to undo in one; nothing is done then
    """
    wanted = [(path, _edits(path, number)) for path in map(Path.expanduser, paths)]
    return [_undo(_folder(path), edit) for path, edits in wanted for edit in edits]


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


def _folder(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _edits(path: Path, number: int | None) -> list[Edit]:
    """Return those to undo, the newest first."""
    journal, edits = Journal(_folder(path)), []
    if journal.folder.is_dir():
        edits = journal.edits()
    if not path.is_dir():
        edits = [edit for edit in edits if edit.episode == path.name]
        if not edits and not path.exists():
            raise EpisodeError(f'{path} does not exist: give an episode file, or its folder')
    if number is not None:
        found = [edit for edit in edits if edit.number == number]
    elif path.is_dir():
        found = [edit for edit in reversed(edits) if edit.time == edits[-1].time]
    else:
        found = edits[-1:]
    if not found:
        what = 'nothing to undo' if number is None else f'no edit {number}'
        place = f'in {path}' if path.is_dir() else f'of {path}'
        raise JournalError(
            f'there is {what} {place}: `episodes edit history {_folder(path)}` lists the edits'
        )
    return found


def _undo(folder: Path, edit: Edit) -> Answer:
    answer: Answer = {'source': str(folder / edit.episode), 'number': edit.number}
    try:
        Journal(folder).undo(edit.number)
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
