# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Write an episode as MCAP with standard ROS 2 messages, for Foxglove and `ros2 bag`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...episodes import Episode
from ...errors import EpisodeError
from ..optional_library import need
from .bag_labels import KIND
from .bag_streams import bag_streams, BagStream
from .ros_messages import MessageMaker, nanoseconds


def write_mcap(episode: Episode, draft: Path) -> int:
    """
    Write every stream, in the order of receipt, and return the number of messages.

    :raises EpisodeError: if there is no frame
    """
    if len(episode) == 0:
        raise EpisodeError(f'{episode.path.name} has no frame')
    writer_module = need('mcap.writer', 'mcap', 'MCAP')
    maker = MessageMaker()
    streams = bag_streams(episode, maker)
    rows = sorted(row for topic, stream in streams.items() for row in stream.rows(topic))
    with draft.open('wb') as stream:
        writer = writer_module.Writer(stream)
        writer.start(profile='ros2', library='mobile_vla')
        channels = _register(writer, maker, streams)
        counts = dict.fromkeys(channels, 0)
        for row in rows:
            message, stamp = streams[row.topic].make(row.index)
            writer.add_message(
                channels[row.topic],
                log_time=nanoseconds(row.received),
                data=maker.encode(message),
                publish_time=nanoseconds(stamp),
                sequence=counts[row.topic],
            )
            counts[row.topic] += 1
        writer.add_metadata(KIND, _metadata(episode))
        writer.finish()
    return len(rows)


def _register(writer: Any, maker: MessageMaker, streams: dict[str, BagStream]) -> dict[str, int]:
    schemas = {
        kind: writer.register_schema(
            name=kind, encoding='ros2msg', data=maker.definition(kind).encode()
        )
        for kind in sorted({stream.kind for stream in streams.values()})
    }
    return {
        topic: writer.register_channel(
            topic=topic,
            message_encoding='cdr',
            schema_id=schemas[stream.kind],
            metadata={'offered_qos_profiles': _qos(latched=stream.latched)},
        )
        for topic, stream in streams.items()
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
