# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for edit/: what is kept is as it was recorded, the alignment rule holds afterwards."""

import json
import subprocess

import numpy as np
import pytest

from mobile_vla_core.episodes import align_actions, CameraStream, Episode, EpisodeWriter
from mobile_vla_core.episodes.segments import Segment, write_segments
from mobile_vla_core.images import encode_jpeg
from mobile_vla_core.toolbox.command import main

FRAMES = 30
IDLE = range(10, 20)


def jpeg(t: int, camera: str = 'front') -> bytes:
    values = np.random.default_rng([t, len(camera)]).integers(0, 255, (24, 32, 3), dtype=np.uint8)
    return encode_jpeg(values)


def record(folder, name='drive', start=100.0, speeds=None, **options):
    """Record 30 frames at 10 Hz; commands come only when the speed changes."""
    cameras = [CameraStream(), CameraStream('rear')]
    options = {'instruction': 'go left', **options}
    writer = EpisodeWriter(folder, cameras=cameras, joints=['wheel'], name=name, **options)
    speeds = [0.0 if t in IDLE else 0.1 + t for t in range(FRAMES)] if speeds is None else speeds
    before = None
    for t, speed in enumerate(speeds):
        stamp = start + 0.1 * t
        writer.add_frame('front', jpeg(t), stamp, stamp + 0.01)
        writer.add_frame('rear', jpeg(t, 'rear'), stamp + 0.05, stamp + 0.06)
        if speed != before:
            writer.add_command((speed, 0.0, 0.0), stamp + 0.02, stamp + 0.03)
        before = speed
        writer.add_odometry(stamp, (t, 0, 0, 0, 0, 0, 1), (speed, 0, 0, 0, 0, 0))
        writer.add_imu(stamp, (0, 0, 0, 1), (0, 0, t), (0, 0, 9.81))
        writer.add_joint_state(stamp, [t])
    return writer.close('success', 'reached', start + 0.1 * len(speeds))


@pytest.fixture
def path(tmp_path):
    return record(tmp_path / 'drives')


def edit(capsys, *arguments):
    """Return the exit status and what is said of the files."""
    status = main(['edit', *map(str, arguments), '--json'])
    return status, json.loads(capsys.readouterr().out)['files']


def frames(path, camera='front'):
    with Episode(path) as episode:
        return [episode.jpeg(t, camera) for t in range(episode.frames(camera))]


def assert_kept(new, old, kept):
    """Assert that an episode holds these frames of another, and all that belongs to them."""
    with Episode(new) as episode, Episode(old) as source:
        kept = list(kept)
        assert [episode.jpeg(t) for t in range(len(episode))] == [jpeg(t) for t in kept]
        np.testing.assert_array_equal(episode.stamps(), source.stamps()[kept])
        np.testing.assert_array_equal(episode.receive_stamps(), source.receive_stamps()[kept])
        np.testing.assert_array_equal(episode.actions, source.actions[kept])
        np.testing.assert_array_equal(episode.action_stamps, source.action_stamps[kept])
        rows = episode.commands
        again = align_actions(episode.stamps(), rows['stamp'], rows['twist'], rows['action_type'])
        np.testing.assert_array_equal(again[0], episode.actions)
        assert frames(new, 'rear') == [jpeg(t, 'rear') for t in kept]
        for stream in ('odometry', 'imu', 'joint_states'):
            np.testing.assert_array_equal(
                episode.stream(stream)['stamp'], source.stream(stream)['stamp'][kept]
            )
        assert episode.instruction == source.instruction
        assert episode.ending == source.ending


@pytest.mark.parametrize(
    ('chosen', 'kept'),
    [
        (('--frames', '3:7'), range(3, 8)),
        (('--frames', '15:'), range(15, FRAMES)),
        (('--frames', ':-6'), range(25)),
        (('--seconds', '0.95:1.55'), range(10, 16)),
    ],
)
def test_trim_keeps_frames_and_cuts_every_stream_to_their_time(
    tmp_path, capsys, path, chosen, kept
):
    before = path.read_bytes()
    status, (answer,) = edit(capsys, 'trim', path, *chosen, '--output', tmp_path / 'new')
    assert status == 0
    assert answer['targets'] == [str(tmp_path / 'new' / 'drive.h5')]
    assert_kept(answer['targets'][0], path, kept)
    assert path.read_bytes() == before
    with Episode(answer['targets'][0]) as episode:
        (text,) = [text for _, kind, text in episode.events if kind == 'edit']
    assert f'kept {len(kept)} of 30 frames' in text


def test_new_files_lie_beside_the_old_ones_and_write_over_nothing(capsys, path):
    status, (answer,) = edit(capsys, 'trim', path, '--frames', '3:7')
    assert answer['targets'] == [str(path.parent / 'edited' / 'drive.h5')]
    status, (answer,) = edit(capsys, 'trim', path, '--frames', '4:7')
    assert (status, 'exists already' in answer['error']) == (2, True)
    assert len(frames(path.parent / 'edited' / 'drive.h5')) == 5


def test_long_idling_is_left_out_and_the_command_after_it_still_holds(capsys, path):
    _, (answer,) = edit(capsys, 'drop-idle', path, '--longer-than', 0.5)
    assert_kept(answer['targets'][0], path, [*range(10), *range(20, FRAMES)])
    _, (answer,) = edit(capsys, 'drop-idle', path, '--longer-than', 5)
    assert (answer['targets'], 'nothing to do' in answer['text']) == ([], True)


@pytest.mark.parametrize('cut', [3, 9, 10, 14, 19, 20, 25])
def test_any_frame_may_be_cut_out_without_another_action(tmp_path, path, cut):
    with Episode(path) as episode:
        segments = [Segment(episode, 0, cut - 1), Segment(episode, cut + 1, FRAMES - 1)]
        new = write_segments(segments, tmp_path, 'new', 200.0, 'cut')
    assert_kept(new, path, [t for t in range(FRAMES) if t != cut])


def test_stops_at_the_ends_are_left_out(tmp_path, capsys):
    path = record(tmp_path, speeds=[0.0] * 3 + [0.5] * 10 + [0.0] * 5)
    _, (answer,) = edit(capsys, 'drop-stop', path, '--every')
    assert_kept(answer['targets'][0], path, range(3, 13))


def test_stops_on_copies_of_the_last_picture_are_found_by_check_and_left_out(tmp_path, capsys):
    writer = EpisodeWriter(tmp_path, instruction='go left', name='injected')
    for t in range(20):
        picture = jpeg(min(t, 14))
        writer.add_frame('front', picture, 100 + 0.1 * t, 100 + 0.1 * t)
        writer.add_command((0.3 * (t < 15), 0, 0), 100 + 0.1 * t, 100 + 0.1 * t)
    path = writer.close()
    _, (answer,) = edit(capsys, 'drop-stop', path)
    assert frames(answer['targets'][0]) == [jpeg(t) for t in range(15)]


def test_pieces_of_a_split_merge_to_the_same_again(tmp_path, capsys, path):
    _, (answer,) = edit(capsys, 'split', path, '--at', 12, 15, '--output', tmp_path / 'pieces')
    assert [len(frames(piece)) for piece in answer['targets']] == [12, 3, 15]
    _, (answer,) = edit(
        capsys, 'merge', *answer['targets'], '--name', 'whole', '--output', tmp_path
    )
    assert answer['targets'] == [str(tmp_path / 'whole.h5')]
    assert_kept(tmp_path / 'whole.h5', path, range(FRAMES))
    _, (answer,) = edit(capsys, 'split', path, '--every', 10)
    assert [len(frames(piece)) for piece in answer['targets']] == [10, 10, 10]


def test_two_drives_merge_and_no_command_of_one_holds_in_the_other(tmp_path, capsys, path):
    second = record(tmp_path, 'second', start=200.0, speeds=[0.0, 0.0, 0.7, 0.7])
    _, (answer,) = edit(capsys, 'merge', path, second, '--name', 'both')
    with Episode(answer['targets'][0]) as episode, Episode(path) as a, Episode(second) as b:
        np.testing.assert_array_equal(episode.actions, np.concatenate([a.actions, b.actions]))
    _, (again,) = edit(capsys, 'merge', second, path, '--name', 'other')
    with Episode(again['targets'][0]) as episode, Episode(answer['targets'][0]) as expected:
        np.testing.assert_array_equal(episode.stamps(), expected.stamps())
    beside = record(tmp_path, 'beside', start=101.0)
    assert main(['edit', 'merge', str(beside), str(path), '--name', 'third']) == 2
    assert 'beside.h5 begins before drive.h5 ends: they overlap' in capsys.readouterr().err
    other = record(tmp_path, 'third', start=300.0, instruction='go right')
    assert main(['edit', 'merge', str(path), str(other), '--name', 'other']) == 2
    assert 'the instructions differ' in capsys.readouterr().err


def rows(path):
    """Return the commands of an episode, each as texts, sorted."""
    with Episode(path) as episode:
        columns = episode.commands
    assert (columns['receive_stamp'] >= columns['stamp']).all()
    names = ('receive_stamp', 'twist', 'action_type', 'stamp')
    return sorted(zip(*(map(str, columns[name]) for name in names), strict=True))


@pytest.mark.parametrize('every', [0.1, 0.95])
@pytest.mark.parametrize('lead', [(), (99.0, 99.9)])
def test_split_and_merge_give_every_command_back_as_it_was_sent(tmp_path, capsys, every, lead):
    writer = EpisodeWriter(tmp_path, instruction='go left', name='drive')
    sent = [*lead, *np.arange(100.05, 105.0, every)]
    for number, stamp in enumerate(sent):
        writer.add_command((0.1 + number, 0.0, 0.0), stamp, stamp + 0.01)
    for t in range(50):
        writer.add_frame('front', jpeg(t), 100.0 + 0.1 * t, 100.0 + 0.1 * t + 0.02)
    path = writer.close('success', '', 106.0)
    _, (answer,) = edit(capsys, 'split', path, '--at', 25, 37, 44)
    pieces = answer['targets']
    assert set().union(*map(rows, pieces)) == set(rows(path))
    for piece, first in zip(pieces, (0, 25, 37, 44), strict=True):
        earlier = [row for row in rows(piece) if float(row[-1]) < 100.0 + 0.1 * first]
        assert len(earlier) == (len(lead) if first == 0 else 1)
    _, (answer,) = edit(capsys, 'merge', *reversed(pieces), '--name', 'whole.h5')
    assert answer['targets'] == [str(tmp_path / 'edited' / 'edited' / 'whole.h5')]
    assert rows(answer['targets'][0]) == rows(path)
    with Episode(answer['targets'][0]) as whole, Episode(path) as source:
        np.testing.assert_array_equal(whole.actions, source.actions)


def test_a_command_that_would_answer_the_drive_before_gets_the_time_of_its_own(tmp_path, capsys):
    names = ('first', 'second')
    for name, start in zip(names, (100.0, 200.0), strict=True):
        writer = EpisodeWriter(tmp_path, instruction='go left', name=name)
        writer.add_command((start, 0.0, 0.0), start - 0.5, start - 0.49)
        for t in range(3):
            writer.add_frame('front', jpeg(t), start + t, start + t)
        writer.close()
    paths = [tmp_path / f'{name}.h5' for name in names]
    _, (answer,) = edit(capsys, 'merge', *paths, '--name', 'both')
    with Episode(answer['targets'][0]) as episode:
        assert episode.actions[:, 0].tolist() == [100.0] * 3 + [200.0] * 3
    assert [row[-1] for row in rows(answer['targets'][0])] == ['200.0', '99.5']


@pytest.mark.parametrize(
    'name', ['', '.', '.hid', '.h5', 'a/b', '../../evil', '/evil', 'a\nb', ' a', 'x' * 201]
)
def test_a_name_that_no_episode_can_have_is_refused_and_nothing_is_written(capsys, path, name):
    second = record(path.parent, 'second', start=200.0)
    assert main(['edit', 'merge', str(path), str(second), '--name', name, '--json']) == 2
    assert 'cannot be the name' in json.loads(capsys.readouterr().out)['error']
    found = sorted(each.name for each in path.parent.parent.rglob('*'))
    assert found == ['drive.h5', 'drives', 'second.h5']


def test_labels_of_a_whole_folder_are_set_in_new_files(capsys, path):
    record(path.parent, 'other')
    labels = ('--instruction', 'go right', '--outcome', 'failure')
    status, answers = edit(capsys, 'set', path.parent, *labels)
    assert (status, len(answers)) == (0, 2)
    for answer in answers:
        with Episode(answer['targets'][0]) as episode, Episode(answer['source']) as source:
            assert (episode.instruction, episode.outcome) == ('go right', 'failure')
            assert (source.instruction, source.outcome) == ('go left', 'success')
            np.testing.assert_array_equal(episode.actions, source.actions)
    _, (history,) = edit(capsys, 'history', answers[0]['targets'][0])
    assert history['events'][0] == 'instruction: "go left" became "go right"'


@pytest.mark.parametrize(
    'change',
    [('trim', '--frames', '3:7', '--in-place'), ('set', '--scenario', 'x', '--in-place')],
)
def test_an_edit_in_place_is_undone_to_the_same_bytes(capsys, path, change):
    before = path.read_bytes()
    verb, *options = change
    status, (answer,) = edit(capsys, verb, path, *options)
    assert (status, answer['targets']) == (0, [str(path)])
    assert path.read_bytes() != before
    edit(capsys, 'undo', path.parent)
    assert path.read_bytes() == before


def test_a_deleted_episode_comes_back(capsys, path):
    before = path.read_bytes()
    edit(capsys, 'delete', path)
    assert not path.exists()
    status, (answer,) = edit(capsys, 'undo', path.parent)
    assert (status, answer['source']) == (0, str(path))
    assert path.read_bytes() == before
    assert main(['edit', 'undo', str(path.parent)]) == 2
    assert 'nothing to undo' in capsys.readouterr().err


def test_what_one_command_did_is_undone_by_one_command(capsys, path):
    other = record(path.parent, 'other')
    before = [each.read_bytes() for each in (path, other)]
    edit(capsys, 'set', other, '--in-place', '--scenario', 'earlier')
    earlier = other.read_bytes()
    edit(capsys, 'set', path.parent, '--in-place', '--scenario', 'hall')
    status, answers = edit(capsys, 'undo', path.parent)
    assert (status, [answer['number'] for answer in answers]) == (0, [3, 2])
    assert [each.read_bytes() for each in (path, other)] == [before[0], earlier]
    edit(capsys, 'undo', path.parent)
    assert other.read_bytes() == before[1]


def test_undo_of_a_file_takes_back_its_own_last_edit_only(capsys, path):
    other, third = (record(path.parent, name) for name in ('other', 'third'))
    edit(capsys, 'set', path, '--in-place', '--scenario', 'a')
    first = path.read_bytes()
    edit(capsys, 'set', path, '--in-place', '--scenario', 'b')
    edit(capsys, 'set', other, '--in-place', '--scenario', 'c')
    edited = other.read_bytes()
    status, (answer,) = edit(capsys, 'undo', path)
    assert (status, answer['source'], answer['number']) == (0, str(path), 2)
    assert (path.read_bytes(), other.read_bytes()) == (first, edited)
    for wrong, sentence in (
        ((third,), f'there is nothing to undo of {third}'),
        ((path, third), f'there is nothing to undo of {third}'),
        ((path, '--number', 3), f'there is no edit 3 of {path}'),
        ((path.parent, '--number', 0), f'there is no edit 0 in {path.parent}'),
        ((path.parent / 'nothing',), 'nothing does not exist: give an episode file'),
        ((path.parent / 'nothing' / 'drive.h5',), 'drive.h5 does not exist'),
    ):
        assert main(['edit', 'undo', *map(str, wrong)]) == 2
        assert sentence in capsys.readouterr().err
    assert (path.read_bytes(), other.read_bytes()) == (first, edited)
    edit(capsys, 'delete', path)
    status, (answer,) = edit(capsys, 'undo', path)
    assert (status, path.read_bytes()) == (0, first)


def test_a_copied_folder_takes_its_undo_along(tmp_path, capsys, path):
    before = path.read_bytes()
    edit(capsys, 'set', path, '--in-place', '--scenario', 'hall')
    subprocess.run(['cp', '-a', path.parent, tmp_path / 'copy'], check=True)
    assert edit(capsys, 'undo', tmp_path / 'copy')[0] == 0
    assert (tmp_path / 'copy' / path.name).read_bytes() == before


def test_an_undo_that_another_program_stands_against_is_named_the_rest_is_done(capsys, path):
    other = record(path.parent, 'other')
    before = other.read_bytes()
    edit(capsys, 'set', path.parent, '--in-place', '--scenario', 'hall')
    path.write_bytes(path.read_bytes() + bytes(1))
    status, answers = edit(capsys, 'undo', path.parent)
    assert (status, other.read_bytes()) == (1, before)
    assert 'another program changed it' in answers[1]['error']


def test_history_tells_of_deleted_episodes_and_of_changed_ones_only(capsys, path):
    for name in ('other', 'third'):
        record(path.parent, name)
    main(['edit', 'delete', str(path)])
    main(['edit', 'set', str(path.parent / 'other.h5'), '--in-place', '--scenario', 'hall'])
    capsys.readouterr()
    assert main(['edit', 'history', str(path.parent)]) == 0
    printed = capsys.readouterr().out
    assert 'drive.h5:\n  #1 deleted\n' in printed
    assert '#2 set scenario "hall"' in printed
    assert 'third.h5' not in printed
    assert '1 more as recorded: --all lists them' in printed
    assert main(['edit', 'history', str(path.parent), '--all']) == 0
    assert 'third.h5:\n  as it was recorded' in capsys.readouterr().out
    assert main(['edit', 'undo', str(path.parent), '--number', '99']) == 2
    assert 'there is no edit 99' in capsys.readouterr().err
    edit(capsys, 'undo', path.parent, '--number', '1')
    assert path.exists()


def test_history_of_a_folder_whose_episodes_are_all_deleted_names_them(capsys, path):
    edit(capsys, 'delete', path)
    _, (answer,) = edit(capsys, 'history', path.parent)
    assert (answer['source'], answer['events']) == (str(path), ['#1 deleted'])


def test_a_file_that_cannot_be_read_does_not_keep_others_from_being_edited(capsys, path):
    (path.parent / 'text.h5').write_text('no episode')
    status, answers = edit(capsys, 'trim', path.parent, '--frames', '-5:')
    assert status == 1
    with Episode(answers[0]['targets'][0]) as episode:
        assert len(episode) == 5
    assert answers[1]['error'].startswith('file.not_hdf5: its 10 bytes are text, not HDF5')


@pytest.mark.parametrize(
    ('arguments', 'sentence'),
    [
        (('trim', '--frames', '7:3'), 'the first comes after the last'),
        (('trim', '--frames', '7:30'), 'there are frames 0 to 29'),
        (('split', '--every', '0'), 'one frame at least'),
        (('split', '--every', '30'), 'are one piece'),
        (('trim', '--frames', '3-7'), 'is not FROM:TO'),
        (('trim', '--seconds', '99:'), 'the frames are from 0 to 2.9 s'),
        (('trim', '--seconds', '0:0'), 'the end, which is left out, is not after the start'),
        (('trim', '--seconds', '0.01:0.05'), 'none was taken then'),
        (('split', '--at', '30'), 'cannot split there'),
        (('set', '--instruction', ' '), 'needs an instruction'),
        (('set',), 'nothing to change'),
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_nothing(capsys, path, arguments, sentence):
    verb, *options = arguments
    status, (answer,) = edit(capsys, verb, path, *options)
    assert (status, sentence in answer['error']) == (2, True)
    left = path.parent / 'edited'
    assert not left.exists() or list(left.iterdir()) == []


@pytest.mark.parametrize('options', [['delete'], ['set', '--scenario', 'hall']])
def test_an_unfinished_episode_is_not_edited(tmp_path, capsys, options):
    (tmp_path / 'drive.h5.part').write_bytes(b'')
    assert main(['edit', *options, str(tmp_path / 'drive.h5.part')]) == 2
    printed = capsys.readouterr().out
    assert printed.startswith('drive.h5.part: file.unfinished: ')
    assert '`episodes repair` finishes it' in printed
    assert [path.name for path in tmp_path.iterdir()] == ['drive.h5.part']
