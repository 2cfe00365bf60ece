# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A terminal that processes write to, which may be told to take no output."""

from __future__ import annotations

import os
import pty
import termios
import threading
from typing import TextIO


class Terminal:
    """
    Copy what is written to it to a file.

    :param log: the file
    """

    def __init__(self, log: TextIO) -> None:
        self._log = log
        self._leader, self._follower = pty.openpty()
        self._thread = threading.Thread(target=self._copy, daemon=True)
        self._thread.start()

    def fileno(self) -> int:
        """Return what a process is to be given as its output."""
        return self._follower

    def take_output(self, takes: bool) -> None:
        """Take output, or do not, as Ctrl-S has it: who writes then stands still."""
        termios.tcflow(self._follower, termios.TCOON if takes else termios.TCOOFF)

    def close(self) -> None:
        """Copy what is left, after the last process ended."""
        os.close(self._follower)
        self._thread.join(5.0)
        os.close(self._leader)

    def _copy(self) -> None:
        while True:
            try:
                data = os.read(self._leader, 65536)
            except OSError:  # Nobody is left who could write.
                return
            self._log.write(data.decode(errors='replace').replace('\r\n', '\n'))
            self._log.flush()
