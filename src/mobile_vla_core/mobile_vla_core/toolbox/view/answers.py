# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What the page asks for, answered: the list, curves, frames, edits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
import json
import time
from typing import Any

from ...episodes import schema
from ...errors import EpisodeError
from . import reading
from .editor import Editor
from .isolated_reader import IsolatedReader
from .library import Library

FOREVER = 'private, max-age=31536000, immutable'
"""Of what is asked for with the version of its file."""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: HTTPStatus
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, content: Any, status: HTTPStatus = HTTPStatus.OK) -> Answer:
        """Answer with a JSON document."""
        body = json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
        return cls(status, body, {'Content-Type': 'application/json', 'Cache-Control': 'no-store'})

    @classmethod
    def error(cls, status: HTTPStatus, text: str) -> Answer:
        """Answer with one sentence."""
        return cls.json({'error': text}, status)

    @classmethod
    def picture(cls, jpeg: bytes) -> Answer:
        """Answer with a JPEG that never changes."""
        headers = {'Content-Type': 'image/jpeg', 'Cache-Control': FOREVER}
        return cls(HTTPStatus.OK, jpeg, headers)


class Answers:
    """
    The episodes of one folder for one page.

    :param reader: for what the page waits for; the library has another one
    :param editor: None where nothing may be edited
    """

    def __init__(self, library: Library, reader: IsolatedReader, editor: Editor | None) -> None:
        self._library, self._reader, self._editor = library, reader, editor

    def get(self, steps: Sequence[str], query: Mapping[str, str]) -> Answer:
        """
        Answer `api/episodes`, `api/episodes/NAME/{details,thumbnail,frames/T}`, `api/edits`.

        :param query: of a frame: `camera`, the primary one by default
        :raises EpisodeError: if there is no such episode, or it cannot be read
        """
        if list(steps) == ['api', 'episodes']:
            return self._list()
        if list(steps) == ['api', 'edits']:
            edits = self._editor.journal.edits() if self._editor else []
            return Answer.json({'edits': [edit.to_dict() for edit in edits]})
        if len(steps) < 4 or list(steps[:2]) != ['api', 'episodes']:
            return Answer.error(HTTPStatus.NOT_FOUND, 'there is no such page')
        try:
            shelf = self._library.find(steps[2])
        except EpisodeError as error:
            return Answer.error(HTTPStatus.NOT_FOUND, str(error))
        place = shelf.path, shelf.version
        if list(steps[3:]) == ['details']:
            return Answer.json(self._reader.call(reading.details, *place))
        if list(steps[3:]) == ['thumbnail']:
            return Answer.picture(self._reader.call(reading.thumbnail, *place))
        if len(steps) == 5 and steps[3] == 'frames' and steps[4].isdecimal():
            t, camera = int(steps[4]), query.get('camera')
            return Answer.picture(self._reader.call(reading.frame, *place, t, camera))
        return Answer.error(HTTPStatus.NOT_FOUND, 'there is no such page')

    def post(self, steps: Sequence[str], request: Mapping[str, Any]) -> Answer:
        """
        Do `api/edits`, an edit of `episode`, or `api/undo` of edit `number` or the last one.

        :raises MobileVlaError: if it cannot be done
        """
        if self._editor is None:
            return Answer.error(HTTPStatus.FORBIDDEN, 'this page was started with --read-only')
        if list(steps) == ['api', 'edits']:
            path = self._library.find(str(request.get('episode', ''))).path
            edit = self._editor.edit(path, request, time.time())
        elif list(steps) == ['api', 'undo']:
            number = request.get('number')
            if number is not None and type(number) is not int:
                return Answer.error(
                    HTTPStatus.BAD_REQUEST, f'number is that of an edit, found {number!r}'
                )
            edit = self._editor.journal.undo(number)
        else:
            return Answer.error(HTTPStatus.NOT_FOUND, 'there is no such page')
        self._library.refresh()
        return Answer.json({'edit': edit.to_dict()})

    def _list(self) -> Answer:
        shelves = self._library.refresh()
        checks = self._library.checks
        return Answer.json(
            {
                'folder': str(self._library.folder),
                'episodes': [shelf.to_dict() for shelf in shelves],
                'reading': sum(shelf.state == 'reading' for shelf in shelves),
                'checking': sum(
                    checks and shelf.finished and shelf.examination is None for shelf in shelves
                ),
                'checks': checks,
                'findings': self._library.findings,
                'editable': self._editor is not None,
                'outcomes': schema.OUTCOMES,
            }
        )
