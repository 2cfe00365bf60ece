# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The whole loop over DDS: simulator, recorder, a few training steps, policy node, commands."""

import json
import subprocess
import threading
import time

from geometry_msgs.msg import Twist
import numpy as np
import pytest
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from mobile_vla_core.checkpoint import load_policy
from mobile_vla_core.episodes import Episode, find_episodes
from mobile_vla_sim.evaluation_lane import EvaluationLane, LaneSettings
from mobile_vla_sim.process import find_executable
from mobile_vla_sim.scenario import SCENARIOS
from mobile_vla_sim.trial import Trial

EPISODES = 8
STEPS = 60


def run(package: str, executable: str, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [find_executable(package, executable), *arguments],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.fixture(scope='module')
def episodes(tmp_path_factory):
    """Record with the scripted driver and the real recorder."""
    folder = tmp_path_factory.mktemp('episodes')
    done = run('mobile_vla_sim', 'collect', '--output', str(folder), '--episodes', str(EPISODES))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope='module', params=['nano', 'kosmos2_tiny'])
def training(request, episodes, tmp_path_factory):
    """Train for a few steps; kosmos2_tiny has every class of the 1.7 thousand million one."""
    folder = tmp_path_factory.mktemp('train')
    done = run(
        'mobile_vla_train',
        'train',
        '--data',
        str(episodes),
        '--output',
        str(folder),
        '--config',
        request.param,
        f'schedule.steps={STEPS}',
        f'schedule.epoch_steps={STEPS}',
        'log_every=1',
        'optimiser.average_decay=0',  # the mean of so few steps would hardly move
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope='module')
def checkpoint(training):
    return training / 'checkpoints' / 'best'


class CommandListener:
    """Hears every Twist of a domain, in a thread."""

    def __init__(self, domain: int) -> None:
        self.heard: list[np.ndarray] = []
        self._context = Context()
        rclpy.init(context=self._context, domain_id=domain)
        self._node = rclpy.create_node('listener', context=self._context)
        self._node.create_subscription(Twist, 'cmd_vel', self._on_command, QoSProfile(depth=100))
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        self._thread = threading.Thread(target=self._executor.spin)

    def __enter__(self) -> 'CommandListener':
        self._thread.start()
        deadline = time.monotonic() + 20
        while not self._node.count_publishers('cmd_vel'):
            assert time.monotonic() < deadline, 'nobody publishes commands'
            time.sleep(0.05)
        return self

    def __exit__(self, *_) -> None:
        self._executor.shutdown()
        self._thread.join()
        self._node.destroy_node()
        rclpy.shutdown(context=self._context)

    def _on_command(self, message: Twist) -> None:
        self.heard.append(np.array([message.linear.x, message.linear.y, message.angular.z]))


def test_every_frame_is_recorded_and_read_back(episodes):
    summary = json.loads((episodes / 'collect.json').read_text())
    paths = find_episodes(episodes)
    frames = [len(Episode(path)) for path in paths]
    assert summary['dropped'] == 0
    assert (summary['episodes'], summary['frames']) == (len(paths), sum(frames))
    assert len(paths) == EPISODES


def test_each_scenario_is_recorded_with_an_instruction_of_its_own(episodes):
    for path in find_episodes(episodes):
        with Episode(path) as episode:
            assert episode.instruction in SCENARIOS[episode.scenario].instructions
            assert episode.outcome == 'success'
            assert episode.frame_period == pytest.approx(0.1)


def test_the_first_frame_is_at_rest_and_each_action_answers_its_own_frame(episodes):
    with Episode(find_episodes(episodes)[0]) as episode:
        np.testing.assert_array_equal(episode.action_stamps[:-1], episode.stamps()[:-1])
        moving = np.abs(episode.actions[:, :3]).sum(axis=1) > 0
        assert moving[1:10].all()
        assert not moving[-3:].any()
        still = np.abs(episode.image(0).astype(int) - episode.image(1)).mean()
        driving = np.abs(episode.image(8).astype(int) - episode.image(9)).mean()
        assert still < driving


def test_the_loss_falls(training):
    events = EventAccumulator(str(training / 'tensorboard'))
    events.Reload()
    losses = [event.value for event in events.Scalars('train/loss')]
    assert len(losses) == STEPS
    # Means of many steps: from batch to batch the loss of so few clips varies by half of it.
    assert np.mean(losses[STEPS // 2 :]) < 0.95 * np.mean(losses[: STEPS // 6])


def test_the_policy_node_drives_and_ends_with_zero(checkpoint, tmp_path):
    lane = EvaluationLane(LaneSettings(checkpoint, tmp_path), 0)
    with lane, CommandListener(lane.domain) as listener:
        result = lane.run(Trial('1box_vert_left', 900_000))
        heard = list(listener.heard)
    assert result.outcome in ('success', 'collision', 'wrong_side', 'timeout')
    assert len(result.path) > 5
    assert any(np.abs(command).max() > 0.05 for command in heard)
    np.testing.assert_array_equal(heard[-1], 0.0)
    np.testing.assert_array_equal(listener.heard[-1], 0.0)


def test_the_checkpoint_needs_nothing_but_its_folder(checkpoint, episodes, tmp_path):
    moved = tmp_path / 'elsewhere'
    checkpoint.rename(moved)
    try:
        policy = load_policy(moved)
        with Episode(find_episodes(episodes)[0]) as episode:
            policy.reset(episode.instruction)
            policy.observe(policy.card.preprocessing(episode.jpeg(0)), 0.0)
        assert policy.predict().actions.shape == (policy.card.chunk, 4)
    finally:
        moved.rename(checkpoint)


@pytest.mark.parametrize(
    ('arguments', 'sentence'),
    [
        (['--checkpoint', 'absent', '--output', '.'], 'absent is not a folder'),
        (['--checkpoint', '/', '--output', '.'], 'holds no policy.yaml'),
        (['--checkpoint', '.', '--output', '.'], 'no checkpoint is given'),
        (['--checkpoint', '/', '--output', '.', '--lanes', '0'], 'must be at least 1'),
    ],
)
def test_evaluate_refuses_in_one_sentence(arguments, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run('mobile_vla_sim', 'evaluate', *arguments)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
