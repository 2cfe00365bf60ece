# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Check files in parallel, then compare them: everything that was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
import time
from typing import Any
import unicodedata

from ...instruction_match import nearest_instruction
from ..worker_pool import Failure, file_time_limit, WorkerPool
from .codes import CODES, Severity
from .digest import Digest
from .examination import Examination, examine
from .file_fault import work_fault
from .finding import Finding
from .folder_checks import check_folder


@dataclass(frozen=True)
class CheckReport:
    """
    What a check of some files has found.

    :param paths: by the name that findings give them
    :param findings: by file, the folder's own last
    :param frames: pictures that were looked at
    """

    paths: dict[str, Path]
    findings: list[Finding]
    frames: int
    seconds: float

    def at_least(self, severity: Severity) -> list[Finding]:
        """Return the findings that are so bad or worse."""
        return [finding for finding in self.findings if finding.severity >= severity]

    def episodes(self, severity: Severity) -> list[str]:
        """Return the names of the episodes with findings so bad or worse."""
        names = dict.fromkeys(finding.episode for finding in self.at_least(severity))
        return [name for name in names if name]

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return by code how many findings and how many episodes there are, the worst first."""
        findings = Counter(finding.code for finding in self.findings)
        episodes = Counter(
            code for code, name in {(f.code, f.episode) for f in self.findings} if name
        )
        order = sorted(findings, key=lambda code: (-CODES[code].severity, -findings[code], code))
        return {code: (findings[code], episodes[code]) for code in order}

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            'episodes': len(self.paths),
            'frames': self.frames,
            'seconds': round(self.seconds, 3),
            'counts': {
                str(severity): sum(f.severity == severity for f in self.findings)
                for severity in Severity
            },
            'findings': [
                {**finding.to_dict(), 'path': str(self.paths.get(finding.episode, ''))}
                for finding in self.findings
            ],
        }


def check_files(
    paths: Sequence[Path],
    *,
    instructions: Iterable[str] = (),
    ignore: Sequence[str] = (),
    workers: int = 0,
    time_limit: Callable[[Path], float] = file_time_limit,
    advance: Callable[[], Any] = lambda: None,
) -> CheckReport:
    """
    Check files, each in a process that may crash or hang, and then all of them together.

    :param instructions: those that are known; none: every one is
    :param ignore: codes, or their first part, that are not to be reported
    :param workers: processes, one for each core by default
    :param time_limit: for a file [s]
    :param advance: is called after every file
    """
    started = time.monotonic()
    names = _names(paths)
    found: dict[int, tuple[list[Finding], Digest | None]] = {}
    frames = 0
    for number, result in WorkerPool(examine, workers, time_limit).map(paths):
        name = names[number]
        if isinstance(result, Failure):
            result = Examination((work_fault(name, result),))
        frames += result.frames
        digest = None if result.digest is None else replace(result.digest, name=name)
        found[number] = ([replace(f, episode=name) for f in result.findings], digest)
        advance()
    digests = [found[i][1] for i in range(len(paths)) if found[i][1] is not None]
    together = [*check_folder(digests), *_unknown_instructions(digests, list(instructions))]
    for finding in together:
        place = names.index(finding.episode) if finding.episode else len(paths)
        found.setdefault(place, ([], None))[0].append(finding)
    findings = [f for i in sorted(found) for f in sorted(found[i][0], key=_order)]
    kept = [finding for finding in findings if not _is_ignored(finding.code, ignore)]
    by_name = dict(zip(names, paths, strict=True))
    return CheckReport(by_name, kept, frames, time.monotonic() - started)


def _names(paths: Sequence[Path]) -> list[str]:
    """Return a name for each file: its own, unless another has the same."""
    own = [path.name for path in paths]
    return own if len(set(own)) == len(own) else [str(path) for path in paths]


def _order(finding: Finding) -> tuple:
    return -finding.severity, finding.code, finding.frames or (-1, -1)


def _is_ignored(code: str, ignore: Sequence[str]) -> bool:
    return any(code == prefix or code.startswith(f'{prefix}.') for prefix in ignore)


def _unknown_instructions(digests: Sequence[Digest], known: Sequence[str]) -> list[Finding]:
    if not known:
        return []
    plain = {_plain(text) for text in known}
    findings = []
    for digest in digests:
        if digest.instruction.strip() and _plain(digest.instruction) not in plain:
            nearest = nearest_instruction(digest.instruction, known)
            text = (
                f'"{digest.instruction}" is none of the {len(plain)} known, '
                f'the nearest is "{nearest.nearest}"'
            )
            findings.append(Finding('label.unknown_instruction', digest.name, text))
    return findings


def _plain(text: str) -> str:
    return ' '.join(unicodedata.normalize('NFC', text).lower().split())
