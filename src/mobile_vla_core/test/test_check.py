# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for the verb `check`, from the command line to its exit status."""

import json

from check_fixture import detour, record, scene
import pytest

from mobile_vla_core.toolbox.checks.codes import CODES, Severity
from mobile_vla_core.toolbox.checks.finding import Finding, frame_ranges
from mobile_vla_core.toolbox.command import main


@pytest.fixture
def folder(tmp_path):
    """Return a folder of a sound episode, one with a warning, and one that is no episode."""
    folder = tmp_path / 'episodes'
    record(folder, 'sound', picture=lambda t: scene(t, 1))
    record(folder, 'wrong', command=lambda t: detour(t, side=-1.0))
    (folder / 'text.h5').write_text('no episode\n')
    return folder


def check(capsys, *arguments):
    """Run the verb; return its exit status and its JSON document."""
    status = main(['check', *map(str, arguments), '--json', '--workers', '2'])
    return status, json.loads(capsys.readouterr().out)


def test_errors_make_the_status_one_and_are_named_with_their_remedy(folder, capsys):
    status, document = check(capsys, folder)
    assert status == 1
    assert (document['episodes'], document['frames']) == (3, 80)
    found = {f['episode']: f for f in document['findings'] if f['episode']}
    assert 'sound.h5' not in found
    assert found['wrong.h5']['code'] == 'label.wrong_side'
    assert found['text.h5'] == {
        'code': 'file.not_hdf5',
        'severity': 'error',
        'episode': 'text.h5',
        'frames': None,
        'text': 'its 11 bytes are text, not HDF5',
        'remedy': CODES['file.not_hdf5'].remedy,
        'path': str(folder / 'text.h5'),
    }
    assert document['counts']['error'] == 1


def test_the_threshold_decides_the_status(folder, capsys):
    (folder / 'text.h5').unlink()
    assert check(capsys, folder)[0] == 0
    assert check(capsys, folder, '--fail-on', 'warning')[0] == 1
    assert check(capsys, folder / 'sound.h5', '--fail-on', 'note')[0] == 0
    assert check(capsys, folder, '--fail-on', 'warning', '--ignore', 'label')[0] == 0


def test_never_failing_still_reports(folder, capsys):
    status, document = check(capsys, folder, '--fail-on', 'never')
    assert (status, document['counts']['error']) == (0, 1)


def test_bad_episodes_are_moved_aside_and_the_others_stay(folder, tmp_path, capsys):
    bad = tmp_path / 'bad'
    status, document = check(capsys, folder, '--quarantine', bad, '--fail-on', 'warning')
    assert status == 1
    assert sorted(p.name for p in folder.iterdir()) == ['sound.h5']
    assert document['quarantined'] == {
        str(folder / name): str(bad / name) for name in ('text.h5', 'wrong.h5')
    }
    assert sorted(p.name for p in bad.iterdir()) == ['text.h5', 'wrong.h5']


def test_instructions_that_are_not_in_the_list_are_named(folder, tmp_path, capsys):
    known = tmp_path / 'known.txt'
    known.write_text('# of the plan\ngo to the cup\n')
    _, document = check(capsys, folder / 'sound.h5', '--instructions', known)
    assert [f['code'] for f in document['findings']] == ['label.unknown_instruction']
    known.write_text('Pass the box  on the LEFT\n')
    assert check(capsys, folder / 'sound.h5', '--instructions', known)[1]['findings'] == []


def test_the_tables_name_findings_and_sum_them_up(folder, capsys):
    assert main(['check', str(folder)]) == 1
    printed = capsys.readouterr().out
    assert 'file.not_hdf5' in printed
    assert '3 episodes, 80 frames: 1 with errors, 1 more with warnings' in printed


def test_files_of_the_same_name_are_told_apart(tmp_path, capsys):
    for part in 'ab':
        record(tmp_path / part, 'drive', scenario='')
    _, document = check(capsys, tmp_path / 'a', tmp_path / 'b')
    named = {f['episode'] for f in document['findings'] if f['code'] == 'label.no_scenario'}
    assert named == {str(tmp_path / 'a' / 'drive.h5'), str(tmp_path / 'b' / 'drive.h5')}


def test_what_cannot_be_done_is_one_sentence_and_status_two(tmp_path, capsys):
    assert main(['check', str(tmp_path / 'absent')]) == 2
    assert capsys.readouterr().err.startswith('episodes check: ')
    record(tmp_path)
    assert main(['check', str(tmp_path), '--ignore', 'nonsense']) == 2


def test_every_code_says_what_to_do_about_more_than_a_note():
    for code, content in CODES.items():
        assert content.meaning, code
        assert content.remedy or content.severity is Severity.NOTE, code


def test_the_codes_are_a_document_too(capsys):
    assert main(['check', '--codes', '--json']) == 0
    codes = json.loads(capsys.readouterr().out)['codes']
    assert [code['code'] for code in codes] == list(CODES)
    assert set(codes[0]) == {'code', 'severity', 'meaning', 'remedy'}
    assert main(['check', '--codes']) == 0
    assert 'file.not_hdf5' in capsys.readouterr().out
    assert main(['check', '--json']) == 2
    assert 'give episode files' in json.loads(capsys.readouterr().out)['error']


def test_a_code_that_is_not_listed_is_refused():
    with pytest.raises(KeyError):
        Finding('no.such_code', 'e.h5', 'text')


def test_runs_of_frames_are_given_by_their_first_and_last():
    assert frame_ranges([1, 0, 1, 1, 0, 0, 1]) == [(0, 0), (2, 3), (6, 6)]
    assert frame_ranges([]) == []
