# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import json
from pathlib import Path

import numpy as np

from mobile_vla_core.toolbox.output import print_json, print_table


def test_json_holds_plain_values_only(capsys):
    print_json({'a': np.float32(1.5), 'b': float('nan'), 'c': Path('x'), 'd': np.arange(2)})
    assert json.loads(capsys.readouterr().out) == {'a': 1.5, 'b': None, 'c': 'x', 'd': [0, 1]}


def test_a_table_shows_texts_of_files_as_they_are_and_sends_no_command(capsys):
    print_table(['name', 'frames'], [['[red]\x1b[2J', 12]], numbers=['frames'])
    printed = capsys.readouterr().out
    assert '[red] [2J' in printed
    assert '\x1b' not in printed
