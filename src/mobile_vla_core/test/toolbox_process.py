# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The program `episodes` in a process of its own, for which the modes of folders hold."""

import ctypes
import json
import subprocess
import sys
from typing import Any

PR_CAPBSET_DROP = 24  # linux/prctl.h
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2  # linux/capability.h


def episodes(*arguments: Any) -> subprocess.CompletedProcess[str]:
    """Run `episodes`; also for root, what may not be written to is not."""
    return subprocess.run(
        [sys.executable, '-m', 'mobile_vla_core.toolbox.command', *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=_drop,
        check=False,
    )


def document(*arguments: Any) -> tuple[int, Any]:
    """Return the exit status, and the document on stdout, which is nothing else."""
    result = episodes(*arguments, '--json')
    assert 'Traceback' not in result.stderr, result.stderr
    return result.returncode, json.loads(result.stdout)


def _drop() -> None:
    """Take from root what lets it write to everything; another user has it not."""
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
