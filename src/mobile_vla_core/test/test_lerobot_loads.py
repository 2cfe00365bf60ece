# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
The package lerobot itself loads what `episodes convert --to lerobot` writes.

Lerobot needs other versions of torch and numpy than this suite, so it lives in an environment of
its own (Python 3.12 or later), and this test is run by itself:

    python3.12 -m venv lerobot-environment
    lerobot-environment/bin/pip install 'lerobot[dataset]==0.6.1'
    export MOBILE_VLA_LEROBOT_PYTHON=$PWD/lerobot-environment/bin/python
    python -m pytest src/mobile_vla_core/test/test_lerobot_loads.py
"""

import json
import os
import subprocess

from drive_fixture import FRAMES, INSTRUCTION, STAMPS, write_episode
import numpy as np
import pytest

from mobile_vla_core.episodes import Episode
from mobile_vla_core.toolbox.command import main

VARIABLE = 'MOBILE_VLA_LEROBOT_PYTHON'
OTHER = 'Pass the box on the right'
LOADER = """
import json
import sys

from lerobot.datasets.lerobot_dataset import LeRobotDataset
import torch

root = sys.argv[1]
frames = LeRobotDataset('local/drive', root=root)
windows = LeRobotDataset(
    'local/drive',
    root=root,
    episodes=[1],
    delta_timestamps={'action': [0.0, 0.1], 'observation.images.front': [-0.1, 0.0]},
)
batch = next(iter(torch.utils.data.DataLoader(frames, batch_size=4)))


def plain(item):
    pictures = {k: v for k, v in item.items() if k.startswith('observation.images')}
    other = {k: v for k, v in item.items() if k not in pictures}
    return {
        **{k: v.tolist() if hasattr(v, 'tolist') else v for k, v in other.items()},
        **{k: (v.permute(1, 2, 0) * 255).round().int().tolist() for k, v in pictures.items()},
    }


print('RESULT' + json.dumps({
    'fps': frames.fps,
    'episodes': frames.num_episodes,
    'frames': [plain(frames[index]) for index in range(len(frames))],
    'window_actions': windows[0]['action'].tolist(),
    'window_shape': list(windows[0]['observation.images.front'].shape),
    'windows': len(windows),
    'batch_shape': list(batch['observation.images.front'].shape),
    'action_mean': frames.meta.stats['action']['mean'].tolist(),
    'picture_mean_shape': list(frames.meta.stats['observation.images.front']['mean'].shape),
}))
"""


@pytest.fixture(scope='module')
def loaded(tmp_path_factory):
    python = os.environ.get(VARIABLE)
    if not python:
        pytest.skip(
            f'lerobot needs an environment of its own: {VARIABLE} is to name its Python, '
            f'see the beginning of {os.path.basename(__file__)}'
        )
    folder = tmp_path_factory.mktemp('drives')
    write_episode(folder, 'a')
    write_episode(folder, 'b', instruction=OTHER, frames=5)
    root = folder / 'set'
    assert main(['convert', str(folder), '--to', 'lerobot', '--output', str(root)]) == 0
    environment = os.environ | {'HF_HUB_OFFLINE': '1', 'HF_HOME': str(folder / 'home')}
    environment.pop('PYTHONPATH', None)
    result = subprocess.run(
        [python, '-c', LOADER, str(root)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    line = next(line for line in result.stdout.splitlines() if line.startswith('RESULT'))
    return folder, json.loads(line.removeprefix('RESULT'))


def test_lerobot_finds_every_frame_with_its_action_and_task(loaded):
    folder, found = loaded
    assert (found['fps'], found['episodes']) == (10, 2)
    assert len(found['frames']) == FRAMES + 5
    with Episode(folder / 'a.h5') as episode:
        for t, frame in enumerate(found['frames'][:FRAMES]):
            np.testing.assert_allclose(frame['action'], episode.actions[t])
            assert frame['capture_time'] == pytest.approx(STAMPS[t] - STAMPS[0], abs=1e-5)
            assert frame['timestamp'] == pytest.approx(t / 10)
            assert frame['task'] == INSTRUCTION
            np.testing.assert_allclose(frame['observation.state'], (0.1 * t, 0, -0.2), atol=1e-6)
    assert found['frames'][-1]['task'] == OTHER


def test_lerobot_decodes_the_pictures_with_their_colours(loaded):
    folder, found = loaded
    with Episode(folder / 'a.h5') as episode:
        for t, frame in enumerate(found['frames'][:FRAMES]):
            picture = np.array(frame['observation.images.front'])
            assert picture.shape == (60, 80, 3)
            # Another JPEG library: colours may be rounded differently where they change.
            assert np.abs(picture - episode.image(t).astype(int)).mean() < 0.5


def test_lerobot_cuts_windows_and_batches(loaded):
    folder, found = loaded
    with Episode(folder / 'b.h5') as episode:
        np.testing.assert_allclose(found['window_actions'], episode.actions[:2])
    assert found['window_shape'] == [2, 3, 60, 80]
    assert found['windows'] == 5
    assert found['batch_shape'] == [4, 3, 60, 80]


def test_lerobot_reads_the_statistics(loaded):
    _, found = loaded
    actions = [frame['action'] for frame in found['frames']]
    np.testing.assert_allclose(found['action_mean'], np.mean(actions, axis=0), atol=1e-6)
    assert found['picture_mean_shape'] == [3, 1, 1]
