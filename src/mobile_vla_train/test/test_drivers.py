# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for drivers.py."""

import numpy as np
import pytest

from mobile_vla_core.episodes import EpisodeWriter
from mobile_vla_core.errors import EpisodeError
from mobile_vla_core.images import encode_jpeg
from mobile_vla_train.data.drivers import driver, episodes_to_learn


def record(folder, name, **metadata):
    writer = EpisodeWriter(folder, instruction='go left', name=name, metadata=metadata)
    writer.add_frame('front', encode_jpeg(np.zeros((8, 8, 3), np.uint8)), 1.0, 1.0)
    return writer.close()


def test_runs_of_a_policy_are_left_out_unless_asked_for(tmp_path):
    hand = record(tmp_path, 'episode_1')
    shadow = record(tmp_path, 'run_2', driver='human')
    run = record(tmp_path, 'run_3', driver='policy')
    paths = [hand, shadow, run]
    assert [driver(path) for path in paths] == ['', 'human', 'policy']
    assert episodes_to_learn(paths, policy_runs=False) == [hand, shadow]
    assert episodes_to_learn(paths, policy_runs=True) == paths


def test_a_folder_of_nothing_but_runs_of_a_policy_is_refused_by_name(tmp_path):
    run = record(tmp_path, 'run_1', driver='policy')
    with pytest.raises(EpisodeError, match=r'all 1 episodes .* run_1\.h5: .* data\.policy_runs'):
        episodes_to_learn([run], policy_runs=False)
