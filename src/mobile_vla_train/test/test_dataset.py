# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for dataset.py."""

from dataclasses import replace

from conftest import HEIGHT, STEPS, WIDTH, write_episode
import h5py
import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from mobile_vla_core.action_space import ActionCodec, ActionType
from mobile_vla_core.episodes.folder import find_episodes
from mobile_vla_core.episodes.reader import Episode
from mobile_vla_core.errors import ConfigError
from mobile_vla_core.images import Preprocessing
from mobile_vla_train.data.augmentation import ClipAugmentation
from mobile_vla_train.data.cache import open_cache, open_uncached
from mobile_vla_train.data.dataset import (
    ClipDataset,
    EpisodeDataset,
    future_actions,
    window_frames,
)
from mobile_vla_train.sections import AugmentationConfig

PREPROCESSING = Preprocessing(height=HEIGHT, width=WIDTH)
PLAIN = AugmentationConfig(mirror=0.0, gain=0.0, brightness=0.0, tint=0.0, shift=0)
CHUNK = 4


@pytest.fixture(scope='module')
def cache(episodes, tmp_path_factory):
    return open_cache(tmp_path_factory.mktemp('cache'), find_episodes(episodes), PREPROCESSING)


@pytest.fixture(scope='module')
def codec(cache):
    return ActionCodec.from_actions(cache.actions)


def clips_of(cache, codec, augmentation=PLAIN, **settings):
    defaults = {'chunk': CHUNK, 'clip_length': 6, 'clips_per_batch': 4, 'steps': 50, 'seed': 1}
    settings = {**defaults, **settings}
    return ClipDataset(cache, cache.episodes, codec, ClipAugmentation(augmentation), **settings)


def find_clip(cache, frames):
    """Return the episode and the row in it at which the cache holds these frames, shape (T, …)."""
    pictures = frames.permute(0, 2, 3, 1).numpy()
    for episode in cache.episodes:
        rows = cache.frames[episode.rows]
        for start in range(episode.length - len(pictures) + 1):
            if (rows[start : start + len(pictures)] == pictures).all():
                return episode, start
    raise AssertionError('no episode holds this clip')


def test_training_windows_are_bit_for_bit_what_serving_is_fed(cache, episodes):
    window = 8
    for path, cached in zip(find_episodes(episodes), cache.episodes, strict=True):
        with Episode(path) as episode:
            for t in (0, 3, len(episode) - 1):
                served = [PREPROCESSING(episode.jpeg(i)) for i in episode.window(t, window)]
                np.testing.assert_array_equal(window_frames(cache, cached, t, window), served)


def test_a_window_of_another_frame_is_not_equal(cache):
    first = cache.episodes[0]
    assert (window_frames(cache, first, 5, 3) != window_frames(cache, first, 6, 3)).any()


def test_labels_are_the_actions_from_each_frame_on(cache, codec):
    batch = EpisodeDataset(cache, cache.episodes, codec, chunk=CHUNK)[0]
    actions = cache.actions[cache.episodes[0].rows]
    for t in range(STEPS):
        for i in range(CHUNK):
            inside = t + i < STEPS
            assert bool(batch.valid[0, t, i]) == inside
            if inside:
                velocity = codec.denormalise(batch.velocity[0, t, i].numpy())
                np.testing.assert_array_equal(velocity, actions[t + i, :3])
                assert batch.action_type[0, t, i] == actions[t + i, 3]


def test_actions_past_the_end_are_masked_and_never_taken_from_the_next_episode():
    actions = np.arange(5, dtype=np.float32)[:, None].repeat(4, axis=1)
    future, valid = future_actions(actions, np.array([0, 3, 4]), 3)
    assert future[:, :, 0].tolist() == [[0, 1, 2], [3, 4, 4], [4, 4, 4]]
    assert valid.tolist() == [[True] * 3, [True, True, False], [True, False, False]]


def test_a_clip_is_contiguous_and_its_labels_belong_to_its_frames(cache, codec):
    batch = clips_of(cache, codec)[3]
    assert batch.frames.shape == (4, 6, 3, HEIGHT, WIDTH)
    assert batch.frames.dtype == torch.uint8
    for clip in range(4):
        episode, start = find_clip(cache, batch.frames[clip])
        assert batch.instructions[clip] == episode.instruction
        recorded = cache.actions[episode.rows][start : start + 6, :3]
        np.testing.assert_array_equal(batch.velocity[clip, :, 0], codec.normalise(recorded))


def test_a_batch_depends_on_seed_and_step_alone(cache, codec):
    varied = AugmentationConfig()
    first, second = clips_of(cache, codec, varied), clips_of(cache, codec, varied)
    for step in range(20):
        first[step]  # what went before must not matter
    assert torch.equal(first[20].frames, second[20].frames)
    assert not torch.equal(first[20].frames, first[21].frames)
    other = clips_of(cache, codec, varied, seed=2)
    assert not torch.equal(first[20].frames, other[20].frames)


def test_one_pass_shows_every_episode_and_both_of_its_ends(cache, codec):
    dataset = clips_of(cache, codec, clips_per_batch=1)
    per_pass = 10 * -(-STEPS // 6)
    seen = np.zeros(len(cache.frames), dtype=int)
    for step in range(8 * per_pass):
        episode, start = dataset.order.place(step)
        seen[episode.start + start : episode.start + start + 6] += 1
    assert seen.min() >= 4
    ends = seen.reshape(10, STEPS)[:, [0, -1]]
    assert ends.mean() >= 0.5 * seen.mean()


def test_an_episode_shorter_than_a_clip_is_padded_and_masked(tmp_path, codec):
    path = write_episode(tmp_path / 'data', 0, steps=4)
    cache = open_cache(tmp_path / 'cache', [path], PREPROCESSING)
    batch = clips_of(cache, codec, clips_per_batch=1)[0]
    assert batch.valid[0, :, 0].tolist() == [True] * 4 + [False] * 2
    assert batch.valid[0].sum() == 4 + 3 + 2 + 1
    assert torch.equal(batch.frames[0, 5], batch.frames[0, 3])


@pytest.mark.parametrize('world_size', [2, 4])
def test_the_slices_of_all_ranks_are_the_batch_of_one_process(cache, codec, world_size):
    varied = AugmentationConfig(noise=0.02, crop=0.2)
    whole = clips_of(cache, codec, varied)[5]
    slices = [
        clips_of(cache, codec, varied, rank=rank, world_size=world_size)[5]
        for rank in range(world_size)
    ]
    for name in ('frames', 'velocity', 'action_type', 'valid', 'weight'):
        joined = torch.cat([getattr(batch, name) for batch in slices])
        assert torch.equal(joined, getattr(whole, name))
    assert [text for batch in slices for text in batch.instructions] == whole.instructions
    assert not torch.equal(slices[0].frames, slices[1].frames)


def test_one_clip_is_varied_anew_at_every_step(cache, codec):
    """The same frames each time: one episode, and a clip that holds all of it."""
    dataset = ClipDataset(
        cache,
        cache.episodes[:1],
        codec,
        ClipAugmentation(AugmentationConfig()),
        chunk=CHUNK,
        clip_length=STEPS,
        clips_per_batch=1,
        steps=4,
        seed=1,
    )
    shown = [dataset[step].frames.numpy().tobytes() for step in range(4)]
    assert len(set(shown)) == 4
    assert dataset[2].frames.numpy().tobytes() == shown[2]


def test_clips_that_cannot_be_shared_equally_are_refused(cache, codec):
    with pytest.raises(ConfigError, match=r'clips_per_batch=4 cannot be shared by 3 processes'):
        clips_of(cache, codec, rank=1, world_size=3)


@pytest.mark.parametrize('world_size', [1, 3, 4, 13])
def test_ranks_divide_the_validation_episodes_and_validate_none_twice(cache, codec, world_size):
    ranks = [
        EpisodeDataset(cache, cache.episodes, codec, chunk=CHUNK, rank=rank, world_size=world_size)
        for rank in range(world_size)
    ]
    assert len({len(dataset) for dataset in ranks}) == 1
    counted = [
        dataset.episodes[i].name
        for dataset in ranks
        for i in range(len(dataset))
        if not dataset.is_padding(i)
    ]
    assert sorted(counted) == [episode.name for episode in cache.episodes]
    for dataset in ranks:
        for i in range(len(dataset)):
            assert dataset[i].valid.any() != dataset.is_padding(i)


@pytest.mark.parametrize('world_size', [1, 2, 3, 7])
def test_all_ranks_know_the_longest_episode_that_any_has_next(cache, codec, world_size):
    lengths = (3, 20, 11, 2, 5)
    episodes = [replace(e, length=n) for e, n in zip(cache.episodes, lengths, strict=False)]
    ranks = [
        EpisodeDataset(cache, episodes, codec, chunk=CHUNK, rank=rank, world_size=world_size)
        for rank in range(world_size)
    ]
    for i in range(len(ranks[0])):
        frames = [dataset[i].frames.shape[1] for dataset in ranks]
        assert {dataset.longest(i) for dataset in ranks} == {max(frames)}


@pytest.mark.parametrize('start', ['fork', 'spawn'])
@pytest.mark.parametrize('read', [open_cache, open_uncached])
def test_loading_processes_give_the_same_batches(episodes, codec, tmp_path, start, read):
    paths = find_episodes(episodes)
    where = (tmp_path,) if read is open_cache else ()
    source = read(*where, paths, PREPROCESSING)
    dataset = clips_of(source, codec, AugmentationConfig(), steps=2)
    here = [dataset[step] for step in range(2)]  # files are open here before others are started
    loader = DataLoader(
        dataset, None, sampler=range(2), num_workers=1, multiprocessing_context=start
    )
    for expected, found in zip(here, loader, strict=True):
        assert torch.equal(found.frames, expected.frames)
        assert torch.equal(found.velocity, expected.velocity)
        assert found.instructions == expected.instructions


def test_batches_without_a_cache_are_those_with_one(cache, episodes, codec):
    uncached = open_uncached(find_episodes(episodes), PREPROCESSING)
    with_cache, without = (clips_of(s, codec, AugmentationConfig()) for s in (cache, uncached))
    for step in range(20):
        assert torch.equal(without[step].frames, with_cache[step].frames)
        assert torch.equal(without[step].velocity, with_cache[step].velocity)


def test_no_clip_and_no_chunk_reaches_over_lost_frames(tmp_path, codec):
    path = write_episode(tmp_path / 'data', 0, steps=12)
    with h5py.File(path, 'r+') as file:
        file['observations/images/front/header_stamp'][7:] += 3.0
    cache = open_cache(tmp_path / 'cache', [path], PREPROCESSING)
    assert [episode.length for episode in cache.episodes] == [7, 5]
    dataset = clips_of(cache, codec, clip_length=5, clips_per_batch=1)
    for step in range(40):
        batch = dataset[step]
        _, start = find_clip(cache, batch.frames[0])
        rest = dataset.order.place(step)[0].length - start
        expected = [min(CHUNK, rest - t) for t in range(5)]
        assert batch.valid[0].sum(dim=-1).tolist() == expected


def test_mirrored_clips_carry_mirrored_labels(cache, codec):
    plain = clips_of(cache, codec)[0]
    mirrored = clips_of(cache, codec, AugmentationConfig(**{**vars(PLAIN), 'mirror': 1.0}))[0]
    assert torch.equal(mirrored.frames, plain.frames.flip(-1))
    signs = torch.tensor([1.0, -1.0, -1.0])
    assert torch.equal(mirrored.velocity, plain.velocity * signs)
    assert torch.equal(mirrored.action_type, plain.action_type)
    sides = {'left': 'right', 'right': 'left'}
    for before, after in zip(plain.instructions, mirrored.instructions, strict=True):
        assert after.split()[-1] == sides[before.split()[-1]]


def test_stops_at_the_end_are_labelled_as_stops(cache, codec):
    batch = EpisodeDataset(cache, cache.episodes, codec, chunk=CHUNK)[0]
    assert batch.action_type[0, -1, 0] == ActionType.STOP
