# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for the checksum of each picture: a flipped bit is found, and nothing else is blamed."""

import json
from pathlib import Path
import zlib

from check_fixture import FRAMES, record
import cv2
import h5py
import numpy as np
import pytest

from mobile_vla_core.episodes import Episode, schema
from mobile_vla_core.episodes.recovery import recover
from mobile_vla_core.errors import EpisodeError
from mobile_vla_core.toolbox.command import main

CRC = 'observations/images/front/crc'


@pytest.fixture
def path(tmp_path):
    return record(tmp_path / 'drives', 'one')


def run(capsys, *arguments):
    status = main([*map(str, arguments), '--json'])
    return status, json.loads(capsys.readouterr().out)


def codes(capsys, path):
    return {finding['code']: finding for finding in run(capsys, 'check', path)[1]['findings']}


def frames(path):
    with Episode(path) as episode:
        return [episode.jpeg(t) for t in range(len(episode))]


def flip_silently(path: Path, t: int) -> None:
    """Flip a bit of frame t that the decoder does not mind."""
    with Episode(path) as episode:
        jpeg = episode.jpeg(t)
    content = bytearray(path.read_bytes())
    begin = content.find(jpeg)
    for place in range(len(jpeg) // 2, len(jpeg)):
        altered = bytearray(jpeg)
        altered[place] ^= 1
        picture = cv2.imdecode(np.frombuffer(altered, np.uint8), cv2.IMREAD_COLOR)
        before = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        if picture is not None and 0 < np.abs(picture.astype(int) - before).max() < 40:
            content[begin + place] ^= 1
            path.write_bytes(content)
            return
    raise AssertionError('there is no such bit')


def older(path: Path) -> None:
    """Make the file one of the version before checksums."""
    with h5py.File(path, 'r+', libver=('v110', 'v110')) as file:
        del file[CRC]
        file.attrs['schema_version'] = schema.text_attribute('1.1')


def test_each_frame_has_the_checksum_of_zlib(path):
    with h5py.File(path) as file:
        stored = file[CRC][:].tolist()
    assert stored == [zlib.crc32(jpeg) for jpeg in frames(path)]
    assert len(stored) == FRAMES


def test_a_bit_that_no_decoder_minds_is_found_refused_and_left_out_by_repair(path, capsys):
    whole = frames(path)
    flip_silently(path, 7)
    finding = codes(capsys, path)['image.altered']
    assert (finding['severity'], finding['frames']) == ('error', [7, 7])
    with Episode(path) as episode:
        assert episode.jpeg(6) == whole[6]
        with pytest.raises(EpisodeError, match=r'one\.h5: frame 7 of front is damaged: its bytes'):
            episode.jpeg(7)
    status, document = run(capsys, 'repair', path)
    (report,) = document['files']
    assert (status, report['recovered']) == (1, FRAMES - 1)
    assert list(report['cameras']['front']['lost']) == ['7']
    assert frames(report['target']) == [jpeg for t, jpeg in enumerate(whole) if t != 7]


@pytest.mark.parametrize('fill', [0, 99])
def test_damaged_checksums_do_not_cost_a_picture(path, capsys, fill):
    whole = frames(path)
    with h5py.File(path, 'r+', libver=('v110', 'v110')) as file:
        file[CRC][:] = np.arange(FRAMES) * fill
    assert 'image.altered' in codes(capsys, path)
    status, document = run(capsys, 'repair', path)
    (report,) = document['files']
    assert (status, report['recovered'], report['sound']) == (0, FRAMES, False)
    assert any('checksums of' in line for line in report['mended'])
    assert frames(report['target']) == whole
    assert 'image.altered' not in codes(capsys, report['target'])


def test_without_an_index_the_checksums_tell_which_frame_a_picture_was(path, capsys):
    whole = frames(path)
    with Episode(path) as episode:
        stamps = episode.stamps()
    begin = path.read_bytes().find(whole[4])
    with h5py.File(path, 'r+', libver=('v110', 'v110')) as file:
        del file['observations/images/front/end']
    content = bytearray(path.read_bytes())
    content[begin : begin + 60] = bytes(60)
    path.write_bytes(content)
    _, document = run(capsys, 'repair', path)
    (report,) = document['files']
    assert (report['recovered'], report['raw']) == (FRAMES - 1, False)
    with Episode(report['target']) as episode:
        np.testing.assert_array_equal(episode.stamps(), np.delete(stamps, 4))
    assert frames(report['target']) == [jpeg for t, jpeg in enumerate(whole) if t != 4]


def test_files_of_the_version_before_are_read_without(path, capsys):
    whole = frames(path)
    older(path)
    assert frames(path) == whole
    assert not set(codes(capsys, path)) & {'image.altered', 'data.missing'}
    assert run(capsys, 'repair', path)[1]['files'][0]['sound']


def test_a_file_of_this_version_without_them_is_named_and_mended(path, capsys):
    with h5py.File(path, 'r+', libver=('v110', 'v110')) as file:
        del file[CRC]
    assert 'data.missing' in codes(capsys, path)
    (report,) = run(capsys, 'repair', path)[1]['files']
    assert (report['recovered'], report['sound']) == (FRAMES, False)
    assert 'data.missing' not in codes(capsys, report['target'])


def test_recovery_counts_an_altered_frame_as_damaged(path):
    part = path.with_name('one.h5.part')
    path.rename(part)
    flip_silently(part, 7)
    report = recover(part)
    assert (report.frames, report.lost) == (
        {'front': FRAMES - 1},
        ('front: 1 of 40 frames are damaged',),
    )
