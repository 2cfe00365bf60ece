# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The messages of a bag on their way into an episode."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...episodes import CameraStream, EpisodeWriter, schema
from ...errors import ImageFormatError
from ...images import jpeg_size
from ...picture import Picture
from ..optional_library import need
from .assumption import Assumption
from .bag_labels import ACTION_TYPE_TOPIC, EVENT_TOPIC
from .bag_topics import BagTopics
from .ros_messages import NANO

NO_TIME = 0.0
Handler = Callable[[Any, float], None]
"""Takes a message, and when the bag got it [s]."""


class BagCopy:
    """
    Copies the chosen topics of an open bag.

    :param cameras: of the image topics, in their order
    :param quality: of JPEG pictures, where they are not JPEG in the bag
    :param with_events: whether the bag holds the events and action types of an episode
    """

    def __init__(
        self,
        reader: Any,
        topics: BagTopics,
        cameras: Sequence[CameraStream],
        quality: int,
        *,
        with_events: bool,
    ) -> None:
        self._reader, self._topics, self._quality = reader, topics, quality
        self._cameras = cameras
        self._with_events = with_events
        self.frames = 0
        """Of the primary camera, copied so far."""
        self.assumptions: list[Assumption] = []
        self.lost: list[str] = []
        """A line for each kind of thing that could not be read."""
        self.joints = self._joint_names()
        """Names of the joints, as the first message of their topic has them."""
        self._given_types = self._action_types() if with_events else []
        self._unstamped = 0

    def run(self, writer: EpisodeWriter) -> float:
        """Copy all; return when the last message came [s]."""
        self._writer = writer
        handlers = self._handlers()
        bad: dict[str, list[str]] = {}
        received = 0.0
        connections = [c for c in self._reader.connections if c.topic in handlers]
        for connection, nanoseconds, data in self._reader.messages(connections=connections):
            received = nanoseconds / NANO
            try:
                message = self._reader.deserialize(data, connection.msgtype)
                handlers[connection.topic](message, received)
            except (ImageFormatError, ValueError, self._unreadable()) as error:
                bad.setdefault(connection.topic, []).append(str(error))
        self.lost += [
            f'{len(reasons)} messages of {topic} cannot be read, the first: {reasons[0]}'
            for topic, reasons in bad.items()
        ]
        if self._unstamped:
            self.assumptions.append(
                Assumption('stamps', 'time of receipt', f'{self._unstamped} headers have no stamp')
            )
        return received

    def _handlers(self) -> dict[str, Handler]:
        topics = self._topics
        handlers: dict[str, Handler] = {
            topic: self._frame_handler(camera.name)
            for topic, camera in zip(topics.images, self._cameras, strict=True)
        }
        others = {
            topics.command: self._command,
            topics.odometry: self._odometry,
            topics.imu: self._imu,
            topics.joint_states: self._joint_state,
            EVENT_TOPIC if self._with_events else '': self._event,
        }
        return handlers | {topic: handler for topic, handler in others.items() if topic}

    def _joint_names(self) -> list[str]:
        first = next(self._messages(self._topics.joint_states), None)
        return [] if first is None else list(first.name)

    def _action_types(self) -> list[int]:
        """Return the types that were given with the commands, none where they do not fit."""
        types = [int(message.data) for message in self._messages(ACTION_TYPE_TOPIC)]
        commands = sum(c.msgcount for c in self._connections(self._topics.command))
        if types and len(types) != commands:
            why = f'{len(types)} of {ACTION_TYPE_TOPIC} for {commands} commands'
            self.assumptions.append(Assumption('action types', 'of the velocities', why))
            return []
        return types

    def _connections(self, topic: str | None) -> list[Any]:
        return [c for c in self._reader.connections if topic and c.topic == topic]

    def _messages(self, topic: str | None) -> Any:
        connections = self._connections(topic)
        for connection, _, data in self._reader.messages(connections) if connections else ():
            yield self._reader.deserialize(data, connection.msgtype)

    def _unreadable(self) -> type[Exception]:
        return need('rosbags.highlevel', 'rosbags', 'reading a bag').AnyReaderError

    def _frame_handler(self, camera: str) -> Handler:
        def handle(message: Any, received: float) -> None:
            picture = Picture.from_message(message)
            jpeg = picture.to_jpeg(self._quality)
            jpeg_size(jpeg)
            self._writer.add_frame(camera, jpeg, self._stamp(picture.stamp, received), received)
            self.frames += camera == self._cameras[0].name

        return handle

    def _command(self, message: Any, received: float) -> None:
        stamp = received
        if hasattr(message, 'header'):
            stamp = self._header_stamp(message, received)
        twist = getattr(message, 'twist', message)
        velocity = (twist.linear.x, twist.linear.y, twist.angular.z)
        number, kind = self._writer.commands, schema.ACTION_TYPE_NOT_GIVEN
        if number < len(self._given_types):
            kind = self._given_types[number]
        self._writer.add_command(velocity, stamp, received, kind)

    def _odometry(self, message: Any, received: float) -> None:
        pose, twist = message.pose.pose, message.twist.twist
        self._writer.add_odometry(
            self._header_stamp(message, received),
            (*_vector(pose.position), *_quaternion(pose.orientation)),
            (*_vector(twist.linear), *_vector(twist.angular)),
        )

    def _imu(self, message: Any, received: float) -> None:
        self._writer.add_imu(
            self._header_stamp(message, received),
            _quaternion(message.orientation),
            _vector(message.angular_velocity),
            _vector(message.linear_acceleration),
        )

    def _joint_state(self, message: Any, received: float) -> None:
        places = {name: place for place, name in enumerate(message.name)}
        rows = []
        for values in (message.position, message.velocity, message.effort):
            row = np.full(len(self.joints), np.nan)
            for joint, name in enumerate(self.joints):
                place = places.get(name, len(values))
                row[joint] = values[place] if place < len(values) else np.nan
            rows.append(row)
        self._writer.add_joint_state(self._header_stamp(message, received), *rows)

    def _event(self, message: Any, received: float) -> None:
        kind, _, text = message.data.partition(': ')
        if kind != schema.OUTCOME_EVENT:  # the writer adds that of the end
            self._writer.add_event(received, kind, text)

    def _header_stamp(self, message: Any, received: float) -> float:
        time = message.header.stamp
        return self._stamp(time.sec + time.nanosec * 1e-9, received)

    def _stamp(self, stamp: float, received: float) -> float:
        """Return a header's stamp, or the time of receipt where it has none."""
        if stamp != NO_TIME:
            return stamp
        self._unstamped += 1
        return received


def _vector(vector: Any) -> tuple[float, float, float]:
    return vector.x, vector.y, vector.z


def _quaternion(turn: Any) -> tuple[float, float, float, float]:
    return turn.x, turn.y, turn.z, turn.w
