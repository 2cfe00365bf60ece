# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for the verbs `info`, `split` and `stats`."""

import json

from check_fixture import FRAMES, record
import h5py
import numpy as np
import pytest

from mobile_vla_core.action_space import ActionCodec, mirror_actions
from mobile_vla_core.episodes import Episode, schema
from mobile_vla_core.episodes.split import load_split, make_split
from mobile_vla_core.toolbox.command import main


@pytest.fixture
def folder(tmp_path):
    """Return a folder of six episodes of two scenarios."""
    for number in range(6):
        side = 'left' if number % 2 else 'right'
        record(tmp_path / 'episodes', f'e{number}', scenario=f'box_{side}', instruction=side)
    return tmp_path / 'episodes'


def run(capsys, *arguments):
    status = main([*map(str, arguments), '--json'])
    return status, json.loads(capsys.readouterr().out)


def test_info_adds_up_what_the_episodes_hold(folder, capsys):
    status, document = run(capsys, 'info', folder)
    summary = document['summary']
    assert status == 0
    assert (summary['episodes'], summary['frames']) == (6, 6 * FRAMES)
    assert summary['cameras'] == {'front': {'frames': 6 * FRAMES, 'sizes': {'80x45': 6}}}
    assert summary['rate']['median'] == pytest.approx(10.0)
    assert summary['hours'] * 3600.0 == pytest.approx(6 * (FRAMES - 1) * 0.1)
    assert summary['instructions'] == {'left': 3, 'right': 3}
    assert summary['scenarios'] == {'box_left': 3, 'box_right': 3}
    assert summary['outcomes'] == {'success': 6}
    assert summary['layouts'] == {'ours 1.2': 6}
    with Episode(folder / 'e0.h5') as episode:
        velocity = episode.actions[:, :3]
    for axis, name in enumerate(('linear_x', 'linear_y', 'angular_z')):
        figures = summary['velocities'][name]
        assert figures['mean'] == pytest.approx(velocity[:, axis].mean(), abs=1e-6)
        assert figures['spread'] == pytest.approx(velocity[:, axis].std(), abs=1e-6)
        assert figures['lowest'] == pytest.approx(velocity[:, axis].min())
    assert summary['action_types'] == {
        'movement': 6 * (FRAMES - 3), 'rotation': 0, 'stop': 18, 'special': 0,
    }  # fmt: skip


def test_info_names_what_cannot_be_read_and_sums_up_the_rest(folder, capsys):
    (folder / 'text.h5').write_text('no episode')
    with h5py.File(folder / 'e0.h5', 'r+') as file:
        del file['action']
    status, document = run(capsys, 'info', folder)
    assert status == 1
    summary = document['summary']
    assert (summary['files'], summary['episodes']) == (7, 6)
    assert (summary['unreadable'], summary['unsound']) == (1, 1)
    faults = {facts['name']: facts['fault'] for facts in document['episodes'] if facts['fault']}
    assert faults == {
        'e0.h5': 'data.missing: action is missing',
        'text.h5': 'file.not_hdf5: its 10 bytes are text, not HDF5',
    }


def test_info_of_files_that_cannot_be_read_at_all_ends_with_two(tmp_path, capsys):
    (tmp_path / 'text.h5').write_text('no episode')
    status, document = run(capsys, 'info', tmp_path)
    assert (status, document['error']) == (2, 'none of 1 files can be read')
    assert document['episodes'][0]['fault'].startswith('file.not_hdf5: ')


def test_info_counts_the_episodes_without_an_instruction_too(folder, capsys):
    with h5py.File(folder / 'e0.h5', 'r+') as file:
        file.attrs['instruction'] = schema.text_attribute('')
    assert run(capsys, 'info', folder)[1]['summary']['instructions'] == {
        'left': 3, 'right': 2, '(none)': 1,
    }  # fmt: skip
    main(['info', str(folder)])
    assert '(none)' in capsys.readouterr().out


def test_info_prints_tables_with_a_line_for_each_episode_on_demand(folder, capsys):
    assert main(['info', str(folder), '--each']) == 0
    printed = capsys.readouterr().out
    assert '6 episodes, 240 frames' in printed
    assert 'e3.h5' in printed
    assert 'linear_x' in printed


def test_split_is_that_of_training_and_is_saved_where_asked(folder, tmp_path, capsys):
    output = tmp_path / 'run'
    _, document = run(capsys, 'split', folder, '--fraction', '0.34', '--output', output)
    scenarios = {f'e{i}.h5': f'box_{"left" if i % 2 else "right"}' for i in range(6)}
    split = make_split(scenarios, 0.34, seed=1)
    assert document['validation'] == list(split.validation)
    assert {scenarios[name] for name in split.validation} == {'box_left', 'box_right'}
    assert load_split(output, list(scenarios)) == split
    assert main(['split', str(folder), '--output', str(output)]) == 2
    assert 'exists: --overwrite replaces it' in capsys.readouterr().err


def test_stats_are_those_of_the_training_episodes_and_their_mirror_images(
    folder, tmp_path, capsys
):
    run(capsys, 'split', folder, '--output', tmp_path / 'run')
    split = load_split(tmp_path / 'run', [f'e{i}.h5' for i in range(6)])
    actions = []
    for name in split.train:
        with Episode(folder / name) as episode:
            actions.append(episode.actions)
    rows = np.concatenate(actions)
    _, document = run(capsys, 'stats', folder, '--split', tmp_path / 'run')
    mirrored = ActionCodec.from_actions(np.concatenate([rows, mirror_actions(rows)]))
    assert document['fingerprint'] == mirrored.fingerprint
    assert document['rows'] == len(rows)
    _, document = run(capsys, 'stats', folder, '--split', tmp_path / 'run', '--no-mirror')
    assert document['fingerprint'] == ActionCodec.from_actions(rows).fingerprint
    assert document['codec'] == ActionCodec.from_actions(rows).to_dict()


def test_split_and_stats_leave_out_what_cannot_be_read_and_say_so(folder, capsys):
    _, whole = run(capsys, 'stats', folder)
    (folder / 'text.h5').write_text('no episode')
    torn = folder / 'e6.h5'
    torn.write_bytes((folder / 'e0.h5').read_bytes()[:5000])
    for verb in ('split', 'stats'):
        assert main([verb, str(folder)]) == 1
        said = capsys.readouterr().err
        assert f'episodes {verb}: left out: text.h5: file.not_hdf5: its 10 bytes' in said
        assert f'episodes {verb}: left out: e6.h5: file.truncated: 5000 bytes' in said
    _, rest = run(capsys, 'stats', folder)
    assert rest['fingerprint'] == whole['fingerprint']
    assert sorted(rest['left_out']) == ['e6.h5', 'text.h5']


def test_without_any_that_can_be_read_the_reason_is_json_too(folder, capsys):
    for path in folder.iterdir():
        path.write_text('no episode')
    for verb in ('split', 'stats'):
        status, document = run(capsys, verb, folder)
        assert (status, document) == (2, {'error': 'none of 6 files can be used'})


def test_stats_of_another_split_say_what_helps_here(folder, tmp_path, capsys):
    run(capsys, 'split', folder, '--output', tmp_path)
    (folder / 'e0.h5').unlink()
    status, document = run(capsys, 'stats', folder, '--split', tmp_path)
    assert (status, 'train anew' in document['error']) == (2, False)
    assert 'give the episodes that were split' in document['error']


def test_stats_without_a_split_where_one_is_asked_for_are_refused(folder, tmp_path, capsys):
    assert main(['stats', str(folder), '--split', str(tmp_path)]) == 2
    assert '`episodes split` writes it' in capsys.readouterr().err
