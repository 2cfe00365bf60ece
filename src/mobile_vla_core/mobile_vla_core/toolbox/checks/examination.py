# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Examine one file: all that can be said of it alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from ...episodes.damage import READ_ERRORS
from ...episodes.episode_file import check_schema, open_hdf5
from ...episodes.layout import detect_layout, Layout, layout_of
from ...errors import EpisodeError
from ...picture_quality import QualityLimits
from .action_checks import check_actions
from .digest import Digest, digest_of
from .evidence import Evidence
from .file_checks import check_file
from .file_fault import opening_fault
from .finding import Finding
from .image_checks import check_images
from .label_checks import check_labels
from .legacy_checks import LegacyCheck
from .structure_checks import StructureCheck
from .time_checks import check_times

Family = Callable[[Evidence], Iterator[Finding]]
FAMILIES = (check_times, check_actions, check_images, check_labels)
LEGACY_FAMILIES = (check_actions, check_images, check_labels)
"""Of recordings without stamps."""


@dataclass(frozen=True)
class Examination:
    """
    What was found in one file.

    :param digest: to compare it with others, None when it could not be read
    """

    findings: tuple[Finding, ...]
    digest: Digest | None = None
    frames: int = 0
    """Pictures that were decoded, of all cameras."""


def examine(path: Path) -> Examination:
    """
    Look at everything in a file. It is not changed, and nothing is raised for what it holds.

    On a damaged file the HDF5 library may crash, or come to no end: see WorkerPool.
    """
    path = Path(path)
    fault = check_file(path)
    if fault is not None:
        return Examination((fault,))
    try:
        with open_hdf5(path) as file:
            if layout_of(file) is Layout.OURS:
                check_schema(path, file)
                return _examine_open(path, file)
        return _examine_legacy(path, detect_layout(path))
    except (EpisodeError, *READ_ERRORS) as error:
        return Examination((opening_fault(path, error),))


def _examine_legacy(path: Path, layout: Layout) -> Examination:
    legacy = LegacyCheck(path, layout, QualityLimits())
    evidence = legacy.read()
    return _conclude(evidence, legacy.findings, LEGACY_FAMILIES)


def _examine_open(path: Path, file: h5py.File) -> Examination:
    structure = StructureCheck(path.name, file, path.stat().st_size, QualityLimits())
    evidence = structure.read()
    return _conclude(evidence, structure.findings, FAMILIES)


def _conclude(
    evidence: Evidence, read: Sequence[Finding], families: Sequence[Family]
) -> Examination:
    with np.errstate(all='ignore'):  # a destroyed number may be as large as numbers go
        findings = [*read, *(found for family in families for found in family(evidence))]
        digest = digest_of(evidence)
    frames = sum(len(camera.stamps) for camera in evidence.cameras.values())
    return Examination(tuple(findings), digest, frames)
