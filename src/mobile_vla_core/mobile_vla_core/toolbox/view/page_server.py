# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The page over HTTP: threads of the standard library, files of this package, JSON."""

from __future__ import annotations

from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
import json
import socket
import sys
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from ...errors import ConfigError, MobileVlaError
from .access import Access, AccessError
from .answers import Answer, Answers

PAGE = {
    '/': ('index.html', 'text/html; charset=utf-8'),
    '/favicon.svg': ('favicon.svg', 'image/svg+xml'),
    '/page.css': ('page.css', 'text/css; charset=utf-8'),
    **{
        f'/{name}.js': (f'{name}.js', 'text/javascript; charset=utf-8')
        for name in ('api', 'edits', 'help', 'list', 'page', 'panel', 'player', 'timeline')
    },
}
"""Address -> file of the package and its type; nothing else is served as a file."""
TOKEN_MARK = '{{token}}'
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
MOST_BYTES = 64 * 1024
"""Of a request's body."""
IDLE = 30.0
"""A connection on which nothing comes is closed after this time [s]."""


class PageServer(ThreadingHTTPServer):
    """
    Serves until `shutdown`.

    :param host: to bind to
    :param port: 0: any that is free
    :raises ConfigError: if it cannot be bound
    """

    daemon_threads = True

    def __init__(self, host: str, port: int, answers: Answers) -> None:
        self.answers = answers
        if ':' in host:
            self.address_family = socket.AF_INET6
        try:
            super().__init__((host, port), _Handler)
        except OSError as error:
            raise ConfigError(
                f'cannot serve at {host}:{port} ({error.strerror}): choose another --port'
            ) from error
        self.access = Access(host, self.server_address[1])
        self.page = {
            address: (files(__package__).joinpath('page', name).read_bytes(), kind)
            for address, (name, kind) in PAGE.items()
        }

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that went away."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: PageServer
    protocol_version = 'HTTP/1.1'
    timeout = IDLE

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_HEAD(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def send_error(
        self, code: int, message: str | None = None, explain: str | None = None
    ) -> None:
        """Refuse as all else here is refused: in JSON."""
        status = HTTPStatus(code)
        text = message or status.phrase
        if status is HTTPStatus.NOT_IMPLEMENTED:
            status = HTTPStatus.METHOD_NOT_ALLOWED
            text = f'{self.command} is not answered: GET and POST are'
        self._send(Answer.error(status, text))

    def log_message(self, *_: Any) -> None:
        """Write no line for each picture."""

    def _answer(self, make: Any) -> None:
        try:
            self.server.access.check_host(self.headers.get('Host', ''))
            answer = make()
        except AccessError as error:
            answer = Answer.error(HTTPStatus.FORBIDDEN, str(error))
        except MobileVlaError as error:
            answer = Answer.error(HTTPStatus.CONFLICT, str(error))
        self._send(answer)

    def _send(self, answer: Answer) -> None:
        if answer.status >= HTTPStatus.BAD_REQUEST:
            self.close_connection = True  # what is left of the body is not read
        self.send_response(answer.status)
        if self.close_connection:
            self.send_header('Connection', 'close')
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header('Content-Length', str(len(answer.body)))
        self.send_header('Content-Security-Policy', POLICY)
        self.send_header('X-Content-Type-Options', 'nosniff')
        self.send_header('Referrer-Policy', 'no-referrer')
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(answer.body)

    def _get(self) -> Answer:
        parts = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        access = self.server.access
        if not access.is_local and parts.path == '/' and access.is_key(query.get('key', '')):
            headers = {'Location': '/', 'Set-Cookie': access.cookie()}
            return Answer(HTTPStatus.SEE_OTHER, b'', headers)
        self._check_key()
        if parts.path in self.server.page:
            body, kind = self.server.page[parts.path]
            if parts.path == '/':
                body = body.replace(TOKEN_MARK.encode(), access.token.encode())
            return Answer(HTTPStatus.OK, body, {'Content-Type': kind, 'Cache-Control': 'no-cache'})
        return self.server.answers.get(_steps(parts.path), query)

    def _post(self) -> Answer:
        self._check_key()
        self.server.access.check_edit(self.headers)
        length = self.headers.get('Content-Length', '')
        if not length.isdigit() or int(length) > MOST_BYTES:
            return Answer.error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, 'the request is too long')
        try:
            request = json.loads(self.rfile.read(int(length)))
        except ValueError:
            request = None
        if not isinstance(request, dict):
            return Answer.error(HTTPStatus.BAD_REQUEST, 'expected a JSON object')
        return self.server.answers.post(_steps(urlsplit(self.path).path), request)

    def _check_key(self) -> None:
        if not self.server.access.has_key(self.headers.get('Cookie', '')):
            raise AccessError('open the address that `episodes view` printed: it holds the key')


def _steps(path: str) -> list[str]:
    return [unquote(step) for step in path.strip('/').split('/')]
