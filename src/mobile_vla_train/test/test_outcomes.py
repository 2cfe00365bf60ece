# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for data/outcomes.py and preflight/outcome_checks.py."""

import json
import subprocess
import sys

from conftest import write_episode
import pytest
from training_rig import environment, train
import yaml

from mobile_vla_core.episodes import find_episodes, recover_folder
from mobile_vla_core.errors import EpisodeError
from mobile_vla_train.data.outcomes import Ending, read_ending, with_outcomes

ENDINGS = ('success', 'success', 'success', 'failure', 'unknown', 'success')
CRASH = 'the recorder ended before it could close the file'


@pytest.fixture
def mixed(tmp_path):
    """Return a folder of six episodes, one of them a failure and one unknown."""
    folder = tmp_path / 'data'
    for number, outcome in enumerate(ENDINGS):
        write_episode(folder, number, outcome=outcome)
    return folder


DYING_RECORDER = """
import os, sys
import numpy as np
from mobile_vla_core.episodes import EpisodeWriter
from mobile_vla_core.images import encode_jpeg
writer = EpisodeWriter(sys.argv[1], instruction='go left')
for t in range(3):
    writer.add_frame('front', encode_jpeg(np.zeros((8, 8, 3), np.uint8)), t * 0.1, t * 0.1)
os._exit(9)
"""


def crash(folder):
    """Let a recorder die, and recover what it leaves."""
    command = [sys.executable, '-c', DYING_RECORDER, str(folder)]
    assert subprocess.run(command, env=environment()).returncode == 9
    (report,) = recover_folder(folder)
    return report.path


def test_failures_are_left_out_and_unknowns_are_named(mixed):
    paths, said = find_episodes(mixed), []
    kept = with_outcomes(paths, ('success', 'unknown'), said.append)
    assert kept == [path for path in paths if path != paths[3]]
    assert said == [
        f'1 of 6 episodes are left out by data.outcomes (1 failure): {paths[3].name}; '
        f'1 of unknown outcome are learnt from like successes: {paths[4].name}'
    ]


def test_nothing_is_said_where_all_succeeded(episodes):
    paths, said = find_episodes(episodes), []
    assert with_outcomes(paths, ('success', 'unknown'), said.append) == paths
    assert said == []


def test_a_folder_of_failures_is_refused(mixed):
    failure = find_episodes(mixed)[3]
    with pytest.raises(EpisodeError, match=r'none of 1 episodes .* found 1 failure; record'):
        with_outcomes([failure], ('success', 'unknown'))


def test_what_a_crash_left_is_unknown_for_that_reason(tmp_path):
    path = crash(tmp_path)
    assert read_ending(path) == Ending(path.name, 'unknown', CRASH)


def test_the_command_announces_what_it_leaves_out_and_learns_from_the_others(
    mixed, tmp_path, capsys
):
    output = tmp_path / 'run'
    assert train(mixed, output, 'schedule.steps=1') == 0
    printed = capsys.readouterr().out
    assert '1 of 6 episodes are left out by data.outcomes (1 failure)' in printed
    assert 'outcomes: 4 success, 1 unknown' in printed
    assert 'how 1 of 5 episodes ended is unknown' in ' '.join(printed.split())
    split = yaml.safe_load((output / 'split.yaml').read_text())
    failure = find_episodes(mixed)[3].name
    assert failure not in split['train'] + split['validation']
    report = json.loads((output / 'preflight' / 'preflight.json').read_text())
    assert report['data']['outcomes'] == {'success': 4, 'unknown': 1}


def test_failures_are_learnt_from_where_asked_for_with_a_warning(mixed, tmp_path, capsys):
    wanted = 'data.outcomes=[success,failure,unknown]'
    assert train(mixed, tmp_path / 'run', '--check', wanted) == 0
    assert '1 failures are learnt from' in ' '.join(capsys.readouterr().out.split())


def test_an_outcome_that_does_not_exist_is_refused(mixed, tmp_path, capsys):
    assert train(mixed, tmp_path / 'run', 'data.outcomes=[good]') == 1
    assert 'data.outcomes must be some of success' in capsys.readouterr().err


def test_mere_remains_of_episodes_are_named(tmp_path, capsys):
    data = tmp_path / 'data'
    for number in range(5):
        write_episode(data, number, steps=4 if number == 4 else 40)
    assert train(data, tmp_path / 'run', '--check') == 0
    short = find_episodes(data)[4].name
    said = ' '.join(capsys.readouterr().out.split())
    assert f'1 episodes are much shorter than the others (4.0 s): {short} (0.4 s)' in said
