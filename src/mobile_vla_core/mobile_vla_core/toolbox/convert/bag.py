# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Read a rosbag2 recording, MCAP or sqlite3, into an episode of our schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ...episodes import CameraStream, EpisodeWriter
from ...errors import EpisodeError, ImageFormatError, InstructionError, MobileVlaError
from ...images import jpeg_size
from ...picture import Picture
from ..optional_library import need
from .assumption import Assumption, Overrides, USER
from .bag_topics import BagTopics, camera_names, choose_topics
from .ours import add_assumptions, conversion_metadata, new_episode
from .ros_messages import NANO, typestore

NO_TIME = 0.0


@dataclass
class BagReport:
    """What came of a bag."""

    path: Path
    frames: int = 0
    commands: int = 0
    assumptions: list[Assumption] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    """A line for each kind of thing that could not be read."""


@contextmanager
def open_bag(path: Path) -> Iterator[Any]:
    """
    Open a bag: its folder, or one of its files.

    :raises EpisodeError: if it cannot be read
    """
    highlevel = need('rosbags.highlevel', 'rosbags', 'reading a bag')
    try:
        with highlevel.AnyReader([Path(path)], default_typestore=typestore()) as reader:
            yield reader
    except MobileVlaError:
        raise
    except Exception as error:  # of a damaged bag, its libraries raise whatever happens
        reason = str(error).split('\n', 1)[0] or type(error).__name__
        raise EpisodeError(f'{Path(path).name} cannot be read as a bag: {reason}') from error


def write_bag(
    path: Path, folder: Path, *, name: str, said: Overrides, topics: BagTopics, quality: int
) -> BagReport:
    """
    Write a bag as an episode in `folder`.

    Frames and stamped commands keep their header's stamp, and all the time at which the bag got
    them; the actions follow by the alignment rule.

    :param name: of the episode
    :param quality: of JPEG pictures, where they are not JPEG in the bag
    :raises InstructionError: if neither the bag nor the user tells the instruction
    """
    path = Path(path)
    with open_bag(path) as reader:
        found = {name: info.msgtype for name, info in reader.topics.items() if info.msgcount}
        chosen, assumptions = choose_topics(path.name, found, topics)
        instruction = _instruction(path, reader, chosen, said)
        assumptions.append(instruction)
        if said.scenario is not None:
            assumptions.append(Assumption('scenario', said.scenario, USER))
        cameras = _cameras(reader, chosen, quality)
        start = datetime.fromtimestamp(reader.start_time / NANO, timezone.utc)
        report = BagReport(path, assumptions=assumptions)
        with new_episode(
            folder,
            name=name,
            instruction=instruction.value,
            scenario=said.scenario or '',
            cameras=cameras,
            action_topic=chosen.command or '',
            created=start,
            metadata=conversion_metadata(path, 'rosbag2', assumptions),
        ) as writer:
            end = _Copy(reader, writer, chosen, cameras, quality, report).run()
            if report.frames == 0:
                raise EpisodeError(f'{path.name} holds no readable picture')
            report.commands = writer.commands
            add_assumptions(writer, assumptions, end)
            report.path = writer.close(stamp=end)
    return report


class _Copy:
    """The messages of a bag on their way into an episode."""

    def __init__(
        self,
        reader: Any,
        writer: EpisodeWriter,
        topics: BagTopics,
        cameras: list[CameraStream],
        quality: int,
        report: BagReport,
    ) -> None:
        self._reader, self._writer, self._report = reader, writer, report
        self._quality = quality
        self._primary = cameras[0].name
        self._handlers: dict[str, Callable[[Any, float], None]] = {
            topic: self._frame_handler(camera.name)
            for topic, camera in zip(topics.images, cameras, strict=True)
        }
        if topics.command:
            self._handlers[topics.command] = self._command
        if topics.odometry:
            self._handlers[topics.odometry] = self._odometry
        self._unstamped = 0
        self._bad: dict[str, list[str]] = {}

    def run(self) -> float:
        """Copy all; return when the last message came [s]."""
        received = 0.0
        connections = [c for c in self._reader.connections if c.topic in self._handlers]
        for connection, nanoseconds, data in self._reader.messages(connections=connections):
            received = nanoseconds / NANO
            try:
                message = self._reader.deserialize(data, connection.msgtype)
                self._handlers[connection.topic](message, received)
            except (ImageFormatError, ValueError, self._unreadable()) as error:
                self._bad.setdefault(connection.topic, []).append(str(error))
        self._report.lost += [
            f'{len(reasons)} messages of {topic} cannot be read, the first: {reasons[0]}'
            for topic, reasons in self._bad.items()
        ]
        if self._unstamped:
            self._report.assumptions.append(
                Assumption('stamps', 'time of receipt', f'{self._unstamped} headers have no stamp')
            )
        return received

    def _unreadable(self) -> type[Exception]:
        return need('rosbags.highlevel', 'rosbags', 'reading a bag').AnyReaderError

    def _frame_handler(self, camera: str) -> Callable[[Any, float], None]:
        def handle(message: Any, received: float) -> None:
            picture = Picture.from_message(message)
            jpeg = picture.to_jpeg(self._quality)
            jpeg_size(jpeg)
            self._writer.add_frame(camera, jpeg, self._stamp(picture.stamp, received), received)
            self._report.frames += camera == self._primary

        return handle

    def _command(self, message: Any, received: float) -> None:
        stamp = received
        if hasattr(message, 'header'):
            stamp = self._stamp(_seconds(message.header.stamp), received)
        twist = getattr(message, 'twist', message)
        velocity = (twist.linear.x, twist.linear.y, twist.angular.z)
        self._writer.add_command(velocity, stamp, received)

    def _odometry(self, message: Any, received: float) -> None:
        pose, twist = message.pose.pose, message.twist.twist
        position, turn = pose.position, pose.orientation
        self._writer.add_odometry(
            self._stamp(_seconds(message.header.stamp), received),
            (position.x, position.y, position.z, turn.x, turn.y, turn.z, turn.w),
            (*_vector(twist.linear), *_vector(twist.angular)),
        )

    def _stamp(self, stamp: float, received: float) -> float:
        """Return a header's stamp, or the time of receipt where it has none."""
        if stamp != NO_TIME:
            return stamp
        self._unstamped += 1
        return received


def _cameras(reader: Any, topics: BagTopics, quality: int) -> list[CameraStream]:
    """Return the cameras as their first readable picture shows them."""
    return [
        _camera(reader, topic, name, quality)
        for topic, name in zip(topics.images, camera_names(topics.images), strict=True)
    ]


def _camera(reader: Any, topic: str, name: str, quality: int) -> CameraStream:
    picture, reason = None, 'it has no message'
    for message, _ in _messages(reader, topic):
        try:
            picture = Picture.from_message(message)
            height, width = jpeg_size(picture.to_jpeg(quality))
            return CameraStream(
                name=name,
                topic=topic,
                encoding=picture.encoding,
                frame_id=picture.frame_id,
                width=width,
                height=height,
                jpeg_quality=0 if picture.is_jpeg else quality,
            )
        except ImageFormatError as error:
            reason = str(error)
    raise EpisodeError(f'no picture of {topic} can be read: {reason}')


def _instruction(path: Path, reader: Any, topics: BagTopics, said: Overrides) -> Assumption:
    if said.instruction is not None:
        return Assumption('instruction', said.instruction, USER)
    if topics.instruction:
        for message, _ in _messages(reader, topics.instruction):
            if message.data.strip():
                why = f'the first message of {topics.instruction}'
                return Assumption('instruction', message.data.strip(), why)
    raise InstructionError(
        f'{path.name} holds no instruction: say what the robot was asked with --instruction, or '
        f'on which topic (std_msgs/msg/String) with --instruction-topic'
    )


def _messages(reader: Any, topic: str) -> Iterator[tuple[Any, float]]:
    connections = [c for c in reader.connections if c.topic == topic]
    for connection, nanoseconds, data in reader.messages(connections=connections):
        yield reader.deserialize(data, connection.msgtype), nanoseconds / NANO


def _seconds(time: Any) -> float:
    return time.sec + time.nanosec * 1e-9


def _vector(vector: Any) -> tuple[float, float, float]:
    return vector.x, vector.y, vector.z
