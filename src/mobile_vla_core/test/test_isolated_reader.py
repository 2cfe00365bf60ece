# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import os
from pathlib import Path
import time

import pytest

from mobile_vla_core.episodes import Episode
from mobile_vla_core.toolbox.view.isolated_reader import IsolatedReader, ReaderFailureError
from mobile_vla_core.toolbox.view.reading import summary


@pytest.fixture(scope='module')
def reader():
    reader = IsolatedReader()
    yield reader
    reader.close()


def test_a_call_is_answered_by_another_process(reader):
    assert reader.call(os.getpid) != os.getpid()
    assert reader.call(abs, -3) == 3


def test_a_crash_or_a_hang_is_told_and_the_next_call_is_answered(reader):
    with pytest.raises(ReaderFailureError, match='crashed') as crash:
        reader.call(os.abort)
    with pytest.raises(ReaderFailureError, match='no end in 1 s') as hang:
        reader.call(time.sleep, 60, limit=1.0)
    assert (crash.value.kind, hang.value.kind) == ('crash', 'hang')
    assert reader.call(abs, -3) == 3


def test_what_a_call_raises_is_told_in_a_sentence(reader, tmp_path):
    path = tmp_path / 'x.h5'
    with pytest.raises(ReaderFailureError, match='does not exist') as failure:
        reader.call(summary, path)
    assert failure.value.kind == 'error'
    with pytest.raises(ReaderFailureError, match='it is damaged: '):
        reader.call(Path.read_bytes, tmp_path)


def test_an_episode_is_not_opened_in_the_process_that_asks(reader, tmp_path, monkeypatch):
    path = tmp_path / 'x.h5'
    path.write_text('text')
    monkeypatch.setattr(Episode, '__init__', lambda *_: pytest.fail('opened here'))
    with pytest.raises(ReaderFailureError, match=r'x\.h5'):
        reader.call(summary, path)


def test_a_closed_reader_starts_no_process():
    reader = IsolatedReader()
    reader.close()
    with pytest.raises(ReaderFailureError, match='closed'):
        reader.call(os.getpid)
