# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import json
import os

import pytest

from mobile_vla_core.toolbox.view.journal import Journal, JournalError

NOW = 1000.0


@pytest.fixture
def path(tmp_path):
    path = tmp_path / 'one.h5'
    path.write_bytes(b'original')
    return path


def rewrite(path, content):
    draft = path.with_suffix('.new')
    draft.write_bytes(content)
    draft.replace(path)


def edited(journal, path, content=b'edited'):
    return journal.replace('relabel', path, 'a change', NOW, lambda: rewrite(path, content))


def test_undo_brings_back_the_very_file(path):
    before = path.stat()
    journal = Journal(path.parent)
    edit = edited(journal, path)
    assert path.read_bytes() == b'edited'
    assert journal.undo() == edit
    assert path.read_bytes() == b'original'
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert journal.edits() == []


def test_edits_are_undone_one_by_one_after_a_restart_too(path):
    edited(Journal(path.parent), path, b'first')
    edited(Journal(path.parent), path, b'second')
    Journal(path.parent).discard(path, 'discarded', NOW)
    assert not path.exists()
    journal = Journal(path.parent)
    for content in (b'second', b'first', b'original'):
        journal.undo()
        assert path.read_bytes() == content
    with pytest.raises(JournalError, match='nothing to undo'):
        journal.undo()


def test_an_earlier_edit_of_the_same_file_waits_for_the_later_one(path):
    journal = Journal(path.parent)
    first = edited(journal, path, b'first')
    edited(journal, path, b'second')
    with pytest.raises(JournalError, match='undo that first'):
        journal.undo(first.number)
    assert path.read_bytes() == b'second'


def test_what_another_program_wrote_meanwhile_is_not_lost(path):
    journal = Journal(path.parent)
    edited(journal, path)
    rewrite(path, b'by another program')
    with pytest.raises(JournalError, match='another program changed it'):
        journal.undo()
    assert path.read_bytes() == b'by another program'


@pytest.mark.parametrize('content', [b'edited', b'original', None])
def test_a_file_of_the_same_bytes_or_none_stands_against_no_undo(path, content):
    journal = Journal(path.parent)
    edited(journal, path)
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    journal.undo()
    assert path.read_bytes() == b'original'
    assert journal.edits() == []


def test_a_journal_of_before_without_digests_is_read(path):
    journal = Journal(path.parent)
    edited(journal, path)
    file = path.parent / '.edits' / 'journal.json'
    (row,) = json.loads(file.read_text())
    del row['digest']
    file.write_text(json.dumps([row]))
    journal.undo()
    assert path.read_bytes() == b'original'


def test_a_discarded_file_does_not_replace_a_new_one_of_its_name(path):
    journal = Journal(path.parent)
    journal.discard(path, 'discarded', NOW)
    path.write_bytes(b'new')
    with pytest.raises(JournalError):
        journal.undo()
    assert path.read_bytes() == b'new'


def test_an_edit_that_fails_or_changes_nothing_leaves_no_trace(path):
    journal = Journal(path.parent)

    def fail():
        raise ValueError('no')

    with pytest.raises(ValueError, match='no'):
        journal.replace('relabel', path, 'a change', NOW, fail)
    with pytest.raises(JournalError, match='nothing is changed'):
        journal.replace('relabel', path, 'a change', NOW, lambda: None)
    assert path.read_bytes() == b'original'
    assert journal.edits() == []
    assert sorted(os.listdir(path.parent / '.edits')) == ['lock']


def test_a_journal_that_cannot_be_read_is_named_and_the_file_is_not_touched(path):
    journal = Journal(path.parent)
    edited(journal, path)
    (path.parent / '.edits' / 'journal.json').write_text('{')
    with pytest.raises(JournalError, match=r'journal\.json cannot be read'):
        journal.undo()
    with pytest.raises(JournalError, match=r'journal\.json cannot be read'):
        journal.discard(path, 'discarded', NOW)
    assert path.read_bytes() == b'edited'
