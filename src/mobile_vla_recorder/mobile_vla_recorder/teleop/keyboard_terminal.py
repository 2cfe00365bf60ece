# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A terminal that gives every key at once, and that is put back in order on every way out."""

from __future__ import annotations

from collections.abc import Sequence
import contextlib
import os
import sys
import termios
from types import TracebackType

_ENTER = '\x1b[?1049h\x1b[?25l'  # alternate screen, no cursor
_LEAVE = '\x1b[?25h\x1b[?1049l'
_READ_BYTES = 4096
_DISABLED = b'\0'


class KeyboardTerminal:
    """
    The terminal of standard input, for keys and for a screen; a context manager.

    Reading and writing never wait: a stalled ssh connection must not stall the commands.
    """

    def __enter__(self) -> KeyboardTerminal:
        # Opened anew: O_NONBLOCK on standard input itself would be seen by the shell as well.
        flags = os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC
        self._descriptor = os.open(os.ttyname(sys.stdin.fileno()), flags)
        self._before = termios.tcgetattr(self._descriptor)
        self.resume()
        return self

    def resume(self) -> None:
        """Take the screen and the keys; again after a shell had them, when this was stopped."""
        with contextlib.suppress(termios.error):  # it may be gone
            termios.tcsetattr(
                self._descriptor, termios.TCSADRAIN, _one_key_at_a_time(self._before)
            )
        self._write(_ENTER)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._write(_LEAVE)
        with contextlib.suppress(termios.error):  # it may be gone
            termios.tcsetattr(self._descriptor, termios.TCSANOW, self._before)
        os.close(self._descriptor)

    @staticmethod
    def available() -> bool:
        """Return whether standard input is a terminal."""
        return sys.stdin is not None and sys.stdin.isatty()

    def read(self) -> bytes | None:
        """Return what was typed, b'' when nothing was; None when the terminal is gone."""
        try:
            return os.read(self._descriptor, _READ_BYTES) or None
        except BlockingIOError:
            return b''
        except OSError:
            return None

    def size(self) -> tuple[int, int]:
        """Return columns and lines."""
        with contextlib.suppress(OSError):
            columns, lines = os.get_terminal_size(self._descriptor)
            if columns and lines:
                return columns, lines
        return 80, 24

    def draw(self, lines: Sequence[str]) -> None:
        """Replace the screen; the next drawing mends one that the connection had no room for."""
        self._write('\x1b[H' + '\x1b[K\r\n'.join(lines) + '\x1b[K\x1b[J')

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            os.write(self._descriptor, text.encode())


def _one_key_at_a_time(before: list) -> list:
    """Return settings without line editing, echo, and the keys that would stop the process."""
    settings = [*before[:-1], list(before[-1])]
    settings[0] &= ~(termios.IXON | termios.IXOFF)  # Ctrl-S would freeze the screen
    settings[3] &= ~(termios.ICANON | termios.ECHO)
    characters = settings[-1]
    # A process stopped by Ctrl-Z sends no zero; Ctrl-\\ would leave the terminal as it is.
    characters[termios.VSUSP] = characters[termios.VQUIT] = _DISABLED
    characters[termios.VMIN], characters[termios.VTIME] = 1, 0
    return settings
