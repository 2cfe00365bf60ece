# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Which files can be edited: those that the library reads without a fault."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...episodes import schema
from ...episodes.layout import Layout
from ..checks.codes import CODES
from ..checks.file_checks import check_file
from ..checks.file_fault import finding_text
from ..inventory import read_inventory


def refuse_unfinished(paths: Sequence[Path]) -> dict[Path, str]:
    """Return why files cannot be moved: their recorder may still write to them."""
    unfinished = [path for path in paths if path.name.endswith(schema.PART_SUFFIX)]
    return {path: finding_text(check_file(path)) for path in unfinished}


def refuse_unsound(paths: Sequence[Path]) -> dict[Path, str]:
    """
    Return why files cannot be edited, as `check` says it; those that can are not in it.

    They are read in processes of their own, because the HDF5 library may crash on one.
    """
    refused = {}
    for path, facts in zip(paths, read_inventory(paths), strict=True):
        fault = facts.fault
        if not fault and facts.layout != Layout.OURS.value:
            fault = f'schema.legacy: layout {facts.layout}'
        if fault:
            refused[path] = f'{fault}; {CODES[fault.partition(":")[0]].remedy}'
    return refused
