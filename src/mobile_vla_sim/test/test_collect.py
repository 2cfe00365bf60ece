# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for collect.py, lane.py and exchange.py: real processes over DDS."""

import json
import os
import signal

import numpy as np
import pytest

from mobile_vla_core.action_space import ACTION_TYPE, ActionType
from mobile_vla_core.episodes import Episode, find_episodes
from mobile_vla_core.errors import EpisodeError
from mobile_vla_sim import lane
from mobile_vla_sim.collect import count_dropped, main
from mobile_vla_sim.lane import Lane, Recorded
from mobile_vla_sim.plan import Job
from mobile_vla_sim.process import find_executable, ProcessError
from mobile_vla_sim.scenario import SCENARIOS


@pytest.fixture(scope='module')
def collected(tmp_path_factory):
    output = tmp_path_factory.mktemp('episodes')
    code = main(['collect', '--output', str(output), '--episodes', '3', '--seed', '40'])
    return output, code


def test_every_episode_is_recorded_whole(collected):
    output, code = collected
    assert code == 0
    summary = json.loads((output / 'collect.json').read_text())
    assert (summary['episodes'], summary['dropped'], summary['seeds']) == (3, 0, [40, 40, 41])
    episodes = [Episode(path) for path in find_episodes(output)]
    assert sum(len(episode) for episode in episodes) == summary['frames']
    assert {episode.scenario for episode in episodes} == set(list(SCENARIOS)[:3])
    for episode in episodes:
        assert episode.outcome == 'success'
        assert episode.instruction in SCENARIOS[episode.scenario].instructions


def test_a_second_run_goes_on_with_other_scenes_and_the_record_keeps_both(tmp_path, capsys):
    once = ['collect', '--output', str(tmp_path), '--episodes', '1', '--disturbance', '0']
    assert main(once) == 0
    assert main(once) == 0
    summary = json.loads((tmp_path / 'collect.json').read_text())
    assert (summary['episodes'], summary['seeds']) == (2, [0, 2])
    assert [run['seeds'] for run in summary['runs']] == [[0], [2]]
    first, second = (Episode(path) for path in find_episodes(tmp_path))
    assert first.jpeg(0) != second.jpeg(0)
    assert main([*once, '--seed', '3']) == 1
    assert 'took the seeds 2 to 3' in capsys.readouterr().err
    assert len(find_episodes(tmp_path)) == 2


def test_a_fast_driver_is_recorded_as_fast_as_he_is_asked_to_be(tmp_path):
    once = ['collect', '--output', str(tmp_path), '--episodes', '1', '--seed', '40']
    assert main([*once, '--pace', '1.7']) == 0
    with Episode(find_episodes(tmp_path)[0]) as episode:
        assert np.hypot(*episode.actions[:, :2].T).max() == pytest.approx(1.7 * 0.7, rel=1e-3)
    with pytest.raises(SystemExit):
        main([*once, '--pace', '2'])


def test_an_episode_begins_at_rest_and_ends_with_five_stops(collected):
    for path in find_episodes(collected[0]):
        with Episode(path) as episode:
            first, second = episode.odometry['twist'][0], episode.odometry['twist'][5]
            assert not first.any()
            assert second.any()
            kinds = episode.actions[:, ACTION_TYPE]
            assert (kinds[-5:] == ActionType.STOP).all()
            assert (kinds[:-7] == ActionType.MOVEMENT).all()
            assert (episode.action_stamps >= episode.stamps()).all()
            assert episode.frame_period == pytest.approx(0.1)


def test_a_missing_frame_is_counted(collected):
    path = find_episodes(collected[0])[0]
    with Episode(path) as episode:
        stamps = tuple(episode.stamps())
    whole = Recorded(Job('1box_vert_left', 40), path, len(stamps), stamps, dropped=0)
    assert count_dropped(whole) == 0
    lost = Recorded(whole.job, path, len(stamps), (*stamps, stamps[-1] + 0.1), dropped=0)
    assert count_dropped(lost) == 1
    with pytest.raises(EpisodeError, match='holds'):
        count_dropped(Recorded(whole.job, path, len(stamps) + 1, stamps, dropped=0))


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path, capsys):
    (tmp_path / 'file').write_text('')
    output = tmp_path / 'file' / 'episodes'
    assert main(['collect', '--output', str(output), '--episodes', '1']) == 1
    error = capsys.readouterr().err
    assert f'cannot write into {output} (Not a directory)' in error
    assert error.count('\n') == 1


def test_a_simulator_that_ends_is_one_sentence(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(lane, '_sim_parameters', lambda: {'mode': 'fast'})
    assert main(['collect', '--output', str(tmp_path), '--episodes', '1']) == 1
    assert "sim ended with exit code 1 (sim: unknown mode 'fast'" in capsys.readouterr().err


def test_a_camera_that_never_publishes_is_one_sentence(tmp_path, capsys, monkeypatch):
    parameters = lane._recorder_parameters
    monkeypatch.setattr(lane, '_START_TIMEOUT', 2.0)
    monkeypatch.setattr(
        lane,
        '_recorder_parameters',
        lambda output: {**parameters(output), 'image_topic': 'nowhere/image_raw'},
    )
    assert main(['collect', '--output', str(tmp_path), '--episodes', '1']) == 1
    error = capsys.readouterr().err
    assert 'the recorder refuses to start: no picture came on /nowhere/image_raw' in error


def test_a_simulator_that_dies_leaves_no_half_driven_episode(tmp_path):
    with Lane(0, tmp_path, disturbance=0.0, cancelled=lambda: False) as working:
        working.record(Job('1box_vert_left', 1))
        simulator = next(p for p in working._processes if p.name == 'sim')
        drive = working._next_state

        def die(state, velocity):
            if state.step == 10:
                os.kill(simulator.pid, signal.SIGKILL)
            return drive(state, velocity)

        working._next_state = die
        with pytest.raises(ProcessError, match='sim ended with exit code -9'):
            working.record(Job('1box_vert_left', 2))
    assert len(find_episodes(tmp_path)) == 1
    assert list(tmp_path.glob('*.part')) == []


def test_programs_are_looked_up_before_anything_starts():
    with pytest.raises(ProcessError, match='not a program'):
        find_executable('mobile_vla_recorder', 'nothing')
