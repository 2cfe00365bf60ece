# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Take recordings through our schema into another format, one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
import time

from ...episodes import Episode
from ...episodes.layout import Layout
from ...errors import EpisodeError, MobileVlaError
from ...images import JPEG_QUALITY
from ..new_output import new_output, OutputError, refuse_existing
from ..optional_library import need
from .assumption import Assumption, Overrides
from .bag import write_bag
from .bag_topics import BagTopics
from .layout_g import file_name, write_g
from .legacy import open_legacy
from .lerobot import LeRobotWriter
from .mcap_file import write_mcap
from .mp4 import write_mp4
from .ours import copy_episode, move, room, write_legacy
from .sources import BAG, kind_of, name_of

OURS, G, LEROBOT, MCAP, MP4 = FORMATS = ('ours', 'g', 'lerobot', 'mcap', 'mp4')


_LIBRARIES = {
    LEROBOT: (('pyarrow', 'a LeRobot data set'),),
    MCAP: (('mcap', 'MCAP'), ('rosbags', 'reading and writing ROS 2 messages')),
    MP4: (('av', 'MP4 video'),),
}


@dataclass
class Conversion:
    """What became of one recording."""

    source: Path
    kind: str = ''
    output: Path | None = None
    frames: int = 0
    seconds: float = 0.0
    assumptions: list[Assumption] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    error: str = ''


@dataclass(frozen=True)
class Job:
    """
    What to convert to, and where.

    :param output: the folder of the new files; for LeRobot the data set itself
    :param camera: whose pictures a format with one camera holds; the primary one when None
    """

    to: str
    output: Path
    overwrite: bool = False
    quality: int = JPEG_QUALITY
    camera: str | None = None
    said: Overrides = field(default_factory=Overrides)
    topics: BagTopics = field(default_factory=BagTopics)


def convert_all(
    sources: Iterable[Path], job: Job, done: Callable[[Conversion], None]
) -> list[Conversion]:
    """
    Convert recordings; one that cannot be converted does not end the run.

    :param done: called after each
    :raises MobileVlaError: if nothing can be written at all
    """
    for library, purpose in _LIBRARIES.get(job.to, ()):
        need(library, library, purpose)
    if job.to == LEROBOT:
        refuse_existing(job.output, overwrite=job.overwrite)
        return _to_data_set(sources, job, done)
    results = []
    taken: dict[Path, Path] = {}
    with room(job.output) as place:
        for source in sources:
            convert = _Converter(job, place, taken)
            results.append(_guarded(source, convert, done))
    return results


def _to_data_set(
    sources: Iterable[Path], job: Job, done: Callable[[Conversion], None]
) -> list[Conversion]:
    fps = None if job.said.rate is None else max(round(job.said.rate), 1)
    results = []
    with room(job.output.parent) as place:
        draft = place / job.output.name
        writer = LeRobotWriter(draft, fps=fps)

        def convert(source: Path, result: Conversion) -> None:
            with _as_ours(source, place, job, result) as path, Episode(path) as episode:
                result.frames, notes = writer.add(episode)
                result.notes += notes
                result.output = job.output

        results = [_guarded(source, convert, done) for source in sources]
        if all(result.error for result in results):
            return results
        writer.finish()
        with new_output(job.output, overwrite=job.overwrite) as final:
            draft.replace(final)
    return results


def _guarded(
    source: Path,
    convert: Callable[[Path, Conversion], None],
    done: Callable[[Conversion], None],
) -> Conversion:
    result = Conversion(source)
    begin = time.monotonic()
    try:
        convert(source, result)
    except MobileVlaError as error:
        result.error = str(error)
    except Exception as error:  # a damaged file makes its library raise whatever happens
        result.error = f'{type(error).__name__}: {error}'
    if result.error:
        result.output = None
    result.seconds = time.monotonic() - begin
    done(result)
    return result


class _Converter:
    """Write a file for each recording."""

    def __init__(self, job: Job, place: Path, taken: dict[Path, Path]) -> None:
        self._job, self._place, self._taken = job, place, taken

    def __call__(self, source: Path, result: Conversion) -> None:
        if self._job.to != G:  # whose name depends on the scenario
            self._take(self._target(source, ''), source)
        with _as_ours(source, self._place, self._job, result) as path:
            with Episode(path) as episode:
                result.frames = len(episode)
                target = self._target(source, episode.scenario)
                if self._job.to == G:
                    self._take(target, source)
                if self._job.to != OURS:
                    with new_output(target, overwrite=self._job.overwrite) as draft:
                        self._write(episode, draft, result)
            if self._job.to == OURS:
                self._place_ours(path, target, ours=path == source)
        result.output = target

    def _target(self, source: Path, scenario: str) -> Path:
        stem = name_of(source)
        if self._job.to == G:
            return self._job.output / file_name(stem, scenario)
        suffix = {OURS: '.h5', MCAP: '.mcap', MP4: '.mp4'}[self._job.to]
        return self._job.output / f'{stem}{suffix}'

    def _take(self, target: Path, source: Path) -> None:
        """Refuse a target before the work is done."""
        if target in self._taken:
            raise OutputError(f'{target} was just made from {self._taken[target]}')
        refuse_existing(target, overwrite=self._job.overwrite)
        if target.resolve() == source.resolve():
            raise OutputError(f'{target} would replace its source: choose another output')
        self._taken[target] = source

    def _write(self, episode: Episode, draft: Path, result: Conversion) -> None:
        camera = self._job.camera
        others = [name for name in episode.cameras if name != (camera or episode.primary_camera)]
        if self._job.to == MCAP:
            _, lines = write_mcap(episode, draft)
            result.notes += lines
            return
        if others:
            result.notes.append(f'cameras not written: {", ".join(others)}; choose with --camera')
        if self._job.to == G:
            result.frames = write_g(episode, draft, camera=camera)
            return
        result.frames, moved = write_mp4(episode, draft, camera=camera)
        if moved:
            result.notes.append(f'{moved} stamps do not increase; shown a millisecond later')

    def _place_ours(self, path: Path, target: Path, *, ours: bool) -> None:
        if ours:
            copy_episode(path, target, overwrite=self._job.overwrite)
        else:
            move(path, target, overwrite=self._job.overwrite)


@contextmanager
def _as_ours(source: Path, place: Path, job: Job, result: Conversion) -> Iterator[Path]:
    """Give the path of an episode of our schema: the source, or one made of it in `place`."""
    said = job.said
    result.kind = kind_of(source, said.layout)
    if result.kind == Layout.OURS.value:
        if said.instruction is not None or said.scenario is not None:
            result.notes.append('it keeps its own labels; `episodes edit` changes them')
        yield source
        return
    name = name_of(source)
    if result.kind == BAG:
        report = write_bag(
            source, place, name=name, said=said, topics=job.topics, quality=job.quality
        )
        result.assumptions, result.lost = report.assumptions, report.lost
        path = report.path
    else:
        with open_legacy(source, Layout(result.kind), said) as legacy:
            result.assumptions = list(legacy.assumptions)
            path = write_legacy(legacy, place, quality=job.quality)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def status_of(results: Iterable[Conversion]) -> int:
    """Return the exit status: 0 all converted, 1 something lost, 2 nothing converted."""
    results = list(results)
    failed = [result for result in results if result.error]
    if len(failed) == len(results):
        return 2
    return 1 if failed or any(result.lost for result in results) else 0


def check_job(job: Job) -> None:
    """Raise EpisodeError for options that do not go together."""
    if job.said.rate is not None and not 0 < job.said.rate < float('inf'):
        raise EpisodeError(f'--rate {job.said.rate:g} is no rate: give frames per second')
    if not 1 <= job.quality <= 100:
        raise EpisodeError(f'--jpeg-quality {job.quality}: expected 1 to 100')
