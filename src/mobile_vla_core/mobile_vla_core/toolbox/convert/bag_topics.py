# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Which topics of a bag are the pictures, the commands, the odometry and the instruction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
import re

from ...errors import EpisodeError
from .assumption import Assumption, USER
from .ros_messages import (
    COMPRESSED_IMAGE,
    IMAGE,
    IMU,
    JOINT_STATE,
    ODOMETRY,
    STRING,
    TWIST,
    TWIST_STAMPED,
)

IMAGES = (IMAGE, COMPRESSED_IMAGE)
COMMANDS = (TWIST, TWIST_STAMPED)
INSTRUCTION_TOPIC = '/vla_text_command'


@dataclass(frozen=True)
class BagTopics:
    """
    Topics by what they carry; None where it is to be found out, '' where there is none.

    :param images: the first is the primary camera; empty to find out
    """

    images: tuple[str, ...] = ()
    command: str | None = None
    odometry: str | None = None
    imu: str | None = None
    joint_states: str | None = None
    instruction: str | None = None


def choose_topics(
    bag: str, found: Mapping[str, str], said: BagTopics, own: tuple[str, ...] = ()
) -> tuple[BagTopics, list[Assumption]]:
    """
    Choose the topics to read.

    :param bag: name of the bag, for messages
    :param found: topic -> message type, of the topics that hold messages
    :param own: topics of the pictures, as the episode says of which the bag was made
    :raises EpisodeError: if a topic is absent, of another type, or more than one comes into
        question
    """
    images = said.images or own or _images(bag, found)
    for topic in images:
        _check(bag, found, topic, IMAGES, '--image-topic')
    command = _one(bag, found, said.command, COMMANDS, '--command-topic', needed=True)
    odometry = _one(bag, found, said.odometry, (ODOMETRY,), '--odometry-topic')
    imu = _one(bag, found, said.imu, (IMU,), '--imu-topic', lenient=True)
    joints = _one(
        bag, found, said.joint_states, (JOINT_STATE,), '--joint-states-topic', lenient=True
    )
    instruction = said.instruction
    if instruction is None:
        instruction = INSTRUCTION_TOPIC if found.get(INSTRUCTION_TOPIC) == STRING else ''
    elif instruction:
        _check(bag, found, instruction, (STRING,), '--instruction-topic')
    chosen = BagTopics(tuple(images), command, odometry, imu, joints, instruction)
    lines = [
        _line('pictures', images, found, said=bool(said.images)),
        _line('commands', [command], found, said=said.command is not None),
        _line('odometry', [odometry], found, said=said.odometry is not None),
    ]
    more = (
        ('imu', imu, said.imu, IMU, '--imu-topic'),
        ('joint states', joints, said.joint_states, JOINT_STATE, '--joint-states-topic'),
    )
    for what, topic, named, kind, option in more:
        number = sum(each == kind for each in found.values())
        if topic:
            lines.append(_line(what, [topic], found, said=named is not None))
        elif number and named is None:
            lines.append(
                Assumption(what, 'none', f'{number} topics of {kind}: choose one with {option}')
            )
    return chosen, lines


def camera_names(topics: tuple[str, ...]) -> list[str]:
    """Return an identifier for each image topic: `front` for the only one, else from the name."""
    if len(topics) == 1:
        return ['front']
    names: list[str] = []
    for topic in topics:
        words = [w for w in topic.split('/') if w and w not in ('image_raw', 'compressed')]
        name = re.sub(r'\W', '_', '_'.join(words)) or 'camera'
        name = name if name.isidentifier() else f'camera_{name}'
        names.append(name if name not in names else f'{name}_{len(names)}')
    return names


def _images(bag: str, found: Mapping[str, str]) -> tuple[str, ...]:
    topics = [topic for topic, kind in found.items() if kind in IMAGES]
    # The same pictures twice, by image_transport: the compressed ones are stored as they are.
    raw = {topic.removesuffix('/compressed') for topic in topics if topic.endswith('/compressed')}
    topics = [topic for topic in topics if topic not in raw]
    if len(topics) != 1:
        raise EpisodeError(
            f'{bag} holds {len(topics)} topics of pictures ({_list(topics) or _list(found)}): '
            f'name those to read with --image-topic, the primary camera first'
        )
    return tuple(topics)


def _one(
    bag: str,
    found: Mapping[str, str],
    said: str | None,
    kinds: tuple[str, ...],
    option: str,
    *,
    needed: bool = False,
    lenient: bool = False,
) -> str:
    """
    Return the topic of a kind, '' where there is none.

    :param needed: whether there must be one
    :param lenient: whether none is taken of several
    """
    if said is not None:
        if said:
            _check(bag, found, said, kinds, option)
        return said
    topics = [topic for topic, kind in found.items() if kind in kinds]
    if len(topics) == 1:
        return topics[0]
    if needed or (topics and not lenient):
        raise EpisodeError(
            f'{bag} holds {len(topics)} topics of {" or ".join(kinds)} '
            f'({_list(topics) or _list(found)}): name the one to read with {option}'
        )
    return ''


def _check(
    bag: str, found: Mapping[str, str], topic: str, kinds: tuple[str, ...], option: str
) -> None:
    if topic not in found:
        raise EpisodeError(
            f'{bag} has no message on {topic}: found {_list(found)}; choose with {option}'
        )
    if found[topic] not in kinds:
        raise EpisodeError(
            f'{bag}: expected {" or ".join(kinds)} on {topic}, found {found[topic]}; '
            f'choose with {option}'
        )


def _line(
    what: str, topics: list[str] | tuple[str, ...], found: Mapping[str, str], *, said: bool
) -> Assumption:
    named = [topic for topic in topics if topic]
    kinds = ', '.join(found[topic] for topic in named)
    why = USER if said else kinds or 'no topic of that kind'
    return Assumption(what, ', '.join(named) or 'none', why)


def _list(topics: object) -> str:
    if isinstance(topics, Mapping):
        return ', '.join(f'{topic} ({kind})' for topic, kind in topics.items()) or 'no topic'
    return ', '.join(topics)
