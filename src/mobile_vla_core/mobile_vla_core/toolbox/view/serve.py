# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""`episodes view --serve`: the page, until Ctrl-C."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
import signal
import socket
import sys
import threading

from ...errors import ConfigError
from ..output import print_json
from .answers import Answers
from .editor import Editor
from .isolated_reader import IsolatedReader
from .journal import Journal
from .library import Library
from .page_server import PageServer
from .survey import Survey


def serve(arguments: Namespace) -> int:
    """Serve the page of one folder until Ctrl-C or SIGTERM."""
    if len(arguments.paths) != 1:
        raise ConfigError('--serve takes one folder of episodes')
    options = {'read_only': arguments.read_only, 'check': not arguments.no_check}
    with running(arguments.paths[0], arguments.host, arguments.port, **options) as server:
        address = server.access.address(_reachable(arguments.host))
        if arguments.json:
            print_json({'address': address})
        else:
            print(f'open {address}  (Ctrl-C ends it)')
        sys.stdout.flush()
        if not server.access.is_local:
            print('it can be reached from other machines, by who has this key', file=sys.stderr)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print(file=sys.stderr)
    return 0


@contextmanager
def running(
    folder: Path, host: str, port: int, *, read_only: bool = False, check: bool = True
) -> Iterator[PageServer]:
    """
    Serve the page of a folder in threads while the block runs.

    :raises MobileVlaError: if the folder is none, or the address cannot be bound
    """
    reader, surveyor, writer = IsolatedReader(), IsolatedReader(), IsolatedReader()
    library = Library(folder, Survey(surveyor, checks=check))
    editor = None if read_only else Editor(Journal(library.folder), writer)
    stop = threading.Event()
    threads = [threading.Thread(target=library.read_until, args=(stop,), daemon=True)]
    with PageServer(host, port, Answers(library, reader, editor)) as server:
        threads.append(threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True))
        for thread in threads:
            thread.start()
        try:
            yield server
        finally:
            stop.set()
            server.shutdown()
            for process in (reader, surveyor, writer):
                process.close()


def _reachable(host: str) -> str:
    """Return a name by which others reach an address that stands for all of them."""
    return socket.gethostname() if host in ('0.0.0.0', '::', '') else host
