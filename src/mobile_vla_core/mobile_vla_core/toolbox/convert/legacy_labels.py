# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What an older recording says of itself: its task, its scenario and when it was made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
import re
from typing import Any

import h5py
import numpy as np

from ...episodes import schema
from ...errors import InstructionError
from .assumption import Assumption, Overrides, USER

SCENARIO = re.compile(r'(?P<boxes>[12])box_(?P<orientation>vert|hori)_(?P<side>left|right)')
NAME_DATE = re.compile(r'(\d{8})_(\d{6})')
SENTENCES = {
    '1': 'Navigate around the single box obstacle by going {side}',
    '2': 'Navigate around the two box obstacles by going {side}',
}
"""What the drivers of the eight scenarios were told."""


def attributes(file: h5py.File) -> dict[str, Any]:
    """Return a file's attributes and those and the scalars of /episode_metadata, text as str."""
    found = dict(file.attrs)
    metadata = file.get('episode_metadata')
    if metadata is not None:
        found |= dict(metadata.attrs)
    if isinstance(metadata, h5py.Group):
        scalars = {k: v for k, v in metadata.items() if isinstance(v, h5py.Dataset)}
        found |= {key: value[()] for key, value in scalars.items() if value.size == 1}
    return {str(_plain(key)): _plain(value) for key, value in found.items()}


def find_scenario(path: Path, values: Mapping[str, Any], said: Overrides) -> Assumption:
    """Return the scenario, '' when nothing tells it."""
    if said.scenario is not None:
        return Assumption('scenario', said.scenario, USER)
    given = str(values.get('scenario', '')).strip()
    if given:
        return Assumption('scenario', given, 'attribute scenario')
    named = {'file name': path.stem, 'attribute episode_name': values.get('episode_name', '')}
    for why, text in named.items():
        match = SCENARIO.search(str(text))
        if match:
            return Assumption('scenario', match.group(), why)
    return Assumption('scenario', '', 'neither an attribute nor the file name tells it')


def find_instruction(file: h5py.File, path: Path, scenario: str, said: Overrides) -> Assumption:
    """
    Return the instruction.

    :raises InstructionError: if nothing tells it
    """
    if said.instruction is not None:
        return Assumption('instruction', said.instruction, USER)
    stored = file.get('language_instruction')
    if isinstance(stored, h5py.Dataset) and stored.size:
        text = schema.decode_text(np.ravel(stored[()])[0]).strip('\0 \n')
        if text:
            return Assumption('instruction', text, 'dataset language_instruction')
    match = SCENARIO.fullmatch(scenario)
    if match:
        text = SENTENCES[match['boxes']].format(side=match['side'])
        return Assumption('instruction', text, f'what drivers of {scenario} were told')
    raise InstructionError(
        f'{path.name} holds no instruction, and no scenario to take it from: '
        f'say what the robot was asked with --instruction'
    )


def find_start(path: Path, values: Mapping[str, Any]) -> tuple[datetime | None, Assumption]:
    """Return when the recording was made, None when nothing tells it."""
    given = str(values.get('collection_datetime', '')).replace('Z', '+00:00')  # for Python 3.10
    try:
        start = datetime.fromisoformat(given)
        why = 'attribute collection_datetime'
    except ValueError:
        match = NAME_DATE.search(path.stem)
        try:
            start = datetime.strptime(''.join(match.groups()), '%Y%m%d%H%M%S') if match else None
        except ValueError:
            start = None
        why = 'file name'
    if start is None:
        return None, Assumption('start', '0 s', 'nothing tells when it was recorded')
    if start.tzinfo is None:
        start, why = start.replace(tzinfo=timezone.utc), f'{why}, taken as UTC'
    return start, Assumption('start', start.isoformat(), why)


def _plain(value: Any) -> Any:
    if isinstance(value, (bytes, str)):
        # Of a damaged file, names may hold what no UTF-8 can say.
        text = schema.decode_text(value).strip('\0')
        return text.encode(errors='replace').decode()
    if isinstance(value, np.ndarray):
        return [_plain(item) for item in value.ravel().tolist()]
    return value.item() if isinstance(value, np.generic) else value
