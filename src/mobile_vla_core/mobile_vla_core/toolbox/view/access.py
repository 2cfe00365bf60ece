# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Who may see the page, and who may edit: nobody but the browser of the one who started it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
import hmac
from http.cookies import CookieError, SimpleCookie
import ipaddress
import secrets
import socket

from ...errors import MobileVlaError

COOKIE = 'mobile_vla_key'
TOKEN_HEADER = 'X-Mobile-Vla-Token'
LOCAL_NAMES = ('localhost', '127.0.0.1', '[::1]')


class AccessError(MobileVlaError):
    """A request that is refused."""


@dataclass(frozen=True)
class Access:
    """
    The rules of one run.

    A page of another site that a browser has open can send requests here too: by a name that it
    lets point to this machine, which the Host header tells, or without being able to read the
    answer, for which edits need a token that is in the page only. Reached from other machines,
    everything needs the key that is in the address printed at the start.

    :param host: what the server is bound to
    """

    host: str
    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == 'localhost'

    def address(self, host: str = '') -> str:
        """Return the address to open, with the key where one is needed."""
        name = host or self.host
        name = f'[{name}]' if ':' in name else name
        return f'http://{name}:{self.port}/' + ('' if self.is_local else f'?key={self.key}')

    def check_host(self, header: str) -> None:
        """Raise AccessError unless the Host header names this server by an own name."""
        name, _, port = header.rpartition(':')
        name, port = (name, port) if port.isdigit() else (header, '80')
        names = (self.host.lower(), socket.gethostname().lower())
        named = name.lower() in names or _is_address(name)
        known = name.lower() in LOCAL_NAMES or (named and not self.is_local)
        if not known or port != str(self.port):
            raise AccessError(f'"{header}" is none of the names of this server')

    def has_key(self, cookies: str) -> bool:
        """Tell whether a request may read: always on this machine, else with the key."""
        if self.is_local:
            return True
        try:
            cookie = SimpleCookie(cookies).get(f'{COOKIE}_{self.port}')
        except CookieError:
            return False
        return cookie is not None and self.is_key(cookie.value)

    def is_key(self, text: str) -> bool:
        """Tell whether this is the key of this run."""
        return hmac.compare_digest(text.encode(), self.key.encode())

    def cookie(self) -> str:
        """Return the Set-Cookie header by which a browser keeps the key."""
        return f'{COOKIE}_{self.port}={self.key}; HttpOnly; SameSite=Strict; Path=/'

    def check_edit(self, headers: Mapping[str, str]) -> None:
        """Raise AccessError unless an edit comes from our own page."""
        origin = headers.get('Origin')
        if origin is not None and origin != f'http://{headers.get("Host", "")}':
            raise AccessError(f'edits are not taken from {origin}')
        if headers.get('Sec-Fetch-Site', 'same-origin') != 'same-origin':
            raise AccessError('edits are taken from this page only')
        given = headers.get(TOKEN_HEADER, '')
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            raise AccessError('the page is of an earlier run: load it again')


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip('[]'))
    except ValueError:
        return False
    return True
