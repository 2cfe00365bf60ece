# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Change an episode file at random, thousands of times, and read, check and repair what comes.

Each change is made and read in a process that a crash may end and a hang makes be killed; the
same number gives the same change again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
import os
from pathlib import Path
import random
import shutil
import tempfile

from damage_cases import make_episode

from mobile_vla_core.episodes import Episode
from mobile_vla_core.errors import MobileVlaError
from mobile_vla_core.toolbox.checks.examination import examine
from mobile_vla_core.toolbox.salvage.jpeg_fault import JpegFault
from mobile_vla_core.toolbox.salvage.salvage_copy import SalvageCopy
from mobile_vla_core.toolbox.salvage.salvage_report import SalvageReport
from mobile_vla_core.toolbox.worker_pool import Failure, WorkerPool

LIMIT = 10.0
"""More than this for one change is a hang [s]."""
FRAMES = 4
PAGE = 4096
MEMORY = Path('/dev/shm')
"""Files are made here where it exists, which is faster than a disk."""
SOUND = 'sound.h5'


@dataclass
class Fuzz:
    """What came of all changes."""

    mutations: int = 0
    crashes: dict[int, str] = field(default_factory=dict)
    """Number of the change -> what was raised, or how the process ended."""
    hangs: dict[int, str] = field(default_factory=dict)
    inputs_modified: int = 0
    repaired: int = 0
    """Changes after which `repair` made a new file."""


def run(mutations: int, first: int = 0, advance: Callable[[], object] = lambda: None) -> Fuzz:
    """
    Make and read changes.

    :param first: number of the first
    :param advance: called after each
    """
    result = Fuzz()
    place = MEMORY if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place, prefix='mobile_vla_fuzz_') as name:
        folder = Path(name)
        make_episode(folder, FRAMES, ('front',)).rename(folder / SOUND)
        tasks = [folder / str(number) for number in range(first, first + mutations)]
        pool = WorkerPool(read_changed, count=2, time_limit=lambda path: LIMIT)
        for place, answer in pool.map(tasks):
            number = first + place
            result.mutations += 1
            if isinstance(answer, Failure):
                found = result.hangs if answer.kind == 'hang' else result.crashes
                found[number] = answer.text
                shutil.rmtree(folder / f'{number}_work', ignore_errors=True)
            else:
                result.repaired += answer['repaired']
                result.inputs_modified += answer['modified']
                if answer['crash']:
                    result.crashes[number] = answer['crash']
            advance()
    return result


def mutate(content: bytes, number: int) -> bytes:
    """Return a file changed at random, the same one for the same number."""
    chance = random.Random(number)
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        chance.choice(CHANGES)(changed, chance)
    return bytes(changed)


def read_changed(task: Path) -> dict[str, object]:
    """Read, check and repair the change of a task's number; all that may be raised is ours."""
    changed = mutate((task.parent / SOUND).read_bytes(), int(task.name))
    path, work = task.with_suffix('.h5'), task.parent / f'{task.name}_work'
    path.write_bytes(changed)
    before = path.stat().st_mtime_ns
    work.mkdir()
    answer = {'crash': '', 'repaired': False, 'modified': False}
    try:
        with JpegFault():  # the warnings of the JPEG library are not shown
            for step in (_read, examine):
                _attempt(step, path, answer)
            report = _attempt(partial(_repair, work=work), path, answer)
            if report is not None and report.target is not None:
                answer['repaired'] = True
                _read(report.target)
        answer['modified'] = path.stat().st_mtime_ns != before or path.read_bytes() != changed
    finally:
        path.unlink()
        shutil.rmtree(work)
    return answer


def _repair(path: Path, work: Path) -> SalvageReport:
    return SalvageCopy(path, work, lambda: None).run()


def _attempt(step: Callable[[Path], object], path: Path, answer: dict[str, object]) -> object:
    try:
        return step(path)
    except MobileVlaError:
        return None
    except Exception as error:
        answer['crash'] = f'{step}: {type(error).__name__}: {error}'
        return None


def _read(path: Path) -> None:
    """Read all that an episode has."""
    with Episode(path) as episode:
        for camera in episode.cameras:
            for t in range(episode.frames(camera)):
                episode.image(t, camera)
            episode.stamps(camera)
            episode.receive_stamps(camera)
            episode.camera_info(camera)
        for name in episode.streams:
            episode.stream(name)
        for value in (episode.actions, episode.action_stamps, episode.outcome, episode.metadata):
            del value


def _place(content: bytearray, chance: random.Random) -> int:
    """Return a place, rather one that holds something: most of a small file is empty pages."""
    for _ in range(20):
        place = chance.randrange(max(len(content), 1))
        if content[place : place + 8].strip(b'\0'):
            return place
    return 0


def _flip(content: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 2, 16))):
        if content:
            content[_place(content, chance)] ^= 1 << chance.randrange(8)


def _fill(content: bytearray, chance: random.Random) -> None:
    start, length = _place(content, chance), chance.choice((1, 2, 4, 8, 64, 512, PAGE))
    filling = chance.choice((bytes(length), b'\xff' * length, chance.randbytes(length)))
    content[start : start + length] = filling


def _cut(content: bytearray, chance: random.Random) -> None:
    del content[chance.randrange(len(content) + 1) :]


def _remove(content: bytearray, chance: random.Random) -> None:
    start = _place(content, chance)
    del content[start : start + chance.choice((1, 8, 512, PAGE))]


def _insert(content: bytearray, chance: random.Random) -> None:
    start = _place(content, chance)
    content[start:start] = chance.randbytes(chance.choice((1, 8, 512, PAGE)))


def _copy_page(content: bytearray, chance: random.Random) -> None:
    pages = len(content) // PAGE
    if pages:
        source, target = (chance.randrange(pages) * PAGE for _ in range(2))
        content[target : target + PAGE] = content[source : source + PAGE]


CHANGES = (_flip, _flip, _fill, _fill, _cut, _remove, _insert, _copy_page)
