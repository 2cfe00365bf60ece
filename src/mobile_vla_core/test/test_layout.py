# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for layout.py: a file is called by the name of its layout, and never corrupt."""

import h5py
from legacy_fixture import SMALL, write_v1, write_v4, write_v6, WRITERS
import numpy as np
import pytest

from mobile_vla_core.episodes import CameraStream, EpisodeWriter
from mobile_vla_core.episodes.layout import detect_layout, Layout
from mobile_vla_core.errors import EpisodeError, SchemaMismatchError
from mobile_vla_core.images import encode_jpeg


@pytest.mark.parametrize('name', WRITERS)
def test_every_older_layout_is_detected(tmp_path, name):
    path = WRITERS[name](tmp_path / 'a.h5', size=SMALL)
    assert detect_layout(path) is Layout(name)


def test_an_episode_is_ours_also_while_it_is_being_written(tmp_path):
    writer = EpisodeWriter(tmp_path, instruction='go', cameras=[CameraStream()])
    writer.add_frame('front', encode_jpeg(np.zeros((8, 8, 3), np.uint8)), 1.0, 1.0)
    assert detect_layout(writer.path) is Layout.OURS
    assert detect_layout(writer.close()) is Layout.OURS


def test_v1_of_an_early_recorder_is_v1_and_three_wide_rows_without_events_are_v4(tmp_path):
    assert detect_layout(write_v1(tmp_path / 'a.h5', size=SMALL, late=False)) is Layout.V1
    assert detect_layout(write_v4(tmp_path / 'b.h5', size=SMALL, width=3)) is Layout.V4


def test_v6_is_known_by_its_attribute_and_by_its_sources_alone(tmp_path):
    path = write_v6(tmp_path / 'a.h5', size=SMALL)
    with h5py.File(path, 'r+') as file:
        del file.attrs['stop_inject_n']
    assert detect_layout(path) is Layout.V6
    with h5py.File(path, 'r+') as file:
        file.attrs['stop_inject_n'] = 5
        del file['action_event_types']
    assert detect_layout(path) is Layout.V6


def test_an_unknown_file_is_a_mismatch_that_says_found_and_expected(tmp_path):
    with h5py.File(tmp_path / 'other.h5', 'w') as file:
        file['observations/state'] = np.zeros((4, 7))
        file.attrs['robot'] = 'arm'
    with pytest.raises(SchemaMismatchError) as caught:
        detect_layout(tmp_path / 'other.h5')
    text = str(caught.value)
    assert 'schema mismatch: found observations/state (4, 7) float64, attribute robot' in text
    for layout in Layout:
        assert f'{layout.value} ({layout.expected})' in text
    assert 'corrupt' not in text


def test_an_empty_file_holds_no_keys(tmp_path):
    h5py.File(tmp_path / 'empty.h5', 'w').close()
    with pytest.raises(SchemaMismatchError, match='found no keys, expected one of ours'):
        detect_layout(tmp_path / 'empty.h5')


def test_of_many_keys_only_the_first_are_named(tmp_path):
    with h5py.File(tmp_path / 'many.h5', 'w') as file:
        for index in range(40):
            file[f'key_{index:02}'] = 0
    with pytest.raises(SchemaMismatchError, match=r'key_11 .*, …, expected') as caught:
        detect_layout(tmp_path / 'many.h5')
    assert 'key_12' not in str(caught.value)


@pytest.mark.parametrize('content', [b'', b'a text\n', b'\x1f\x8b\x08rubbish'])
def test_what_is_no_hdf5_file_cannot_be_opened(tmp_path, content):
    (tmp_path / 'a.h5').write_bytes(content)
    with pytest.raises(EpisodeError, match='cannot be opened as an HDF5 file'):
        detect_layout(tmp_path / 'a.h5')
