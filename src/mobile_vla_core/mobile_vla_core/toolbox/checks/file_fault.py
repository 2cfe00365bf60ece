# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Why a file cannot be used, in the same words whichever verb meets it."""

from __future__ import annotations

from pathlib import Path

from ...episodes.damage import reason
from ...errors import EpisodeOpenError, SchemaMismatchError
from ..worker_pool import Failure
from .file_checks import check_file
from .finding import Finding

_FAILURES = {'crash': 'file.crash', 'hang': 'file.hang', 'error': 'data.unreadable'}


def opening_fault(path: Path, error: Exception) -> Finding:
    """Return what opening a file that looks like HDF5 has shown."""
    if isinstance(error, SchemaMismatchError):
        return Finding('schema.mismatch', path.name, without_name(path, error))
    if 'truncated file' in str(error):
        text = f'{path.stat().st_size} bytes are there: {reason(error.__cause__ or error)}'
        return Finding('file.truncated', path.name, text)
    return Finding('file.damaged', path.name, reason(error.__cause__ or error))


def work_fault(name: str, failure: Failure) -> Finding:
    """Return what became of a file whose process crashed, hung or failed."""
    return Finding(_FAILURES[failure.kind], name, failure.text)


def fault_text(path: Path, error: Exception) -> str:
    """
    Say why a verb cannot do its work on a file: as `check` does if the file is at fault.

    The name of the file is left out.
    """
    if not isinstance(error, EpisodeOpenError):
        return without_name(path, error)
    return finding_text(check_file(path) or opening_fault(path, error))


def finding_text(finding: Finding) -> str:
    """Return code, text and remedy in one line."""
    return '; '.join(filter(None, [f'{finding.code}: {finding.text}', finding.remedy]))


def fault_line(path: Path, error: Exception) -> str:
    """Return `fault_text` after the name of the file."""
    return f'{path.name}: {fault_text(path, error)}'


def without_name(path: Path, error: Exception) -> str:
    """Return what an error says of a file, in one line that does not begin with its name."""
    text = ' '.join(str(error).split()) or type(error).__name__
    for name in (str(path), path.name):
        if text.startswith(f'{name}: '):
            return text.removeprefix(f'{name}: ')
        if text.startswith(f'{name} '):
            return 'it ' + text.removeprefix(f'{name} ')
    return text
