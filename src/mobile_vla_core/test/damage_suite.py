# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Damage an episode in every way, and see what `check` says of it and what `repair` brings back.

A case is passed when it is named, when every frame whose bytes are all there is in the new file,
and when nothing crashed, took longer than LIMIT or changed the damaged file.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
import ctypes
from dataclasses import asdict, dataclass, field
import hashlib
import json
import os
from pathlib import Path
import shutil
import subprocess
import sys
import time

from damage_cases import Case, cases, frame_pieces, make_episode

from mobile_vla_core.episodes import Episode
from mobile_vla_core.errors import MobileVlaError
from mobile_vla_core.toolbox.salvage.salvage_process import salvage

LIMIT = 10.0
"""More than this for one file is a hang [s]."""
EPISODES = (sys.executable, '-m', 'mobile_vla_core.toolbox.command')
PR_CAPBSET_DROP = 24  # linux/prctl.h
PRIVILEGES = (1, 2)  # linux/capability.h: to read and search whatever its permissions say


@dataclass
class Outcome:
    """What became of one case."""

    name: str
    expected: tuple[str, ...]
    found: list[str] = field(default_factory=list)
    present: int = 0
    recovered: int = 0
    crash: str = ''
    hang: str = ''
    modified: bool = False

    @property
    def named(self) -> bool:
        """Whether `check` gave one of the codes that name the damage."""
        return bool(set(self.found) & set(self.expected))

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return (
            self.named
            and self.recovered == self.present
            and not (self.crash or self.hang or self.modified)
        )


@dataclass
class Suite:
    """The figures of all cases."""

    outcomes: list[Outcome]

    def to_dict(self) -> dict[str, object]:
        """Return the figures, and what did not pass."""
        outcomes = self.outcomes
        return {
            'cases': len(outcomes),
            'named_correctly': sum(outcome.named for outcome in outcomes),
            'frames_present': sum(outcome.present for outcome in outcomes),
            'frames_recovered': sum(outcome.recovered for outcome in outcomes),
            'crashes': sum(bool(outcome.crash) for outcome in outcomes),
            'hangs': sum(bool(outcome.hang) for outcome in outcomes),
            'inputs_modified': sum(outcome.modified for outcome in outcomes),
            'failures': [asdict(outcome) for outcome in outcomes if not outcome.passed],
        }


def run(folder: Path, names: Sequence[str] = (), threads: int = 2) -> Suite:
    """
    Run cases in a folder.

    :param names: of the cases, all by default
    """
    sound = make_episode(folder / 'sound')
    pieces = frame_pieces(sound)
    chosen = [case for case in cases(sound) if not names or case.name in names]
    damaged = folder / 'damaged'
    damaged.mkdir()
    paths = [_damage(sound, case, damaged) for case in chosen]
    outcomes = [Outcome(case.name, case.codes) for case in chosen]
    before = [_state(path) for path in paths]
    for outcome, path in zip(outcomes, paths, strict=True):
        content = _content(path)
        outcome.present = sum(_is_there(content, places) for places in pieces.values())
        if outcome.name == 'permission_denied':
            outcome.present = 0  # they are, but not for us
    for path, codes in _check(damaged).items():
        outcomes[paths.index(path)].found = codes
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(_repair, outcomes, paths, [set(pieces)] * len(paths)))
    for outcome, path, state in zip(outcomes, paths, before, strict=True):
        outcome.modified = _state(path) != state
        if 'file.crash' in outcome.found:
            outcome.crash += ' check: the library crashed'
        if 'file.hang' in outcome.found:
            outcome.hang += ' check: the library came to no end'
    return Suite(outcomes)


def _damage(sound: Path, case: Case, folder: Path) -> Path:
    path = folder / f'{case.name}{case.suffix}'
    shutil.copyfile(sound, path)
    case.change(path)
    return path


def _state(path: Path) -> tuple[int, int, str]:
    status = path.stat()
    return status.st_mtime_ns, status.st_mode, hashlib.sha256(_content(path)).hexdigest()


def _content(path: Path) -> bytes:
    """Return the bytes of a file, also of one that may not be read: its owner may allow it."""
    mode = path.stat().st_mode
    try:
        path.chmod(mode | 0o400)
        return path.read_bytes()
    finally:
        path.chmod(mode)


def _is_there(content: bytes, places: list[tuple[int, bytes]]) -> bool:
    return all(content[start : start + len(part)] == part for start, part in places)


def _check(folder: Path) -> dict[Path, list[str]]:
    """Return the codes that `check` gives each file of a folder."""
    command = [*EPISODES, 'check', '--json', '--time-limit', str(LIMIT), str(folder)]
    document = json.loads(_output(command))
    found: dict[Path, list[str]] = {}
    for finding in document['findings']:
        if finding['path']:
            found.setdefault(Path(finding['path']), []).append(finding['code'])
    return found


def _repair(outcome: Outcome, path: Path, frames: set[bytes]) -> None:
    output = path.parent.parent / 'repaired' / path.name
    start = time.monotonic()
    try:
        if outcome.name == 'permission_denied':
            command = [*EPISODES, 'repair', '--json', '--output', str(output), str(path)]
            (report,) = json.loads(_output(command))['files']
            if 'denied' not in report.get('error', ''):
                outcome.crash = f'repair of what may not be read: {report}'
            return
        report = salvage(path, output)
        crashed = [note for note in report.notes if 'crashed' in note or 'no end' in note]
        outcome.crash = '; '.join(crashed)
        if report.sound or report.target is not None:
            with Episode(report.target or path) as episode:
                found = {
                    episode.jpeg(t, camera)
                    for camera in episode.cameras
                    for t in range(episode.frames(camera))
                }
            outcome.recovered = len(found & frames)
    except MobileVlaError as error:
        if outcome.present and 'mismatch' not in str(error):
            outcome.crash = f'{type(error).__name__}: {error}'
    except Exception as error:
        outcome.crash = f'{type(error).__name__}: {error}'
    finally:
        if time.monotonic() - start > LIMIT:
            outcome.hang = f'repair took {time.monotonic() - start:.0f} s'


def _output(command: Sequence[str]) -> str:
    """Run a program for which permissions count, also when root runs it."""
    process = subprocess.run(
        command, stdout=subprocess.PIPE, preexec_fn=_drop_privileges, check=False, text=True
    )
    if process.returncode not in (0, 1, 2):
        raise RuntimeError(f'{command[3]} ended with status {process.returncode}')
    return process.stdout


def _drop_privileges() -> None:
    if os.geteuid() == 0:
        library = ctypes.CDLL(None)
        for privilege in PRIVILEGES:
            library.prctl(PR_CAPBSET_DROP, privilege, 0, 0, 0)
