# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What the world needs of a camera, and the choice between the two there are."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.errors import ConfigError

from .geometry import Pose
from .optics import CameraConfig
from .scene import Scene

RENDERERS = ('ray', 'egl')


class Camera(Protocol):
    """Look at a scene from the base."""

    config: CameraConfig

    def load(self, scene: Scene) -> None:
        """Look at another scene from now on."""

    def render(self, pose: Pose) -> NDArray[np.uint8]:
        """Return RGB, shape (H, W_px, 3), seen from a pose of the base."""


def make_camera(renderer: str = 'ray', config: CameraConfig | None = None) -> Camera:
    """
    Build a camera.

    MuJoCo chooses its OpenGL when it is first imported, so neither camera is imported
    before one is asked for.

    :param renderer: 'ray' needs nothing but MuJoCo; 'egl' needs OpenGL, for large images
    :raises ConfigError: if the renderer is unknown or does not work on this machine
    """
    if renderer == 'ray':
        from .ray_camera import RayCamera

        return RayCamera(config)
    if renderer == 'egl':
        from .egl_probe import probe_egl

        probe_egl()  # before the import, which fails where OpenGL is missing
        from .egl_camera import EglCamera

        return EglCamera(config)
    raise ConfigError(f'unknown renderer {renderer!r}: expected one of {", ".join(RENDERERS)}')
