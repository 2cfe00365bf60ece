# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Verb `check`: find what is wrong with episodes, before a policy is trained on them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

from ..errors import EpisodeError
from .checks.codes import CODES, Severity
from .checks.finding import Finding
from .checks.report import check_files, CheckReport
from .each_file import tell
from .exit_status import FOUND, WELL
from .number_option import add_workers, duration
from .output import add_json, print_json, print_lines, print_table, progress
from .quarantine import quarantine
from .selection import add_selection, select_files
from .worker_pool import file_time_limit

NEVER = 'never'
SHOWN = 50


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_selection(parser, needed=False)
    add_json(parser)
    parser.add_argument(
        '--fail-on',
        choices=[*map(str, Severity), NEVER],
        default=str(Severity.ERROR),
        help='exit with status 1 when there is a finding so bad or worse (default: %(default)s)',
    )
    parser.add_argument(
        '--quarantine',
        type=Path,
        metavar='DIR',
        help='move the episodes with findings as bad as that to this folder',
    )
    parser.add_argument(
        '--ignore',
        nargs='+',
        default=[],
        metavar='CODE',
        help='do not report these codes, or all of a family: label, label.no_scenario',
    )
    parser.add_argument(
        '--instructions',
        type=Path,
        metavar='FILE',
        help='the known instructions, one in a line; others are reported',
    )
    parser.add_argument(
        '--codes', action='store_true', help='print every code, what it means, and end'
    )
    parser.add_argument('--all', action='store_true', help=f'show more than {SHOWN} findings')
    add_workers(parser)
    parser.add_argument(
        '--time-limit',
        type=duration,
        metavar='SECONDS',
        help='for a file, after which its process is killed (default: by its size)',
    )


def run(arguments: Namespace) -> int:
    """Check, print, move aside; return 1 when there is a finding at the threshold."""
    if arguments.codes:
        _print_codes(arguments.json)
        return WELL
    known = _read_lines(arguments.instructions) if arguments.instructions else []
    unknown = [c for c in arguments.ignore if not any(f'{k}.'.startswith(f'{c}.') for k in CODES)]
    if unknown:
        raise EpisodeError(f'--ignore {unknown[0]}: there is no such code, see --codes')
    paths = select_files(arguments.paths, unfinished=True)
    with progress(len(paths), 'check') as bar:
        report = check_files(
            paths,
            instructions=known,
            ignore=arguments.ignore,
            workers=arguments.workers,
            time_limit=_limit(arguments.time_limit),
            advance=bar.update,
        )
    never = arguments.fail_on == NEVER
    threshold = Severity.ERROR if never else Severity[arguments.fail_on.upper()]
    moved, left = {}, {}
    if arguments.quarantine:
        moved, left = quarantine(_bad(report, threshold), arguments.quarantine)
    if arguments.json:
        print_json({**report.to_dict(), 'quarantined': moved, 'not_quarantined': left})
    else:
        _print(report, SHOWN if not arguments.all else len(report.findings), moved)
        tell(left, 'episodes check: ')
    found = not never and report.at_least(threshold)
    return FOUND if found or left else WELL


def _print_codes(json: bool) -> None:
    rows = [[name, str(c.severity), c.meaning, c.remedy] for name, c in CODES.items()]
    if json:
        keys = ('code', 'severity', 'meaning', 'remedy')
        print_json({'codes': [dict(zip(keys, row, strict=True)) for row in rows]})
    else:
        print_table(['code', 'severity', 'it means', 'what to do'], rows)


def _limit(seconds: float | None) -> Callable[[Path], float]:
    return file_time_limit if seconds is None else lambda path: seconds


def _read_lines(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding='utf-8').splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EpisodeError(f'{path} cannot be read: {error}') from error
    return [line.strip() for line in lines if line.strip() and not line.startswith('#')]


def _bad(report: CheckReport, threshold: Severity) -> list[Path]:
    """Return the episodes with findings so bad or worse; those being recorded stay."""
    recording = {f.episode for f in report.findings if f.code == 'file.recording'}
    return [report.paths[name] for name in report.episodes(threshold) if name not in recording]


def _print(report: CheckReport, shown: int, moved: dict[Path, Path]) -> None:
    findings = sorted(report.findings, key=lambda finding: -finding.severity)
    if findings:
        print_table(
            ['severity', 'code', 'episode', 'frames', 'found'],
            map(_row, findings[:shown]),
        )
        if len(findings) > shown:
            print_lines([f'… and {len(findings) - shown} more: --all shows them, or --json'])
        print_lines([''])
        print_table(
            ['severity', 'code', 'findings', 'episodes', 'what to do'],
            [
                [CODES[code].severity, code, *counts, CODES[code].remedy]
                for code, counts in report.counts().items()
            ],
            numbers=['findings', 'episodes'],
        )
        print_lines([''])
    print_lines(f'moved {source} to {target}' for source, target in moved.items())
    bad = len(report.episodes(Severity.ERROR))
    odd = len(report.episodes(Severity.WARNING)) - bad
    rate = report.frames / max(report.seconds, 1e-9)
    print_lines(
        [
            f'{len(report.paths)} episodes, {report.frames} frames: {bad} with errors, '
            f'{odd} more with warnings ({rate:.0f} frames/s)'
        ]
    )


def _row(finding: Finding) -> list[str]:
    first, last = finding.frames or (None, None)
    frames = '' if first is None else str(first) if first == last else f'{first}-{last}'
    return [
        str(finding.severity),
        finding.code,
        finding.episode or '(all)',
        frames,
        finding.text,
    ]
