# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A camera that renders with OpenGL through EGL: for images too large to cast rays for."""

from __future__ import annotations

import math
import os

os.environ['MUJOCO_GL'] = 'egl'  # read by the first import of mujoco

import mujoco
import numpy as np
from numpy.typing import NDArray

from .geometry import Pose
from .model import build_spec
from .optics import CameraConfig
from .scene import Scene

_FLIP = np.array([[0.0, 0.0, -1.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
"""Axes of MuJoCo's camera (right, up, backward) as columns in (forward, left, up)."""


class EglCamera:
    """Render a scene with OpenGL."""

    def __init__(self, config: CameraConfig | None = None) -> None:
        """Prepare; see egl_probe.py for whether this can work here."""
        self.config = config or CameraConfig()
        self._renderer: mujoco.Renderer | None = None

    def load(self, scene: Scene) -> None:
        """Look at another scene from now on."""
        if self._renderer:
            self._renderer.close()
        spec = build_spec(scene)
        self._dress(spec, scene)
        self._model = spec.compile()
        self._data = mujoco.MjData(self._model)
        self._renderer = mujoco.Renderer(self._model, self.config.height, self.config.width)

    def render(self, pose: Pose) -> NDArray[np.uint8]:
        """Return what the camera sees from a pose of the base, RGB, shape (H, W_px, 3)."""
        self._data.mocap_pos[0] = self.config.position(pose)
        rotation = self.config.rotation(pose) @ _FLIP
        mujoco.mju_mat2Quat(self._data.mocap_quat[0], rotation.reshape(-1))
        mujoco.mj_forward(self._model, self._data)
        self._renderer.update_scene(self._data, camera='front')
        return self._renderer.render()

    def _dress(self, spec: mujoco.MjSpec, scene: Scene) -> None:
        """Add what only OpenGL needs: lens, lamp, sky, floor pattern."""
        look, config = scene.appearance, self.config
        spec.visual.global_.offwidth, spec.visual.global_.offheight = config.width, config.height
        spec.visual.map.znear = 0.01
        spec.visual.headlight.ambient = [look.ambient] * 3
        spec.visual.headlight.diffuse = [0.0] * 3
        spec.visual.headlight.specular = [0.0] * 3
        mount = spec.worldbody.add_body(name='camera', mocap=True)
        mount.add_camera(name='front', fovy=math.degrees(config.vertical_fov))
        aim = np.array([1.5, 0.0, 0.0]) - look.light
        spec.worldbody.add_light(
            pos=look.light, dir=aim, diffuse=[look.light_intensity] * 3, cutoff=85.0
        )
        spec.add_texture(
            name='sky',
            type=mujoco.mjtTexture.mjTEXTURE_SKYBOX,
            builtin=mujoco.mjtBuiltin.mjBUILTIN_GRADIENT,
            rgb1=look.sky[1],
            rgb2=look.sky[0],
            width=64,
            height=384,
        )
        spec.add_texture(
            name='floor',
            type=mujoco.mjtTexture.mjTEXTURE_2D,
            builtin=mujoco.mjtBuiltin.mjBUILTIN_CHECKER,
            rgb1=look.floor[0],
            rgb2=look.floor[1],
            width=256,
            height=256,
        )
        repeat = 0.5 / look.pattern_size
        material = spec.add_material(name='floor', texrepeat=[repeat, repeat], texuniform=True)
        material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = 'floor'
        floor = spec.geom('floor')
        floor.material, floor.rgba = 'floor', [1.0, 1.0, 1.0, 1.0]
