# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What one file holds, without a look at its pictures."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from ..action_space import ACTION_TYPE, ACTION_TYPES, VELOCITY_DIM
from ..episodes import schema
from ..episodes.damage import READ_ERRORS
from ..episodes.episode_file import open_hdf5
from ..episodes.layout import detect_layout, Layout, layout_of
from ..errors import MobileVlaError
from ..motion import is_moving
from ..picture_quality import QualityLimits
from .checks.evidence import Evidence
from .checks.file_checks import check_file
from .checks.file_fault import opening_fault
from .checks.legacy_checks import LegacyCheck
from .checks.structure_checks import StructureCheck


@dataclass(frozen=True)
class Facts:
    """
    One file in figures.

    :param layout: 'ours', the name of an older layout, or '' for a file that cannot be read
    :param fault: why it cannot be read, or what is not sound, '' when all is
    :param size: of the file [bytes]
    :param frames: by camera
    :param sizes: width x height by camera
    :param seconds: from the first to the last frame of the primary camera [s]
    :param period: median time between its frames [s], NaN when unknown
    :param sums: of velocity and of its square, shape (2, 3)
    :param range: lowest and highest velocity, shape (2, 3)
    :param type_counts: frames by action type, shape (4,)
    :param moving: frames in which the robot moves
    """

    name: str
    layout: str = ''
    version: str = ''
    fault: str = ''
    size: int = 0
    instruction: str = ''
    scenario: str = ''
    outcome: str = ''
    frames: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    period: float = float('nan')
    commands: int = 0
    actions: int = 0
    sums: NDArray[np.float64] = field(default_factory=lambda: np.zeros((2, VELOCITY_DIM)))
    range: NDArray[np.float64] = field(default_factory=lambda: np.zeros((2, VELOCITY_DIM)))
    type_counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(ACTION_TYPES, int))
    moving: int = 0


def read_facts(path: Path) -> Facts:
    """
    Return what a file holds; nothing is raised for what it holds.

    On a damaged file the HDF5 library may crash, or come to no end: see WorkerPool.
    """
    fault = check_file(path)
    size = path.stat().st_size if fault is None else 0
    if fault is not None:
        return Facts(path.name, fault=f'{fault.code}: {fault.text}')
    try:
        with open_hdf5(path) as file:
            if layout_of(file) is Layout.OURS:
                return _ours(path.name, file, size)
        return _legacy(path, detect_layout(path), size)
    except (MobileVlaError, *READ_ERRORS) as error:
        found = opening_fault(path, error)
        return Facts(path.name, fault=f'{found.code}: {found.text}', size=size)


def _ours(name: str, file: h5py.File, size: int) -> Facts:
    structure = StructureCheck(name, file, size, QualityLimits())
    evidence = structure.read(pictures=False)
    errors = [finding for finding in structure.findings if finding.code != 'data.unindexed']
    return replace(
        _of(evidence),
        layout=Layout.OURS.value,
        version=schema.decode_text(file.attrs.get('schema_version', '')),
        fault=f'{errors[0].code}: {errors[0].text}' if errors else '',
        size=size,
        sizes={camera: _size(file, camera) for camera in evidence.cameras},
        commands=structure.rows(schema.COMMANDS),
    )


def _legacy(path: Path, layout: Layout, size: int) -> Facts:
    legacy = LegacyCheck(path, layout, QualityLimits())
    facts = _of(legacy.read(pictures=False))
    sizes = dict.fromkeys(facts.frames, legacy.size)
    return replace(facts, layout=layout.value, size=size, sizes=sizes)


def _of(evidence: Evidence) -> Facts:
    actions = evidence.actions[np.isfinite(evidence.actions).all(axis=1)]
    velocity = actions[:, :VELOCITY_DIM].astype(np.float64)
    kinds = actions[:, ACTION_TYPE]
    known = kinds[(kinds >= 0) & (kinds < ACTION_TYPES)].astype(int)
    stamps = np.zeros(0) if evidence.primary is None else evidence.primary.stamps
    stamps = stamps[np.isfinite(stamps)]
    bounds = {}
    if len(velocity):
        bounds = {'range': np.array([velocity.min(axis=0), velocity.max(axis=0)])}
    return Facts(
        name=evidence.name,
        instruction=evidence.instruction,
        scenario=evidence.scenario,
        outcome=evidence.outcome,
        frames={camera: len(seen.stamps) for camera, seen in evidence.cameras.items()},
        seconds=float(stamps[-1] - stamps[0]) if len(stamps) else 0.0,
        period=evidence.period,
        actions=len(actions),
        sums=np.array([velocity.sum(axis=0), (velocity**2).sum(axis=0)]),
        type_counts=np.bincount(known, minlength=ACTION_TYPES),
        moving=int(is_moving(actions).sum()),
        **bounds,
    )


def _size(file: h5py.File, camera: str) -> str:
    try:
        values = file[f'{schema.IMAGES}/{camera}'].attrs
        width, height = int(values.get('width', 0)), int(values.get('height', 0))
    except READ_ERRORS:
        return ''
    return f'{width}x{height}' if width and height else ''
