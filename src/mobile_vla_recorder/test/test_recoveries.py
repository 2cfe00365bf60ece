# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

from pathlib import Path
import threading

import numpy as np

from mobile_vla_core.episodes import Episode, EpisodeWriter, find_unfinished
from mobile_vla_core.images import encode_jpeg
from mobile_vla_recorder.recording.recoveries import Recoveries

JPEG = encode_jpeg(np.zeros((24, 32, 3), dtype=np.uint8))


def left_behind(folder: Path, name: str) -> Path:
    """Return a file that its writer did not finish."""
    writer = EpisodeWriter(folder / 'elsewhere', instruction='go', name=name)
    writer.add_frame('front', JPEG, 1.0, 1.0)
    copy = folder / writer.path.name
    copy.write_bytes(writer.path.read_bytes())
    writer.discard()
    return copy


def test_what_is_found_and_what_is_named_is_recovered_and_told_with_its_reason(tmp_path):
    found = left_behind(tmp_path, 'found')
    told, both = [], threading.Semaphore(0)

    def tell(*what) -> None:
        told.append(what)
        both.release()

    recoveries = Recoveries(tmp_path, tell)
    assert both.acquire(timeout=60)
    named = left_behind(tmp_path, 'named')
    recoveries.add(named, 'writing failed: Input/output error')
    assert both.acquire(timeout=60)
    recoveries.close()
    (first, why, one, text), (second, because, two, _) = told
    assert (first, why, one) == (found, '', tmp_path / 'found.h5')
    assert text == 'found.h5: recovered front 1 frames, 0 commands; nothing acknowledged is lost'
    assert (second, because) == (named, 'writing failed: Input/output error')
    with Episode(two) as episode:
        assert episode.ending == ('unknown', because)
    assert find_unfinished(tmp_path) == []


def test_a_file_that_cannot_be_recovered_is_told_of_and_the_next_one_is_not_kept_waiting(tmp_path):
    told, both = [], threading.Semaphore(0)

    def tell(part: Path, _reason: str, path: Path | None, text: str) -> None:
        told.append((part.name, path, text))
        both.release()

    recoveries = Recoveries(tmp_path / 'nowhere', tell)
    recoveries.add(tmp_path / 'no_episode', 'why')
    recoveries.add(left_behind(tmp_path, 'next'), 'why')
    assert both.acquire(timeout=60)
    assert both.acquire(timeout=60)
    recoveries.close()
    assert told[0] == ('no_episode', None, 'no_episode is no unfinished episode (*.h5.part)')
    assert told[1][:2] == ('next.h5.part', tmp_path / 'next.h5')
