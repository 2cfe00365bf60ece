# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for checkpoint.py."""

from contextlib import contextmanager
import json
import resource
import shutil

from policy_fixture import card_of, random_frames, small_network
import pytest
import torch
import yaml

from mobile_vla_core.checkpoint import load_policy, METRICS_FILE, save_policy, WEIGHTS_FILE
from mobile_vla_core.errors import CheckpointError
from mobile_vla_core.policies.streaming import StreamingPolicy
from mobile_vla_core.policy_card import CARD_FILE, PolicyCard


@contextmanager
def disk_of(size: int):
    """Let no file grow beyond so many bytes, as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.fixture
def saved(tmp_path):
    network = small_network()
    return save_policy(tmp_path / 'best', network, card_of(network), {'validation_loss': 0.5})


def drive(policy):
    policy.reset('go left')
    for t, frame in enumerate(random_frames(5)):
        policy.observe(frame, t * 0.1)
    return policy.predict().actions


def test_a_loaded_policy_predicts_bit_for_bit_what_the_saved_one_did(saved):
    network = small_network()
    expected = drive(StreamingPolicy(network, card_of(network)))
    assert (drive(load_policy(saved)) == expected).all()


def test_another_network_would_predict_otherwise(saved):
    other = small_network(seed=1)
    assert (drive(load_policy(saved)) != drive(StreamingPolicy(other, card_of(other)))).any()


def test_the_directory_is_complete_and_holds_no_pickle(saved):
    assert sorted(path.name for path in saved.iterdir()) == [
        'README.md',
        'metrics.json',
        'model.safetensors',
        'policy.yaml',
    ]
    assert json.loads((saved / METRICS_FILE).read_text()) == {'validation_loss': 0.5}
    assert 'Driving card' in (saved / 'README.md').read_text(encoding='utf-8')


def test_the_directory_may_be_moved(saved, tmp_path):
    moved = shutil.move(saved, tmp_path / 'elsewhere')
    assert load_policy(moved).card.instructions == ['go left', '왼쪽으로 가']


def test_saving_again_replaces_the_whole_directory_and_leaves_nothing_beside_it(saved):
    (saved / 'stale.txt').write_text('from the run before')
    network = small_network(seed=1)
    save_policy(saved, network, card_of(network))
    assert not (saved / 'stale.txt').exists()
    assert [path.name for path in saved.parent.iterdir()] == ['best']
    assert (drive(load_policy(saved)) == drive(StreamingPolicy(network, card_of(network)))).all()


def test_a_failed_save_leaves_the_older_checkpoint(saved):
    before = drive(load_policy(saved))
    network = small_network(seed=1)
    with pytest.raises(TypeError):
        save_policy(saved, network, card_of(network), {'not json': object()})
    assert (drive(load_policy(saved)) == before).all()


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / 'file').write_text('')
    network = small_network()
    with pytest.raises(CheckpointError, match='cannot write the checkpoint'):
        save_policy(tmp_path / 'file' / 'best', network, card_of(network))


@pytest.mark.parametrize('size', [0, 4096, 20_000])
def test_a_full_disk_while_saving_leaves_the_older_checkpoint(saved, size):
    before = drive(load_policy(saved))
    network = small_network(seed=1)
    assert (saved / WEIGHTS_FILE).stat().st_size > 20_000
    with disk_of(size), pytest.raises(CheckpointError, match='cannot write the checkpoint'):
        save_policy(saved, network, card_of(network))
    assert (drive(load_policy(saved)) == before).all()
    assert [path.name for path in saved.parent.iterdir()] == ['best']


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match='is not a folder'):
        load_policy(tmp_path / 'absent')


@pytest.mark.parametrize('name', [WEIGHTS_FILE, CARD_FILE])
def test_a_missing_file_is_named(saved, name):
    (saved / name).unlink()
    with pytest.raises(CheckpointError, match=name):
        load_policy(saved)


def test_one_changed_bit_in_the_tensors_is_noticed(saved):
    content = bytearray((saved / WEIGHTS_FILE).read_bytes())
    content[-1] ^= 1
    (saved / WEIGHTS_FILE).write_bytes(content)
    with pytest.raises(CheckpointError, match='changed after it was saved'):
        load_policy(saved)


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'architecture': 'giant'}, 'architecture "giant" is unknown'),
        ({'network': {'feature_dim': 8}}, 'does not fit the architecture'),
        ({'network': {'colour': 'red'}}, 'nano has no setting colour'),
        ({'window': 9}, 'the card says window 9'),
        ({'schema': 'foreign'}, 'found schema "foreign"'),
    ],
)
def test_a_card_that_does_not_fit_is_refused(saved, change, message):
    path = saved / CARD_FILE
    content = yaml.safe_load(path.read_text(encoding='utf-8'))
    content.update(change)
    path.write_text(yaml.safe_dump(content), encoding='utf-8')
    with pytest.raises(CheckpointError, match=message):
        load_policy(saved)


def test_a_loaded_policy_has_no_gradients_and_is_in_evaluation_mode(saved):
    network = load_policy(saved).network
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert isinstance(PolicyCard.load(saved), PolicyCard)
    assert torch.is_tensor(next(network.parameters()))
