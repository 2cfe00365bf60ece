# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for file_fault.py and exit_status.py: one fault has one name, whichever verb meets it."""

from check_fixture import record
import pytest

from mobile_vla_core.toolbox.checks.codes import CODES
from mobile_vla_core.toolbox.command import main

DAMAGE = {
    'file.not_hdf5': lambda content: b'no episode',
    'file.truncated': lambda content: content[:5000],
    'file.empty': lambda content: b'',
    'file.damaged': lambda content: bytes(2) + content[2:],
}
VERBS = {
    'info': [],
    'check': [],
    'stats': [],
    'split': [],
    'view': ['--plot', '--output', 'pictures'],
    'convert': ['--to', 'mcap', '--output', 'converted'],
    'edit': ['--scenario', 'hall', '--output', 'edited'],
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ('one', 'two', 'torn'):
        record(tmp_path / 'drives', name)
    return tmp_path / 'drives'


def run(verb, *paths):
    name, *first = [verb, 'set'] if verb == 'edit' else [verb]
    return main([name, *first, *map(str, paths), *VERBS[verb]])


@pytest.mark.parametrize('verb', VERBS)
@pytest.mark.parametrize('code', DAMAGE)
def test_every_verb_names_it_alike_once_and_goes_on_with_the_others(folder, capsys, verb, code):
    path = folder / 'torn.h5'
    path.write_bytes(DAMAGE[code](path.read_bytes()))
    assert run(verb, folder) == 1
    said = capsys.readouterr()
    lines = [line for line in (said.out + said.err).splitlines() if code in line]
    assert lines
    assert all(line.count('torn.h5') <= 1 for line in lines)
    if verb not in ('check', 'info'):
        assert lines[0].endswith(CODES[code].remedy)


@pytest.mark.parametrize('verb', [verb for verb in VERBS if verb not in ('check', 'info')])
def test_a_verb_that_can_do_nothing_ends_with_2(folder, verb):
    path = folder / 'torn.h5'
    path.write_bytes(b'no episode')
    assert run(verb, path) == 2


def test_the_codes_are_listed_on_demand(capsys):
    assert main(['check', '--codes']) == 0
    printed = capsys.readouterr().out
    assert all(code in printed for code in CODES)
