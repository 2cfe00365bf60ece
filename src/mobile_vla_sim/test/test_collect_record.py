# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for collect_record.py."""

import json

import pytest

from mobile_vla_core.errors import ConfigError
from mobile_vla_sim.collect_record import CollectRecord, RECORD_NAME


def summary(*seeds: int, failed: int = 0) -> dict:
    return {
        'episodes': len(seeds),
        'frames': 10 * len(seeds),
        'dropped': 0,
        'failed': failed,
        'seconds': 1.5,
        'per_scenario': {'left': {'episodes': len(seeds), 'failed': failed}},
        'seeds': list(seeds),
    }


def test_a_new_folder_begins_at_zero_and_a_later_run_behind_the_spares(tmp_path):
    record = CollectRecord(tmp_path)
    assert record.next_seed == 0
    record.begin(0, 3)
    record.end(summary(0, 0, 3, failed=1))
    assert CollectRecord(tmp_path).next_seed == 6


def test_the_record_keeps_every_run_and_their_sums(tmp_path):
    for seeds in ((0, 0), (4, 5)):
        record = CollectRecord(tmp_path)
        record.begin(record.next_seed, 2)
        record.end(summary(*seeds, failed=1))
    found = json.loads((tmp_path / RECORD_NAME).read_text())
    assert (found['episodes'], found['frames'], found['failed']) == (4, 40, 2)
    assert (found['seconds'], found['seeds']) == (3.0, [0, 0, 4, 5])
    assert found['per_scenario'] == {'left': {'episodes': 4, 'failed': 2}}
    assert [run['seeds'] for run in found['runs']] == [[0, 0], [4, 5]]


@pytest.mark.parametrize('seed', [9, 10, 13])
def test_seeds_that_an_earlier_run_took_are_refused(tmp_path, seed):
    record = CollectRecord(tmp_path)
    record.begin(10, 2)
    record.end(summary(10, 10))
    text = r'took the seeds 10 to 13.*leave --seed away to go on from 14'
    with pytest.raises(ConfigError, match=text):
        CollectRecord(tmp_path).begin(seed, 1)
    CollectRecord(tmp_path).begin(8, 1)


def test_a_killed_run_keeps_its_seeds_and_one_without_episodes_does_not(tmp_path):
    CollectRecord(tmp_path).begin(0, 2)
    record = CollectRecord(tmp_path)
    assert record.next_seed == 4
    record.begin(4, 2)
    record.end(summary())
    assert CollectRecord(tmp_path).next_seed == 4


def test_a_record_of_an_earlier_release_is_one_run(tmp_path):
    (tmp_path / RECORD_NAME).write_text(json.dumps(summary(5, 5, 6)))
    record = CollectRecord(tmp_path)
    assert record.next_seed == 11
    assert record.total()['seeds'] == [5, 5, 6]


def test_a_broken_record_is_one_sentence(tmp_path):
    (tmp_path / RECORD_NAME).write_text('{')
    with pytest.raises(ConfigError, match=r'cannot be read.*move that file away'):
        CollectRecord(tmp_path)
