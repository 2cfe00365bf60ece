# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Read a rosbag2 recording, MCAP or sqlite3, into an episode of our schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ...episodes import CameraStream
from ...errors import EpisodeError, ImageFormatError, InstructionError, MobileVlaError
from ...images import jpeg_size
from ...picture import Picture
from ..optional_library import need
from .assumption import Assumption, Overrides, USER
from .bag_copy import BagCopy
from .bag_labels import BagLabels, LABELS_TOPIC
from .bag_topics import BagTopics, camera_names, choose_topics
from .ours import add_assumptions, conversion_metadata, new_episode
from .ros_messages import NANO, STRING, typestore

OWN_LABELS = 'as the episode says, of which the bag was made'


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
    them; the actions follow by the alignment rule. A bag that was made of an episode gives back
    its labels, cameras and events, where the user says nothing else.

    :param name: of the episode
    :param quality: of JPEG pictures, where they are not JPEG in the bag
    :raises InstructionError: if neither the bag nor the user tells the instruction
    """
    path = Path(path)
    with open_bag(path) as reader:
        found = {name: info.msgtype for name, info in reader.topics.items() if info.msgcount}
        own = _own_labels(reader, found)
        cameras = () if own is None else tuple(topic for topic in own.cameras if topic in found)
        chosen, assumptions = choose_topics(path.name, found, topics, cameras)
        labels, lines = _labels(path, reader, chosen, said, own)
        assumptions += lines
        cameras = _cameras(reader, chosen, quality, own)
        copy = BagCopy(reader, chosen, cameras, quality, with_events=own is not None)
        metadata = conversion_metadata(path, 'rosbag2', assumptions)
        with new_episode(
            folder,
            name=name,
            instruction=labels.instruction,
            scenario=labels.scenario,
            cameras=cameras,
            robot=labels.robot,
            action_topic=labels.action_topic or chosen.command or '',
            expected_period=labels.expected_period,
            software=labels.software or 'mobile_vla',
            created=_created(labels, reader),
            joints=copy.joints,
            metadata=labels.metadata | metadata,
        ) as writer:
            end = copy.run(writer)
            assumptions += copy.assumptions
            if copy.frames == 0:
                raise EpisodeError(f'{path.name} holds no readable picture')
            add_assumptions(writer, assumptions, end)
            report = BagReport(path, copy.frames, writer.commands, assumptions, copy.lost)
            report.path = writer.close(labels.outcome, labels.reason, end)
    return report


def _own_labels(reader: Any, found: Mapping[str, str]) -> BagLabels | None:
    """Return what the episode said of itself of which the bag was made, None for another bag."""
    if found.get(LABELS_TOPIC) != STRING:
        return None
    return next((BagLabels.from_text(m.data) for m in _messages(reader, LABELS_TOPIC)), None)


def _labels(
    path: Path, reader: Any, topics: BagTopics, said: Overrides, own: BagLabels | None
) -> tuple[BagLabels, list[Assumption]]:
    """Return the labels of the new episode, and where they come from."""
    given = Assumption('instruction', said.instruction or '', USER)
    if said.instruction is None:
        given = _instruction(path, reader, topics, own)
    labels = replace(own or BagLabels(''), instruction=given.value)
    lines = [given]
    if said.scenario is not None:
        labels = replace(labels, scenario=said.scenario)
        lines.append(Assumption('scenario', said.scenario, USER))
    elif own is not None:
        lines.append(Assumption('scenario', own.scenario or 'none', OWN_LABELS))
    if own is not None:
        lines.append(Assumption('outcome', own.outcome, OWN_LABELS))
    return labels, lines


def _instruction(path: Path, reader: Any, topics: BagTopics, own: BagLabels | None) -> Assumption:
    if own is not None:
        return Assumption('instruction', own.instruction, OWN_LABELS)
    if topics.instruction:
        for message in _messages(reader, topics.instruction):
            if message.data.strip():
                why = f'the first message of {topics.instruction}'
                return Assumption('instruction', message.data.strip(), why)
    raise InstructionError(
        f'{path.name} holds no instruction: say what the robot was asked with --instruction, or '
        f'on which topic (std_msgs/msg/String) with --instruction-topic'
    )


def _cameras(
    reader: Any, topics: BagTopics, quality: int, own: BagLabels | None
) -> list[CameraStream]:
    """Return the cameras as the episode describes them, or their first readable picture."""
    known = {} if own is None else own.cameras
    if all(topic in known for topic in topics.images):
        return [known[topic] for topic in topics.images]
    names = camera_names(topics.images)
    return [
        _camera(reader, topic, name, quality)
        for topic, name in zip(topics.images, names, strict=True)
    ]


def _camera(reader: Any, topic: str, name: str, quality: int) -> CameraStream:
    picture, reason = None, 'it has no message'
    for message in _messages(reader, topic):
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


def _created(labels: BagLabels, reader: Any) -> datetime:
    try:
        return datetime.fromisoformat(labels.created)
    except ValueError:
        return datetime.fromtimestamp(reader.start_time / NANO, timezone.utc)


def _messages(reader: Any, topic: str) -> Iterator[Any]:
    connections = [c for c in reader.connections if c.topic == topic]
    for connection, _, data in reader.messages(connections=connections):
        yield reader.deserialize(data, connection.msgtype)
