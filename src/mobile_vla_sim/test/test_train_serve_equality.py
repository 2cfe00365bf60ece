# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
What is trained is exactly what is served.

Real frames of the simulator are recorded, and the same frames go through the policy node's worker
process. The dataset's frames and the worker's must agree bit for bit, whether the camera sends
raw pictures, larger ones, or JPEG.
"""

import queue
import zlib

import cv2
import numpy as np
import pytest

from mobile_vla_core.action_space import ActionCodec
from mobile_vla_core.checkpoint import load_policy, save_policy
from mobile_vla_core.episodes import Episode
from mobile_vla_core.images import encode_jpeg, Preprocessing
from mobile_vla_core.picture import COMPRESSED, Picture
from mobile_vla_core.policies.architecture import build_network
from mobile_vla_core.policy_card import PolicyCard
from mobile_vla_policy.record import ReplyKind
from mobile_vla_policy.worker_process import WorkerProcess, WorkerSettings
from mobile_vla_recorder.recording.session import RecordingSession
from mobile_vla_recorder.recording.session_config import SessionConfig
from mobile_vla_sim.world import World
from mobile_vla_train.data.cache import open_cache
from mobile_vla_train.data.dataset import window_frames

FRAMES = 12
STEP = 0.1
INSTRUCTION = 'go left'


def drive() -> list[np.ndarray]:
    """Return frames, each shape (90, 160, 3), of a robot that turns and drives."""
    world = World()
    world.reset('2box_hori_left', 5)
    frames = []
    for _ in range(FRAMES):
        frames.append(world.render())
        world.command((0.5, 0.1, 0.4))
        world.advance(STEP)
    return frames


def as_sent(rgb: np.ndarray, kind: str, stamp: float) -> Picture:
    """Return a frame as one kind of camera sends it."""
    if kind == 'jpeg':
        return Picture(encode_jpeg(rgb, 77), COMPRESSED, stamp=stamp)
    if kind == 'png':
        return Picture(cv2.imencode('.png', rgb[..., ::-1])[1].tobytes(), COMPRESSED, stamp=stamp)
    if kind == 'large bgr8':
        rgb = cv2.resize(rgb, (640, 360), interpolation=cv2.INTER_CUBIC)[..., ::-1]
    height, width = rgb.shape[:2]
    data = np.ascontiguousarray(rgb).tobytes()
    encoding = 'bgr8' if kind == 'large bgr8' else 'rgb8'
    return Picture(data, encoding, height, width, 3 * width, stamp)


@pytest.fixture(scope='module')
def frames():
    return drive()


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory):
    network = build_network('nano', {})
    card = PolicyCard(
        architecture='nano',
        network=network.config,
        window=network.window,
        chunk=network.chunk,
        step_period=STEP,
        preprocessing=Preprocessing(),
        codec=ActionCodec((1.0, 1.0, 1.0), ((-1, 1), (-1, 1), (-1, 1))),
    )
    return save_policy(tmp_path_factory.mktemp('policy') / 'nano', network, card)


def serve(checkpoint, pictures) -> list:
    """Show pictures to the real worker process and return its replies."""
    replies, states = queue.Queue(), queue.Queue()
    worker = WorkerProcess(
        WorkerSettings(str(checkpoint)), replies.put, lambda reason, _: states.put(reason)
    )
    worker.start()
    try:
        while states.get(timeout=60) is not None:
            pass
        answers = []
        for picture in pictures:
            assert worker.send(picture, picture.stamp, 1, INSTRUCTION)
            answers.append(replies.get(timeout=30))
    finally:
        worker.stop()
    return answers


@pytest.mark.parametrize('kind', ['rgb8', 'large bgr8', 'jpeg', 'png'])
def test_the_worker_feeds_the_network_what_the_dataset_feeds_it(
    kind, frames, checkpoint, tmp_path
):
    pictures = [as_sent(rgb, kind, 1.0 + STEP * t) for t, rgb in enumerate(frames)]
    session = RecordingSession(
        SessionConfig(tmp_path / 'episodes', minimum_free_bytes=0, require_commands=False)
    )
    session.on_picture(pictures[0], 1.0, now=0.0)
    session.start(INSTRUCTION, '', now=0.0)
    for picture in pictures:
        session.on_picture(picture, picture.stamp, now=0.0)
        session.on_command((0.5, 0.1, 0.4), picture.stamp, picture.stamp, now=0.0)
    path = session.stop('success', '', stamp=9.0).path

    policy = load_policy(checkpoint)
    cache = open_cache(tmp_path / 'cache', [path], policy.card.preprocessing)
    episode = cache.episodes[0]
    replies = serve(checkpoint, pictures)

    fed_in_training = cache.frames[episode.rows]
    assert [reply.kind for reply in replies] == [ReplyKind.CHUNK] * FRAMES
    assert [reply.crc32 for reply in replies] == [zlib.crc32(frame) for frame in fed_in_training]
    with Episode(path) as recorded:
        np.testing.assert_array_equal(
            fed_in_training[3], policy.card.preprocessing(recorded.jpeg(3))
        )

    policy.reset(INSTRUCTION)
    for t, reply in enumerate(replies):
        window = window_frames(cache, episode, t, policy.card.window)
        np.testing.assert_array_equal(window[-1], fed_in_training[t])
        policy.observe(window[-1], 1.0 + STEP * t)
        np.testing.assert_array_equal(reply.actions, policy.predict().actions)


def test_the_comparison_would_notice_one_changed_pixel(frames, checkpoint):
    changed = frames[0].copy()
    changed[40:48, 80:88] += 40
    one, other = serve(
        checkpoint, [as_sent(frames[0], 'rgb8', 1.0), as_sent(changed, 'rgb8', 1.1)]
    )
    assert one.crc32 != other.crc32
