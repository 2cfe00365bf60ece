# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

from mobile_vla_recorder.recording.last_pictures import LastPictures, LONGEST, QUIET


def asked() -> LastPictures:
    """Return two cameras whose episode is to end at 500 s, which is 10 s of monotonic time."""
    last = LastPictures(['front', 'rear'])
    last.ask(500.0, 10.0)
    return last


def test_while_no_end_is_asked_for_every_picture_belongs_and_nothing_is_awaited():
    last = LastPictures(['front'])
    assert last.belongs('front', 1e9, 10.0)
    assert last.all_in(10.0)


def test_all_are_in_when_every_camera_has_sent_a_later_one():
    last = asked()
    assert last.belongs('front', 499.9, 10.01)
    assert not last.belongs('front', 500.1, 10.02)
    assert not last.all_in(10.02)
    assert last.belongs('rear', 500.0, 10.03)
    assert not last.belongs('rear', 500.1, 10.04)
    assert last.all_in(10.04)


def test_cameras_that_send_nothing_more_are_not_waited_for():
    last = asked()
    assert not last.all_in(10.0 + QUIET / 2)
    assert last.belongs('front', 499.9, 10.0 + QUIET / 2)
    assert not last.all_in(10.0 + QUIET)
    assert last.all_in(10.0 + 2 * QUIET)


def test_pictures_of_an_unknown_time_belong_but_are_not_waited_for_without_end():
    last = asked()
    now = 10.0
    while not last.all_in(now):
        assert last.belongs('front', float('-inf'), now)
        now += QUIET / 2
    assert now <= 10.0 + LONGEST + QUIET


def test_of_two_ends_that_are_asked_for_the_first_counts():
    last = asked()
    last.ask(501.0, 11.0)
    assert not last.belongs('front', 500.5, 11.0)
    last.end()
    assert last.belongs('front', 502.0, 12.0)
    last.ask(503.0, 13.0)
    assert last.belongs('front', 502.5, 13.0)
