# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Write an episode as MCAP with standard ROS 2 messages, for Foxglove and `ros2 bag`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ...action_space import derive_action_type
from ...episodes import Episode, schema
from ...errors import EpisodeError
from ..optional_library import need
from . import ros_messages
from .ros_messages import MessageMaker, nanoseconds

COMMAND_TOPIC = '/cmd_vel'
ODOMETRY_TOPIC = '/odom'
INSTRUCTION_TOPIC = '/vla_text_command'
EVENT_TOPIC = '/episode/events'
METADATA = 'mobile_vla_episode'


class Row(NamedTuple):
    """One message to be: when it came [s], where it goes, and how it is made."""

    received: float
    topic: str
    index: int


def write_mcap(episode: Episode, draft: Path) -> tuple[int, list[str]]:
    """
    Write every stream for which there is a standard message, in the order of receipt.

    :return: the number of messages, and a line for each thing that an MCAP does not hold
    """
    if len(episode) == 0:
        raise EpisodeError(f'{episode.path.name} has no frame')
    writer_module = need('mcap.writer', 'mcap', 'MCAP')
    maker = MessageMaker()
    sources = _sources(episode, maker)
    rows = sorted(row for topic, source in sources.items() for row in source.rows(topic))
    with draft.open('wb') as stream:
        writer = writer_module.Writer(stream)
        writer.start(profile='ros2', library='mobile_vla')
        channels = _register(writer, maker, sources)
        counts = dict.fromkeys(channels, 0)
        for row in rows:
            message, stamp = sources[row.topic].make(row.index)
            writer.add_message(
                channels[row.topic],
                log_time=nanoseconds(row.received),
                data=maker.encode(message),
                publish_time=nanoseconds(stamp),
                sequence=counts[row.topic],
            )
            counts[row.topic] += 1
        writer.add_metadata(METADATA, _metadata(episode))
        writer.finish()
    return len(rows), _left_out(episode)


class _Source:
    """Messages of one topic, made one by one."""

    def __init__(self, kind: str, received: Any, make: Any, *, latched: bool = False) -> None:
        self.kind, self.make, self.latched = kind, make, latched
        self._received = received

    def rows(self, topic: str) -> Iterator[Row]:
        for index, received in enumerate(self._received):
            yield Row(float(received), topic, index)


def _sources(episode: Episode, maker: MessageMaker) -> dict[str, _Source]:
    sources: dict[str, _Source] = {}
    for camera in episode.cameras:
        topic = _image_topic(episode, camera)
        if topic in sources:  # two cameras that say the same of themselves
            topic = f'/camera/{camera}/image_raw/compressed'
        sources[topic] = _camera(episode, camera, maker)
    commands, odometry, events = episode.commands, episode.odometry, episode.events
    topic = str(episode.attributes.get('action_topic', '')) or COMMAND_TOPIC
    sources[_absolute(topic)] = _Source(
        ros_messages.TWIST_STAMPED,
        commands['receive_stamp'],
        lambda i: (
            maker.twist_stamped(commands['twist'][i], commands['stamp'][i], 'base_link'),
            commands['stamp'][i],
        ),
    )
    sources[ODOMETRY_TOPIC] = _Source(
        ros_messages.ODOMETRY,
        odometry['stamp'],
        lambda i: (
            maker.odometry(odometry['pose'][i], odometry['twist'][i], odometry['stamp'][i]),
            odometry['stamp'][i],
        ),
    )
    begin = float(min(episode.receive_stamps()[0], episode.stamps()[0]))
    text = episode.instruction
    sources[INSTRUCTION_TOPIC] = _Source(
        ros_messages.STRING, [begin], lambda _: (maker.string(text), begin), latched=True
    )
    sources[EVENT_TOPIC] = _Source(
        ros_messages.STRING,
        [stamp for stamp, _, _ in events],
        lambda i: (maker.string(f'{events[i][1]}: {events[i][2]}'), events[i][0]),
    )
    return sources


def _camera(episode: Episode, camera: str, maker: MessageMaker) -> _Source:
    stamps = episode.stamps(camera)
    frame_id = str(episode.camera_attributes(camera).get('frame_id', ''))

    def make(frame: int) -> tuple[Any, float]:
        jpeg = episode.jpeg(frame, camera)
        return maker.compressed_image(jpeg, stamps[frame], frame_id), stamps[frame]

    return _Source(ros_messages.COMPRESSED_IMAGE, episode.receive_stamps(camera), make)


def _image_topic(episode: Episode, camera: str) -> str:
    """Return a topic by the rule of image_transport: that of the raw images, `/compressed`."""
    topic = str(episode.camera_attributes(camera).get('topic', '')).rstrip('/')
    base = topic.removesuffix('/compressed') or f'/camera/{camera}/image_raw'
    return f'{_absolute(base)}/compressed'


def _absolute(topic: str) -> str:
    return f'/{topic.lstrip("/")}'


def _register(writer: Any, maker: MessageMaker, sources: dict[str, _Source]) -> dict[str, int]:
    schemas = {
        kind: writer.register_schema(
            name=kind, encoding='ros2msg', data=maker.definition(kind).encode()
        )
        for kind in sorted({source.kind for source in sources.values()})
    }
    return {
        topic: writer.register_channel(
            topic=topic,
            message_encoding='cdr',
            schema_id=schemas[source.kind],
            metadata={'offered_qos_profiles': _qos(latched=source.latched)},
        )
        for topic, source in sources.items()
    }


def _qos(*, latched: bool) -> str:
    """Return the QoS as rosbag2 writes it: reliable (1), transient local (1) when latched."""
    durability = 1 if latched else 2
    return (
        f'- history: 1\n  depth: {1 if latched else 10}\n  reliability: 1\n'
        f'  durability: {durability}\n'
        + ''.join(
            f'  {name}:\n    sec: 9223372036\n    nsec: 854775807\n'
            for name in ('deadline', 'lifespan', 'liveliness_lease_duration')
        )
        + '  liveliness: 1\n  avoid_ros_namespace_conventions: false\n'
    )


def _metadata(episode: Episode) -> dict[str, str]:
    outcome, reason = episode.ending
    attributes = {key: str(value) for key, value in episode.attributes.items()}
    return attributes | {'outcome': outcome, 'reason': reason, 'name': episode.path.stem}


def _left_out(episode: Episode) -> list[str]:
    lines = []
    for stream in (schema.IMU, schema.JOINT_STATES):
        rows = len(episode.stream(stream)['stamp']) if stream in episode.streams else 0
        if rows:
            lines.append(f'{rows} rows of {stream} are not written')
    commands = episode.commands
    given = commands['action_type'] != schema.ACTION_TYPE_NOT_GIVEN
    derived = derive_action_type(commands['twist']) if len(given) else commands['action_type']
    differ = int((given & (commands['action_type'] != derived)).sum())
    if differ:
        lines.append(f'{differ} action types are lost, which do not follow from the velocity')
    return lines
