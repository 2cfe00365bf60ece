# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Give a process a tenth of its time, until standard input is closed."""

from __future__ import annotations

import os
import select
import signal
import sys
import time

_RUN = 0.001
"""Much less than an inference takes, so that it is interrupted several times [s]."""
_PAUSES = 9.0
"""So many times as long as it ran it stands still."""


def main(pid: int) -> None:
    """Stop it and let it go on, in turn."""
    while True:
        began = time.monotonic()
        os.kill(pid, signal.SIGCONT)
        time.sleep(_RUN)
        os.kill(pid, signal.SIGSTOP)
        if select.select([sys.stdin], [], [], _PAUSES * (time.monotonic() - began))[0]:
            os.kill(pid, signal.SIGCONT)
            return


if __name__ == '__main__':
    main(int(sys.argv[1]))
