# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

from mobile_vla_recorder.recording.drops import Drops, ROWS


def test_everything_is_counted_by_camera_and_by_what_was_wrong():
    drops = Drops(['front', 'rear'])
    drops.late['front'] += 3
    drops.broken['rear'] += 1
    drops.failed['front'] += 2
    drops.failed[ROWS] += 4
    assert (drops.cameras, drops.rows) == ({'front': 5, 'rear': 1}, 4)
    assert drops.totals() == [
        'front: 5 frames dropped',
        'rear: 1 frames dropped',
        '4 commands and other rows dropped',
    ]
    slow, front, rows, broken = drops.texts('writing failed: Input/output error')
    assert slow == 'front: 3 pictures dropped: the disk or the processor is too slow'
    assert front == 'front: 2 pictures dropped: writing failed: Input/output error'
    assert rows == '4 commands and other rows dropped: writing failed: Input/output error'
    assert broken.startswith('rear: 1 pictures dropped that cannot be read')


def test_counts_that_grow_are_stored_once_a_second_each():
    drops = Drops(['front', 'rear'])
    assert drops.news(10.0) == []
    drops.late['front'] += 1
    assert drops.news(10.0) == ['front: 1 frames dropped so far']
    drops.late['front'] += 1
    drops.late['rear'] += 1
    assert drops.news(10.5) == ['rear: 1 frames dropped so far']
    assert drops.news(11.0) == ['front: 2 frames dropped so far']
    assert drops.news(20.0) == [], 'they have not grown'


def test_a_clock_that_was_set_back_does_not_keep_counts_from_being_stored():
    drops = Drops(['front'])
    drops.late['front'] += 1
    assert drops.news(1000.0)
    drops.late['front'] += 1
    assert drops.news(10.0) == ['front: 2 frames dropped so far']
