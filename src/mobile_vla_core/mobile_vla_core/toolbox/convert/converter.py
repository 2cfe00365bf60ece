# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Take one recording through our schema into another format."""

from __future__ import annotations

from pathlib import Path
import tempfile
import time

from ...episodes import Episode, schema
from ...episodes.layout import Layout
from ...errors import MobileVlaError
from ..checks.file_fault import fault_text
from ..new_output import refuse_existing
from .bag import write_bag
from .job import Conversion, G, Job, LEROBOT, MCAP, MP4, OURS
from .layout_g import aligned_frames, file_name, write_g
from .legacy import open_legacy
from .mcap_file import write_mcap
from .mp4 import write_mp4
from .ours import copy_episode, move, write_legacy
from .sources import BAG, kind_of, name_of

_SUFFIXES = {OURS: '.h5', G: '.h5', MCAP: '.mcap', MP4: '.mp4'}


class Converter:
    """
    Convert a recording; may be sent to another process.

    :param place: a folder on the disk of the output for what is under way
    """

    def __init__(self, job: Job, place: Path) -> None:
        self._job, self._place = job, place

    def __call__(self, source: Path) -> tuple[Conversion, Path | None]:
        """
        Convert, and say what came of it; an error is part of that.

        For LeRobot, return also the episode of our schema that is to go into the data set.
        """
        result = Conversion(source)
        begin = time.monotonic()
        path = None
        try:
            path = self._convert(source, result)
        except MobileVlaError as error:
            result.error = fault_text(source, error)
        except Exception as error:  # a damaged file makes its library raise whatever happens
            result.error = f'{type(error).__name__}: {error}'
        result.seconds = time.monotonic() - begin
        return result, path

    def _convert(self, source: Path, result: Conversion) -> Path | None:
        job = self._job
        if job.to in (OURS, MCAP, MP4):  # before the work is done; the name of G comes of it
            refuse_existing(self.target(source), overwrite=job.overwrite)
        # Of its own, for two recordings may have one name.
        room = Path(tempfile.mkdtemp(dir=self._place))
        path = self._as_ours(source, room, result)
        if job.to == OURS:
            with Episode(path) as episode:
                result.frames = len(episode)
                if path == source:
                    _refuse_damaged(episode)
            put = copy_episode if path == source else move
            put(path, self.target(source), overwrite=job.overwrite)
            result.output = self.target(source)
            return None
        with Episode(path) as episode:
            unfit = [text for _, kind, text in episode.events if kind == schema.UNFIT_EVENT]
            result.notes += unfit
            if job.to == LEROBOT:
                _read_all(episode)
                return path
            target = self.target(source, episode.scenario)
            refuse_existing(target, overwrite=job.overwrite)
            draft = room / f'draft{target.suffix}'
            self._write(episode, draft, result)
        move(draft, target, overwrite=job.overwrite)
        result.output = target
        if path != source:
            path.unlink()
        return None

    def target(self, source: Path, scenario: str = '') -> Path:
        """Return where a recording goes to; layout G has its scenario in the name."""
        stem = name_of(source)
        name = file_name(stem, scenario) if self._job.to == G else f'{stem}{self._suffix}'
        return self._job.output / name

    @property
    def _suffix(self) -> str:
        return _SUFFIXES[self._job.to]

    def _as_ours(self, source: Path, room: Path, result: Conversion) -> Path:
        """Return an episode of our schema: the source, or one made of it in `room`."""
        job, said = self._job, self._job.said
        result.kind = kind_of(source, said.layout)
        if result.kind == Layout.OURS.value:
            if said.instruction is not None or said.scenario is not None:
                result.notes.append('it keeps its own labels; `episodes edit` changes them')
            return source
        if result.kind == BAG:
            report = write_bag(
                source,
                room,
                name=name_of(source),
                said=said,
                topics=job.topics,
                quality=job.quality,
            )
            result.assumptions, result.lost = report.assumptions, report.lost
            return report.path
        with open_legacy(source, Layout(result.kind), said) as legacy:
            result.assumptions = list(legacy.assumptions)
            return write_legacy(legacy, room, quality=job.quality)

    def _write(self, episode: Episode, draft: Path, result: Conversion) -> None:
        result.frames = len(episode)
        if self._job.to == MCAP:
            write_mcap(episode, draft)
            return
        camera = self._job.camera
        others = [name for name in episode.cameras if name != (camera or episode.primary_camera)]
        if others:
            result.notes.append(f'cameras not written: {", ".join(others)}; choose with --camera')
        if self._job.to == G:
            result.frames = write_g(episode, draft, camera=camera)
            return
        result.frames, moved = write_mp4(episode, draft, camera=camera)
        if moved:
            result.notes.append(f'{moved} stamps do not increase; shown a millisecond later')


def _refuse_damaged(episode: Episode) -> None:
    """Read everything, so that no copy of a damaged episode passes for a conversion."""
    aligned_frames(episode, None)
    _ = episode.attributes, episode.metadata, episode.action_stamps
    for camera in episode.cameras:
        _ = episode.stamps(camera), episode.receive_stamps(camera)
        for frame in range(episode.frames(camera)):
            episode.image(frame, camera)
    for stream in episode.streams:
        episode.stream(stream)


def _read_all(episode: Episode) -> None:
    """Read what a data set takes of an episode, so that a damage shows here and not there."""
    for camera in episode.cameras:
        aligned_frames(episode, camera)
        for frame in range(episode.frames(camera)):
            episode.jpeg(frame, camera)
    _ = episode.odometry
