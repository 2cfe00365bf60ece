# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What the driver said, with and without a session."""

import numpy as np

from mobile_vla_core.action_space import ActionType
from mobile_vla_core.episodes import Episode
from mobile_vla_core.picture import Picture
from mobile_vla_recorder.recording.driver_events import (
    Command,
    DRIVER_GONE,
    DriverEvent,
    DriverEvents,
)
from mobile_vla_recorder.recording.session import RecordingSession
from mobile_vla_recorder.recording.session_config import SessionConfig

NOT_GIVEN = -1
FORWARD = (0.5, 0.0, 0.0)
PICTURE = np.full((24, 32, 3), 90, dtype=np.uint8).tobytes()


def special(stamp: float) -> DriverEvent:
    return DriverEvent(stamp, stamp, ActionType.SPECIAL, 'keyboard', 'G')


def movement(stamp: float) -> DriverEvent:
    return DriverEvent(stamp, stamp, ActionType.MOVEMENT, 'keyboard', 'W')


def picture(session: RecordingSession, stamp: float) -> None:
    session.on_picture(Picture(PICTURE, 'rgb8', 24, 32, 96, stamp), stamp, stamp)


def recording(folder, **changes) -> RecordingSession:
    session = RecordingSession(
        SessionConfig(folder, minimum_free_bytes=0, require_commands=False, **changes)
    )
    picture(session, 99.0)
    return session


def test_an_event_is_in_force_from_its_stamp_until_the_next_one_by_stamp():
    events = DriverEvents()
    events.add(movement(12.0), now=1.0)
    events.add(special(10.0), now=1.1)
    found = [events.type_at(stamp) for stamp in (9.9, 10.0, 11.9, 12.0, 99.0)]
    assert found == [NOT_GIVEN, 3, 3, 0, 0]


def test_an_unknown_type_leaves_the_command_to_itself():
    event = DriverEvent(1.0, 1.0, 77, 'robot', 'honk')
    assert event.line == 'unknown type 77: robot: honk'
    events = DriverEvents()
    events.add(special(0.0), now=0.0)
    events.add(event, now=1.0)
    assert events.type_at(2.0) == NOT_GIVEN
    assert special(0.0).line == 'SPECIAL: keyboard: G'


def test_an_event_counts_only_for_commands_that_it_fits_unless_it_is_special():
    def type_of(said: int, velocity) -> int:
        events = DriverEvents()
        events.add(DriverEvent(1.0, 1.0, said), now=1.0)
        return events.type_of(Command(velocity, 2.0, 2.0, 2.0))

    still = (0.0, 0.0, 0.0)
    assert type_of(ActionType.STOP, FORWARD) == NOT_GIVEN, 'a policy drives on after a takeover'
    assert type_of(ActionType.STOP, still) == ActionType.STOP
    assert type_of(ActionType.MOVEMENT, still) == NOT_GIVEN
    assert type_of(ActionType.ROTATION, FORWARD) == ActionType.ROTATION
    assert {type_of(ActionType.SPECIAL, each) for each in (still, FORWARD)} == {3}


def test_commands_wait_a_little_where_there_is_a_driver():
    events = DriverEvents()
    command = Command(FORWARD, 1.0, 1.0, 1.0)
    events.hold(command, now=1.0)
    assert list(events.release(1.0)) == [command]
    events.expected = True
    events.hold(command, now=1.0)
    assert list(events.release(1.2)) == []
    assert list(events.release(1.3)) == [command]


def test_what_is_remembered_begins_with_the_event_in_force():
    events = DriverEvents()
    for t in range(5):
        events.add(special(float(t)), now=float(t))
    assert [event.stamp for event in events.since(2.5)] == [2.0, 3.0, 4.0]
    assert [event.stamp for event in events.since(9.0)] == [4.0]
    assert [event.stamp for event in events.since(-1.0)] == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_commands_carry_the_event_of_their_stamp_whichever_came_first(tmp_path):
    session = recording(tmp_path)
    session.start('go', '', now=100.0)
    session.on_driver_event(movement(100.0), now=100.0)
    for stamp in (100.1, 100.3):
        picture(session, stamp)
        session.on_command(FORWARD, stamp, stamp, now=stamp)
    session.on_driver_event(special(100.2), now=100.35)  # late: a command of 100.3 waits for it
    picture(session, 100.6)
    session.on_command((0.0, 0.0, 0.0), 100.6, 100.6, now=100.6)  # special whatever the motion
    with Episode(session.stop('success', '', 101.0).path) as episode:
        assert episode.commands['action_type'].tolist() == [0, 3, 3]
        assert episode.actions[:, 3].tolist() == [0, 3, 3]
        assert (100.2, 'driver', 'SPECIAL: keyboard: G') in episode.events
        assert (101.0, 'driver', '3 of 3 commands carry a given action type') in episode.events


def test_the_clock_of_the_driver_decides_not_the_times_at_which_things_came(tmp_path):
    session = recording(tmp_path)
    session.start('go', '', now=100.0)
    first = DriverEvent(100.4, 7.0, ActionType.SPECIAL)  # came late, so its stored stamp is late
    session.on_driver_event(first, now=100.4)
    session.on_command(FORWARD, 100.2, 100.5, now=100.5, given=7.1)
    session.on_command(FORWARD, 100.6, 100.6, now=100.6, given=6.9)
    with Episode(session.stop('success', '', 101.0).path) as episode:
        assert episode.commands['action_type'].tolist() == [3, NOT_GIVEN]


def test_types_are_derived_before_the_first_event_and_after_the_driver_is_gone(tmp_path):
    session = recording(tmp_path)
    session.start('go', '', now=100.0)
    picture(session, 100.1)
    session.on_command(FORWARD, 100.1, 100.1, now=100.1)
    session.on_driver_present()
    session.on_driver_event(special(100.2), now=100.2)
    picture(session, 100.3)
    session.on_command(FORWARD, 100.3, 100.3, now=100.3)
    session.on_driver_gone(100.4)  # what came before it is the driver's
    session.on_driver_gone(100.5)
    picture(session, 100.6)
    session.on_command(FORWARD, 100.6, 100.6, now=100.6)
    with Episode(session.stop('success', '', 101.0).path) as episode:
        assert episode.commands['action_type'].tolist() == [NOT_GIVEN, 3, NOT_GIVEN]
        assert episode.actions[:, 3].tolist() == [0, 3, 0]
        assert [event for event in episode.events if event[2] == DRIVER_GONE] == [
            (100.4, 'driver', DRIVER_GONE)
        ]
        text = '1 of 3 commands carry a given action type'
        assert (101.0, 'driver', text) in episode.events


def test_the_first_event_of_a_driver_may_come_after_his_command(tmp_path):
    session = recording(tmp_path)
    session.on_driver_present()
    session.start('go', '', now=100.0)
    session.on_command(FORWARD, 100.1, 100.1, now=100.1)
    assert session.overdue(100.3) == ''
    session.on_driver_event(special(100.05), now=100.3)
    with Episode(session.stop('success', '', 101.0).path) as episode:
        assert episode.commands['action_type'].tolist() == [3]


def test_an_event_from_before_the_start_is_in_force_and_stored(tmp_path):
    session = recording(tmp_path, pre_roll=5.0)
    session.on_driver_event(movement(80.0), now=80.0)
    session.on_driver_event(special(90.0), now=90.0)
    session.on_driver_event(movement(98.0), now=98.0)
    session.on_command(FORWARD, 97.5, 97.5, now=97.5)
    picture(session, 99.5)
    session.start('go', '', now=100.0)
    with Episode(session.stop('success', '', 101.0).path) as episode:
        assert episode.commands['action_type'].tolist() == [3]
        told = [stamp for stamp, kind, _ in episode.events if kind == 'driver' and stamp < 100.0]
        assert told == [90.0, 98.0]


def test_without_a_driver_every_type_is_derived_and_nothing_is_said(tmp_path):
    session = recording(tmp_path)
    session.start('go', '', now=100.0)
    session.on_command(FORWARD, 100.1, 100.1, now=100.1)
    with Episode(session.stop('success', '', 101.0).path) as episode:
        assert episode.commands['action_type'].tolist() == [NOT_GIVEN]
        assert all(kind != 'driver' for _, kind, _ in episode.events)
