# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

from mobile_vla_recorder.recording.pre_roll import PreRoll


def fill(ring: PreRoll, count: int, size: int = 1) -> list[int]:
    played = []
    for t in range(count):
        ring.add(lambda t=t: played.append(t), size, now=float(t))
    return played


def test_the_last_seconds_are_played_in_order_and_once():
    ring = PreRoll(3.0, 1000)
    played = fill(ring, 10)
    ring.play(now=9.5)
    assert played == [7, 8, 9]
    ring.play(now=9.5)
    assert played == [7, 8, 9]
    assert ring.bytes == 0


def test_memory_is_bounded_and_the_oldest_go():
    ring = PreRoll(100.0, 50)
    played = fill(ring, 20, size=20)
    assert ring.bytes <= 50
    ring.play(now=20.0)
    assert played == [18, 19]


def test_no_pre_roll_keeps_nothing():
    ring = PreRoll(0.0, 1000)
    played = fill(ring, 5)
    ring.play(now=4.0)
    assert played == []
    assert ring.bytes == 0
