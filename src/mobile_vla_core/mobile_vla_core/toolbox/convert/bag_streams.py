# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The streams of an episode as topics of standard ROS 2 messages, made one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...episodes import Episode, schema
from .bag_labels import ACTION_TYPE_TOPIC, BagLabels, EVENT_TOPIC, LABELS_TOPIC
from .ros_messages import (
    COMPRESSED_IMAGE,
    IMU,
    INT8,
    JOINT_STATE,
    MessageMaker,
    ODOMETRY,
    STRING,
    TWIST_STAMPED,
)

COMMAND_TOPIC = '/cmd_vel'
ODOMETRY_TOPIC = '/odom'
IMU_TOPIC = '/imu'
JOINT_STATES_TOPIC = '/joint_states'
INSTRUCTION_TOPIC = '/vla_text_command'


class Row(NamedTuple):
    """One message to be: when it came [s], where it goes, and how it is made."""

    received: float
    topic: str
    index: int


@dataclass(frozen=True)
class BagStream:
    """
    The messages of one topic.

    :param kind: their type
    :param received: when each came, shape (N,) [s]
    :param make: index -> the message and its stamp [s]
    :param latched: whether a subscriber that comes late gets the last one
    """

    kind: str
    received: Sequence[float]
    make: Callable[[int], tuple[Any, float]]
    latched: bool = False

    def rows(self, topic: str) -> Iterator[Row]:
        """Yield its messages to be."""
        for index, received in enumerate(self.received):
            yield Row(float(received), topic, index)


def bag_streams(episode: Episode, maker: MessageMaker) -> dict[str, BagStream]:
    """Return every stream of an episode by its topic."""
    topics = _image_topics(episode)
    streams = {topic: _pictures(episode, camera, maker) for camera, topic in topics.items()}
    command_topic = str(episode.attributes.get('action_topic', '')) or COMMAND_TOPIC
    streams[_absolute(command_topic)] = _commands(episode, maker)
    if (episode.commands['action_type'] != schema.ACTION_TYPE_NOT_GIVEN).any():
        streams[ACTION_TYPE_TOPIC] = _action_types(episode, maker)
    streams[ODOMETRY_TOPIC] = _odometry(episode, maker)
    if schema.IMU in episode.streams:
        streams[IMU_TOPIC] = _imu(episode, maker)
    if schema.JOINT_STATES in episode.streams:
        streams[JOINT_STATES_TOPIC] = _joint_states(episode, maker)
    begin = float(min(episode.receive_stamps()[0], episode.stamps()[0]))
    labels = BagLabels.of(episode, topics).to_text()
    streams[INSTRUCTION_TOPIC] = _text(episode.instruction, begin, maker)
    streams[LABELS_TOPIC] = _text(labels, begin, maker)
    streams[EVENT_TOPIC] = _events(episode, maker)
    return streams


def _pictures(episode: Episode, camera: str, maker: MessageMaker) -> BagStream:
    stamps = episode.stamps(camera)
    frame_id = str(episode.camera_attributes(camera).get('frame_id', ''))

    def make(frame: int) -> tuple[Any, float]:
        jpeg = episode.jpeg(frame, camera)
        return maker.compressed_image(jpeg, stamps[frame], frame_id), stamps[frame]

    return BagStream(COMPRESSED_IMAGE, episode.receive_stamps(camera), make)


def _commands(episode: Episode, maker: MessageMaker) -> BagStream:
    rows = episode.commands

    def make(i: int) -> tuple[Any, float]:
        stamp = rows['stamp'][i]
        return maker.twist_stamped(rows['twist'][i], stamp, 'base_link'), stamp

    return BagStream(TWIST_STAMPED, rows['receive_stamp'], make)


def _action_types(episode: Episode, maker: MessageMaker) -> BagStream:
    """Return one message for each command, for types that need not follow from the velocity."""
    rows = episode.commands
    return BagStream(
        INT8,
        rows['receive_stamp'],
        lambda i: (maker.int8(rows['action_type'][i]), rows['stamp'][i]),
    )


def _odometry(episode: Episode, maker: MessageMaker) -> BagStream:
    rows = episode.odometry
    stamps = rows['stamp']
    return BagStream(
        ODOMETRY,
        stamps,
        lambda i: (maker.odometry(rows['pose'][i], rows['twist'][i], stamps[i]), stamps[i]),
    )


def _imu(episode: Episode, maker: MessageMaker) -> BagStream:
    rows = episode.imu
    stamps = rows['stamp']
    measured = [rows[name] for name in ('orientation', 'angular_velocity', 'linear_acceleration')]
    return BagStream(
        IMU, stamps, lambda i: (maker.imu(*(each[i] for each in measured), stamps[i]), stamps[i])
    )


def _joint_states(episode: Episode, maker: MessageMaker) -> BagStream:
    rows, names = episode.joint_states, episode.joint_names
    stamps = rows['stamp']
    measured = [rows[name] for name in ('position', 'velocity', 'effort')]
    return BagStream(
        JOINT_STATE,
        stamps,
        lambda i: (
            maker.joint_state(names, *(each[i] for each in measured), stamps[i]),
            stamps[i],
        ),
    )


def _text(text: str, stamp: float, maker: MessageMaker) -> BagStream:
    return BagStream(STRING, [stamp], lambda _: (maker.string(text), stamp), latched=True)


def _events(episode: Episode, maker: MessageMaker) -> BagStream:
    events = episode.events
    return BagStream(
        STRING,
        [stamp for stamp, _, _ in events],
        lambda i: (maker.string(f'{events[i][1]}: {events[i][2]}'), events[i][0]),
    )


def _image_topics(episode: Episode) -> dict[str, str]:
    """Return a topic for each camera, by the rule of image_transport: `/compressed` at its end."""
    topics: dict[str, str] = {}
    for camera in episode.cameras:
        topic = str(episode.camera_attributes(camera).get('topic', '')).rstrip('/')
        base = topic.removesuffix('/compressed')
        wanted = f'{_absolute(base)}/compressed' if base else ''
        if not wanted or wanted in topics.values():  # unknown, or that of another camera
            wanted = f'/camera/{camera}/image_raw/compressed'
        topics[camera] = wanted
    return topics


def _absolute(topic: str) -> str:
    return f'/{topic.lstrip("/")}'
