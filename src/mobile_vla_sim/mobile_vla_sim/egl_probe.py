# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Whether OpenGL through EGL works on this machine; imports neither MuJoCo nor OpenGL."""

from __future__ import annotations

import subprocess
import sys

from mobile_vla_core.errors import ConfigError

_PROBE = (
    "import os; os.environ['MUJOCO_GL'] = 'egl'; import mujoco; "
    'mujoco.Renderer(mujoco.MjSpec().compile(), 8, 8)'
)
_PROBE_TIMEOUT = 60.0
"""[s]"""


def probe_egl() -> None:
    """
    Try OpenGL in another process, since a failed attempt spoils the one that makes it.

    :raises ConfigError: if it does not work here
    """
    command = [sys.executable, '-c', _PROBE]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=_PROBE_TIMEOUT)
        found = (result.stderr.strip().splitlines() or [f'exit code {result.returncode}'])[-1]
    except subprocess.TimeoutExpired:
        result, found = None, f'no answer in {_PROBE_TIMEOUT:g} s'
    if result is None or result.returncode != 0:
        raise ConfigError(
            f'the renderer "egl" does not work here ({found}): install libegl1, '
            f'libegl-mesa0 and libgl1-mesa-dri, or choose the renderer "ray"'
        )
