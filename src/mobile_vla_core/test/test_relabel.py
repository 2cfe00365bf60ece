# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import resource

import numpy as np
import pytest

from mobile_vla_core.episodes import Episode, EpisodeWriter, find_episodes
from mobile_vla_core.episodes.relabel import Labels, relabel
from mobile_vla_core.errors import EpisodeError, InstructionError
from mobile_vla_core.images import encode_jpeg


@pytest.fixture
def path(tmp_path):
    writer = EpisodeWriter(tmp_path, instruction='go left', scenario='1box_vert_left')
    for t in range(5):
        rgb = np.full((24, 32, 3), 40 * t, dtype=np.uint8)
        writer.add_frame('front', encode_jpeg(rgb), 1.0 + t, 1.1 + t)
        writer.add_command((0.1 * t, 0.0, 0.0), 1.0 + t, 1.1 + t)
    return writer.close('unknown', '', 9.0)


def recorded(path):
    with Episode(path) as episode:
        pictures = [episode.jpeg(t) for t in range(len(episode))]
        return pictures, episode.stamps().tolist(), episode.actions.tolist()


def test_labels_change_and_the_recorded_data_do_not(path):
    before = recorded(path)
    old = relabel(path, Labels('go right', '1box_vert_right', 'failure'), stamp=20.0)
    assert old == Labels('go left', '1box_vert_left', 'unknown')
    assert recorded(path) == before
    with Episode(path) as episode:
        assert (episode.instruction, episode.scenario) == ('go right', '1box_vert_right')
        assert episode.outcome == 'failure'
        assert (20.0, 'relabel', 'instruction: "go left" became "go right"') in episode.events
    assert find_episodes(path.parent) == [path]
    assert list(path.parent.iterdir()) == [path]


def test_a_label_that_stays_the_same_is_no_change(path):
    relabel(path, Labels('go left', '1box_vert_left', 'success'), stamp=20.0)
    with Episode(path) as episode:
        said = [text for _, kind, text in episode.events if kind == 'relabel']
    assert said == ['outcome: "unknown" became "success"']
    before = path.read_bytes()
    old = relabel(path, Labels('go left', '1box_vert_left', 'success'), stamp=21.0)
    assert old.outcome == 'success'
    assert path.read_bytes() == before


def test_what_is_not_given_is_kept_and_a_change_can_be_taken_back(path):
    old = relabel(path, Labels(outcome='success'))
    with Episode(path) as episode:
        assert (episode.instruction, episode.outcome) == ('go left', 'success')
    relabel(path, old)
    with Episode(path) as episode:
        assert (episode.instruction, episode.outcome) == ('go left', 'unknown')
        assert [kind for _, kind, _ in episode.events].count('outcome') == 3


@pytest.mark.parametrize(
    ('labels', 'error', 'text'),
    [
        (Labels(), EpisodeError, 'nothing to change'),
        (Labels(outcome='great'), EpisodeError, 'outcome "great" is unknown'),
        (Labels(instruction=' '), InstructionError, 'needs an instruction'),
    ],
)
def test_a_label_that_cannot_be_is_refused_and_the_file_is_untouched(path, labels, error, text):
    before = path.read_bytes()
    with pytest.raises(error, match=text):
        relabel(path, labels)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_is_gone_or_unfinished_is_refused(tmp_path):
    with pytest.raises(EpisodeError, match='does not exist'):
        relabel(tmp_path / 'episode.h5', Labels(outcome='success'))
    with pytest.raises(EpisodeError, match='no finished episode'):
        relabel(tmp_path / 'episode.h5.part', Labels(outcome='success'))


def test_a_full_disk_leaves_the_episode_as_it_was(path):
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, hard))
    try:
        with pytest.raises(EpisodeError, match='kept as it was'):
            relabel(path, Labels(outcome='success'))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(path.parent.iterdir()) == [path]
    assert path.read_bytes() == before
