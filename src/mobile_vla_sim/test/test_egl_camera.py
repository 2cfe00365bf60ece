# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for egl_camera.py and the choice of a camera."""

import os
import subprocess
import sys

import pytest

from mobile_vla_core.errors import ConfigError
from mobile_vla_sim.camera import make_camera

COMPARE = """
import numpy as np
from mobile_vla_core.errors import ConfigError
from mobile_vla_sim.camera import make_camera
from mobile_vla_sim.world import World

try:
    egl = World(make_camera('egl'))
except ConfigError as error:
    assert 'libegl1' in str(error) and '"ray"' in str(error), error
    print('no OpenGL:', error)
    raise SystemExit(0)
ray = World(make_camera('ray'))
boxes = []
for world in (egl, ray):
    world.reset('1box_hori_left', 3)
    frame = world.render().astype(float)
    assert frame.shape == (90, 160, 3)
    boxes.append(frame)
colour = np.array(ray.scene.appearance.boxes[0])
masks = []
for frame in boxes:
    direction = frame / np.linalg.norm(frame, axis=-1, keepdims=True).clip(1)
    masks.append(direction @ (colour / np.linalg.norm(colour)) > 0.995)
overlap = (masks[0] & masks[1]).sum() / (masks[0] | masks[1]).sum()
assert overlap > 0.7, overlap
print('overlap of the box', overlap)
"""


def _python(code, **environment):
    return subprocess.run(
        [sys.executable, '-c', code],
        capture_output=True,
        text=True,
        timeout=100,
        env={**os.environ, **environment},
    )


def test_egl_shows_the_box_where_the_ray_camera_does_or_says_what_to_install():
    result = _python(COMPARE)
    assert result.returncode == 0, result.stderr


def test_an_opengl_that_fails_is_named_without_a_traceback():
    code = (
        'from mobile_vla_sim import egl_probe\n'
        'from mobile_vla_sim.camera import make_camera\n'
        'egl_probe._PROBE = \'raise SystemExit("no display here")\'\n'
        'try:\n'
        '    make_camera("egl")\n'
        'except Exception as error:\n'
        '    print(type(error).__name__, error)\n'
    )
    result = _python(code)
    assert 'ConfigError the renderer "egl" does not work here (no display here)' in result.stdout


def test_an_unknown_renderer_is_refused():
    with pytest.raises(ConfigError, match="'vulkan': expected one of ray, egl"):
        make_camera('vulkan')
