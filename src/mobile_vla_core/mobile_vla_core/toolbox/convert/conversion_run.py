# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Convert many recordings, each in a process that may crash or be ended without the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ...episodes import Episode
from ...errors import MobileVlaError
from ..checks.file_fault import fault_text, finding_text, work_fault
from ..new_output import new_output, refuse_existing
from ..worker_pool import Failure, WorkerPool
from .converter import Converter
from .job import Conversion, Job, LEROBOT
from .lerobot import LeRobotWriter
from .ours import room
from .sources import name_of

LEAST_TIME = 60.0
"""For a recording [s]."""
SLOWEST_BYTES = 200_000
"""A recording that is converted slower than this has no end [bytes/s]."""


def convert_all(
    sources: Sequence[Path], job: Job, done: Callable[[Conversion], None]
) -> list[Conversion]:
    """
    Convert recordings; one that cannot be converted does not end the run.

    :param done: called after each, as they come
    :return: what became of each, in the order of `sources`
    :raises MobileVlaError: if nothing can be written at all
    """
    job.need_libraries()
    if job.to == LEROBOT:
        refuse_existing(job.output, overwrite=job.overwrite)
        return _to_data_set(sources, job, done)
    results: dict[int, Conversion] = {}
    with room(job.output) as place:
        converter = Converter(job, place)
        refused = _refuse_places(sources, converter)
        for number, result in refused.items():
            results[number] = result
            done(result)
        left = [number for number in range(len(sources)) if number not in refused]
        for position, (result, _) in _work(converter, [sources[number] for number in left]):
            results[left[position]] = result
            done(result)
    return [results[number] for number in range(len(sources))]


def time_limit(path: Path) -> float:
    """Return how long a recording may take [s]."""
    files = path.rglob('*') if path.is_dir() else [path]
    size = sum(file.stat().st_size for file in files if file.is_file())
    return LEAST_TIME + size / SLOWEST_BYTES


def _work(
    converter: Converter, sources: Sequence[Path]
) -> Iterator[tuple[int, tuple[Conversion, Path | None]]]:
    for number, outcome in WorkerPool(converter, time_limit=time_limit).map(sources):
        if isinstance(outcome, Failure):
            found = work_fault(sources[number].name, outcome)
            outcome = Conversion(sources[number], error=finding_text(found)), None
        yield number, outcome


def _refuse_places(sources: Sequence[Path], converter: Converter) -> dict[int, Conversion]:
    """Return those recordings whose place is that of another, or their own."""
    refused, taken = {}, {}
    for number, source in enumerate(sources):
        target = converter.target(source)
        first = taken.setdefault(name_of(source), source)
        error = ''
        if first is not source:
            error = f'it has the name of {first}: convert it to another output'
        elif target.resolve() == source.resolve():
            error = f'{target} would replace its source: choose another output'
        if error:
            refused[number] = Conversion(source, error=error)
    return refused


def _to_data_set(
    sources: Sequence[Path], job: Job, done: Callable[[Conversion], None]
) -> list[Conversion]:
    fps = None if job.said.rate is None else max(round(job.said.rate), 1)
    waiting: dict[int, tuple[Conversion, Path | None]] = {}
    results: list[Conversion] = []
    with room(job.output.parent) as place:
        draft = place / 'set'
        writer = LeRobotWriter(draft, fps=fps)
        for number, outcome in _work(Converter(job, place), sources):
            waiting[number] = outcome
            while len(results) in waiting:  # a data set keeps the order of its sources
                result, path = waiting.pop(len(results))
                if path is not None:
                    _add(writer, path, result, job)
                results.append(result)
                done(result)
        if all(result.error for result in results):
            return results
        writer.finish()
        with new_output(job.output, overwrite=job.overwrite) as final:
            draft.replace(final)
    return results


def _add(writer: LeRobotWriter, path: Path, result: Conversion, job: Job) -> None:
    try:
        with Episode(path) as episode:
            result.frames, notes = writer.add(episode)
    except MobileVlaError as error:
        result.error = fault_text(result.source, error)
        return
    result.notes += notes
    result.output = job.output
    if path != result.source:
        path.unlink()
