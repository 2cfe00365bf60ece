# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for repair.py and salvage/: every frame that is there is copied, the file is only read."""

import hashlib
import json
from pathlib import Path

import cv2
import h5py
import numpy as np
import pytest

from mobile_vla_core.episodes import CameraStream, Episode, EpisodeWriter, schema
from mobile_vla_core.episodes.labels import read_labels
from mobile_vla_core.errors import EpisodeError
from mobile_vla_core.images import encode_jpeg
from mobile_vla_core.toolbox.command import main

PAGE = 4096
FRAMES = 40


def jpeg(t: int, camera: int = 0) -> bytes:
    coarse = np.random.default_rng([t, camera]).integers(0, 255, (9, 16, 3), dtype=np.uint8)
    return encode_jpeg(cv2.resize(coarse, (160, 90), interpolation=cv2.INTER_CUBIC))


@pytest.fixture(scope='module')
def original(tmp_path_factory):
    writer = EpisodeWriter(
        tmp_path_factory.mktemp('original'),
        instruction='go left',
        scenario='1box_vert_left',
        cameras=[CameraStream(width=160, height=90), CameraStream('rear', width=160, height=90)],
        name='episode',
    )
    for t in range(FRAMES):
        stamp = 100 + 0.1 * t
        writer.add_frame('front', jpeg(t), stamp, stamp + 0.01)
        writer.add_frame('rear', jpeg(t, 1), stamp, stamp + 0.01)
        writer.add_command((0.3, 0.0, 0.01 * t), stamp + 0.02, stamp + 0.02)
    return writer.close('success')


@pytest.fixture
def content(original):
    return bytearray(original.read_bytes())


def place_of(original, name):
    """Return where an object's header begins, as the page of a file."""
    with h5py.File(original) as file:
        return h5py.h5o.get_info(file[name].id).addr


def repair(tmp_path, capsys, content, name='torn.h5'):
    """Return the report on damaged content, and the path of the new file."""
    path = tmp_path / name
    path.write_bytes(content)
    before = path.stat().st_mtime_ns, hashlib.sha256(content).hexdigest()
    status = main(['repair', '--json', str(path)])
    (report,) = json.loads(capsys.readouterr().out)['files']
    assert (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest()) == before
    assert list((tmp_path / 'repaired').glob('.*')) == []
    return status, report


def frames(report, camera):
    with Episode(report['target']) as episode:
        return [episode.jpeg(t, camera) for t in range(episode.frames(camera))]


def test_a_sound_episode_is_left_alone(tmp_path, capsys, content):
    status, report = repair(tmp_path, capsys, content)
    assert (status, report['sound'], report['target']) == (0, True, None)
    assert list((tmp_path / 'repaired').iterdir()) == []


def test_an_unfinished_episode_is_closed_and_nothing_is_lost(tmp_path, capsys, content):
    status, report = repair(tmp_path, capsys, content, 'torn.h5.part')
    assert (status, report['recovered'], report['commands']) == (0, 2 * FRAMES, FRAMES)
    assert report['target'] == str(tmp_path / 'repaired' / 'torn.h5')
    with Episode(report['target']) as episode:
        assert (episode.instruction, episode.outcome) == ('go left', 'success')


@pytest.mark.parametrize('part', [0.4, 0.6, 0.8])
def test_of_a_cut_file_every_frame_before_the_cut_is_kept(tmp_path, capsys, content, part):
    cut = content[: int(len(content) * part)]
    status, report = repair(tmp_path, capsys, cut)
    assert status == 1
    there = [jpeg(t, c) for c in (0, 1) for t in range(FRAMES) if content.find(jpeg(t, c)) > 0]
    there = [picture for picture in there if cut.find(picture) > 0]
    names = [name for name, camera in report['cameras'].items() if camera['recovered']]
    kept = [picture for name in names for picture in frames(report, name)]
    assert set(there) <= set(kept)
    lost = sum(len(camera['lost']) for camera in report['cameras'].values())
    assert lost + report['recovered'] == report['frames']


def test_a_destroyed_first_block_is_made_again(tmp_path, capsys, content):
    content[:60] = b'x' * 60
    status, report = repair(tmp_path, capsys, content)
    assert (status, report['recovered'], report['commands']) == (0, 2 * FRAMES, FRAMES)
    assert 'its first block is made again' in report['mended'][0]
    with Episode(report['target']) as episode:
        assert episode.stamps()[-1] == pytest.approx(100 + 0.1 * (FRAMES - 1))
        assert episode.outcome == 'success'


@pytest.mark.parametrize(
    ('name', 'stamps_known'),
    [
        ('/', False),
        ('observations', False),
        ('observations/images/front/jpeg', True),
        ('observations/images/front/end', True),
        ('observations/images/front/header_stamp', True),
        ('commands', True),
        ('action', True),
        ('events', True),
    ],
)
def test_a_destroyed_header_costs_no_frame(
    tmp_path, capsys, original, content, name, stamps_known
):
    start = place_of(original, name)
    content[start : start + PAGE] = bytes(PAGE)
    _, report = repair(tmp_path, capsys, content)
    assert report['recovered'] == 2 * FRAMES
    names = list(report['cameras'])
    assert frames(report, names[0]) == [jpeg(t) for t in range(FRAMES)]
    assert frames(report, names[1]) == [jpeg(t, 1) for t in range(FRAMES)]
    assert report['raw'] is not stamps_known
    with Episode(report['target']) as episode:
        assert (episode.outcome == 'failure') is not stamps_known
        if stamps_known:
            np.testing.assert_allclose(episode.stamps()[:2], [100, 100.1], atol=0.02)


def test_pictures_without_any_structure_are_told_apart_and_kept_from_training(
    tmp_path, capsys, original, content
):
    with h5py.File(original) as file:
        first = file['observations/images/front/jpeg'].id.get_chunk_info(0).byte_offset
    content[:first] = bytes(first)
    status, report = repair(tmp_path, capsys, content)
    assert (status, report['raw']) == (1, True)
    assert [frames(report, name) for name in report['cameras']] == [
        [jpeg(t) for t in range(FRAMES)],
        [jpeg(t, 1) for t in range(FRAMES)],
    ]
    with Episode(report['target']) as episode:
        assert episode.ending[0] == 'failure'
        assert 'not for training' in episode.ending[1]
        assert schema.UNFIT_EVENT in [kind for _, kind, _ in episode.events]
    with pytest.raises(EpisodeError, match='is not for training: stamps or actions were lost'):
        read_labels([Path(report['target'])])
    assert main(['check', report['target']]) == 1
    assert 'label.unfit' in capsys.readouterr().out


def test_a_damaged_picture_is_lost_and_named_and_the_others_are_not(tmp_path, capsys, content):
    start = content.find(jpeg(7))
    content[start : start + 20] = bytes(20)
    status, report = repair(tmp_path, capsys, content)
    assert status == 1
    assert report['cameras']['front']['lost'] == {'7': 'it does not begin like a JPEG'}
    assert frames(report, 'front') == [jpeg(t) for t in range(FRAMES) if t != 7]


def test_pictures_that_a_camera_makes_with_a_flaw_are_no_damage(tmp_path, capsys):
    writer = EpisodeWriter(tmp_path / 'odd', instruction='go')
    flawed = [jpeg(t)[:-2] + b'\x55' * 40 + b'\xff\xd9' for t in range(10)]
    for t, picture in enumerate(flawed):
        writer.add_frame('front', picture, t + 1, t + 1)
    content = bytearray(writer.close().read_bytes())
    assert repair(tmp_path, capsys, content)[1]['sound']
    start = content.find(flawed[0])
    content[:start] = bytes(start)
    _, report = repair(tmp_path, capsys, content, 'bare.h5')
    assert frames(report, 'front') == flawed


def test_stamps_and_commands_that_are_no_numbers_are_mended(tmp_path, capsys, original):
    path = tmp_path / 'torn.h5'
    path.write_bytes(original.read_bytes())
    with h5py.File(path, 'r+', libver=('v110', 'v110')) as file:
        file['observations/images/front/header_stamp'][5:8] = np.nan
        file['commands/twist'][3] = np.inf
    _, report = repair(tmp_path, capsys, path.read_bytes())
    assert report['recovered'] == 2 * FRAMES
    assert report['commands'] == FRAMES - 1
    with Episode(report['target']) as episode:
        np.testing.assert_allclose(episode.stamps(), 100 + 0.1 * np.arange(FRAMES), atol=1e-6)
        assert np.isfinite(episode.actions).all()


@pytest.mark.parametrize('content', [b'', b'no episode\n', b'\x1f\x8b\0'])
def test_of_a_file_without_a_picture_nothing_is_made(tmp_path, capsys, content):
    status, report = repair(tmp_path, capsys, content)
    assert (status, report['target']) == (2, None)


def test_another_layout_is_no_damage(tmp_path, capsys):
    with h5py.File(tmp_path / 'g.h5', 'w') as file:
        file['observations/images'] = np.zeros((2, 4, 4, 3), np.uint8)
        file['action'] = np.zeros((2, 4))
    assert main(['repair', str(tmp_path / 'g.h5')]) == 2
    assert 'schema mismatch: found layout G, expected ours' in capsys.readouterr().out


def test_what_is_no_episode_at_all_is_not_sent_to_be_converted(tmp_path, capsys):
    with h5py.File(tmp_path / 'foreign.h5', 'w') as file:
        file['weights'] = np.zeros(3)
    assert main(['repair', str(tmp_path / 'foreign.h5')]) == 2
    printed = capsys.readouterr().out
    assert printed.startswith('foreign.h5: schema mismatch: found weights (3,) float64, expected')
    assert 'episodes convert' not in printed


@pytest.mark.parametrize('known', [slice(0, 30), slice(10, 40), slice(5, 35)])
def test_stamps_that_can_only_be_guessed_keep_the_episode_from_training(
    tmp_path, capsys, original, known
):
    path = tmp_path / 'torn.h5'
    path.write_bytes(original.read_bytes())
    with h5py.File(path, 'r+', libver=('v110', 'v110')) as file:
        for name in ('header_stamp', 'receive_stamp'):
            stamps = np.full(FRAMES, np.nan)
            stamps[known] = file[f'observations/images/front/{name}'][known]
            file[f'observations/images/front/{name}'][:] = stamps
    status, report = repair(tmp_path, capsys, path.read_bytes())
    assert (status, report['raw'], report['recovered']) == (1, True, 2 * FRAMES)


def test_what_exists_is_not_written_over(tmp_path, capsys, content):
    content[:60] = b'x' * 60
    repair(tmp_path, capsys, content)
    assert main(['repair', str(tmp_path / 'torn.h5')]) == 2
    assert 'exists already' in capsys.readouterr().out


def test_an_episode_that_is_being_written_is_refused(tmp_path, capsys):
    writer = EpisodeWriter(tmp_path, instruction='go')
    writer.add_frame('front', jpeg(0), 0, 0)
    assert main(['repair', str(writer.path)]) == 2
    assert 'is being written' in capsys.readouterr().out
    writer.discard()
