# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Look at an older recording as far as it goes: it has no stamps, and its pictures are raw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...action_space import as_action, derive_action_type
from ...episodes import schema
from ...episodes.layout import Layout
from ...errors import EpisodeError, InstructionError
from ...picture_quality import QualityLimits
from ..convert.assumption import Overrides
from ..convert.legacy import LegacyEpisode, open_legacy
from .evidence import CameraEvidence, Evidence
from .finding import Finding, frame_ranges
from .picture_scan import scan_raw
from .structure_checks import empty_rows

CAMERA = 'front'
_ALL_ROWS = Overrides(keep_artificial=True)


class LegacyCheck:
    """
    Reads one older recording, its artificial rows too.

    :param layout: that `detect_layout` gives it
    """

    def __init__(self, path: Path, layout: Layout, limits: QualityLimits) -> None:
        self._path = path
        self._layout = layout
        self._limits = limits
        self.findings = [
            Finding('schema.legacy', path.name, f'layout {layout.value}: {layout.expected}')
        ]
        self.size = ''
        """Width x height of the pictures."""

    def read(self, pictures: bool = True) -> Evidence:
        """
        Read everything.

        :param pictures: whether they are looked at too
        :raises EpisodeError: if the file cannot be read
        """
        said = _ALL_ROWS
        try:
            with open_legacy(self._path, self._layout, said) as episode:
                return self._evidence(episode, pictures)
        except InstructionError:
            said = replace(said, instruction='')
        with open_legacy(self._path, self._layout, said) as episode:
            return self._evidence(episode, pictures)

    def _evidence(self, episode: LegacyEpisode, pictures: bool) -> Evidence:
        height, width = episode.size
        self.size = f'{width}x{height}'
        frames = len(episode.rows)
        scan = None
        if pictures:
            scan = scan_raw(self._pictures(episode), frames, self._limits)
        given = episode.action_types != schema.ACTION_TYPE_NOT_GIVEN
        velocities = episode.velocities
        types = np.where(given, episode.action_types, derive_action_type(velocities))
        self._find_artificial(frames)
        return Evidence(
            name=self._path.name,
            instruction=episode.instruction,
            scenario=episode.scenario,
            outcome='unknown',
            expected_period=float('nan'),
            cameras={CAMERA: CameraEvidence(episode.stamps, episode.stamps, scan)},
            actions=as_action(velocities, types),
            commands=empty_rows(schema.STREAM_COLUMNS[schema.COMMANDS]),
            odometry=empty_rows(schema.STREAM_COLUMNS[schema.ODOMETRY]),
            limits=self._limits,
        )

    def _pictures(self, episode: LegacyEpisode) -> Iterator[NDArray[np.uint8]]:
        try:
            yield from episode.pictures()
        except EpisodeError as error:
            self.findings.append(Finding('data.unreadable', self._path.name, str(error)))

    def _find_artificial(self, frames: int) -> None:
        try:
            with open_legacy(self._path, self._layout, Overrides(instruction='')) as driven:
                kept = driven.rows
        except EpisodeError:
            kept = np.arange(0)
        artificial = np.ones(frames, dtype=bool)
        artificial[kept] = False
        for first, last in frame_ranges(artificial):
            code = 'action.artificial_start' if first == 0 else 'action.artificial_end'
            text = (
                f'rows {first} to {last} are made by the recorder of layout {self._layout.value}'
            )
            self.findings.append(Finding(code, self._path.name, text, (first, last)))
