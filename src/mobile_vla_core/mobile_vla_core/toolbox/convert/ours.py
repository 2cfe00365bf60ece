# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Write an episode of our schema, by the writer that the recorder uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
import json
from pathlib import Path
import shutil
import tempfile
from typing import Any

from ...episodes import CameraStream, EpisodeWriter, schema
from ...errors import MobileVlaError
from ...images import encode_jpeg
from ..new_output import new_folder, new_output, OutputError
from .assumption import Assumption
from .legacy import LegacyEpisode

CONVERTED_EVENT = 'converted'
CAMERA = 'front'


@contextmanager
def new_episode(folder: Path, **details: Any) -> Iterator[EpisodeWriter]:
    """
    Give a writer of an episode in `folder`; discard the episode when the block raises.

    The caller closes it; `details` go to EpisodeWriter.

    :raises OutputError: if the disk does not take it
    """
    writer = EpisodeWriter(folder, **details)
    try:
        yield writer
    except BaseException as error:
        if writer.path.exists() and writer.path.name.endswith(schema.PART_SUFFIX):
            writer.discard()
        if isinstance(error, OSError):
            raise OutputError(f'{writer.name} cannot be written: {error}') from error
        raise


def write_legacy(episode: LegacyEpisode, folder: Path, *, quality: int) -> Path:
    """
    Write an older recording as an episode in `folder`, its pictures as JPEG.

    :param quality: of the JPEG pictures
    :return: the path of the finished episode
    """
    height, width = episode.size
    camera = CameraStream(
        name=CAMERA,
        encoding=f'{episode.color_order}8',
        width=width,
        height=height,
        jpeg_quality=quality,
    )
    with new_episode(
        folder,
        name=episode.path.stem,
        instruction=episode.instruction,
        scenario=episode.scenario,
        cameras=[camera],
        expected_period=1 / episode.rate,
        created=episode.start,
        metadata=conversion_metadata(episode.path, episode.layout.value, episode.assumptions)
        | {'source_attributes': json.dumps(episode.attributes, ensure_ascii=False, default=str)},
    ) as writer:
        rows = zip(episode.stamps, episode.velocities, episode.action_types, strict=True)
        for picture, (stamp, velocity, kind) in zip(episode.pictures(), rows, strict=True):
            stamp = float(stamp)
            writer.add_frame(CAMERA, encode_jpeg(picture, quality), stamp, stamp)
            writer.add_command(velocity, stamp, stamp, int(kind))
        add_assumptions(writer, episode.assumptions, float(episode.stamps[-1]))
        return writer.close(stamp=float(episode.stamps[-1]))


def copy_episode(source: Path, target: Path, *, overwrite: bool) -> None:
    """Copy an episode that is of our schema already, byte by byte."""
    with new_output(target, overwrite=overwrite) as draft:
        shutil.copyfile(source, draft)


def conversion_metadata(
    source: Path, kind: str, assumptions: Sequence[Assumption]
) -> dict[str, str]:
    """Return what an episode keeps of its conversion."""
    said = {one.what: f'{one.value} ({one.why})' for one in assumptions}
    return {
        'converted_from': kind,
        'source': source.name,
        'assumed': json.dumps(said, ensure_ascii=False),
    }


def add_assumptions(
    writer: EpisodeWriter, assumptions: Sequence[Assumption], stamp: float
) -> None:
    """Keep an event for each assumption."""
    for one in assumptions:
        writer.add_event(stamp, CONVERTED_EVENT, str(one))


@contextmanager
def room(folder: Path) -> Iterator[Path]:
    """Give a hidden folder on the same disk as `folder`, removed when the block is left."""
    with new_folder(folder):
        place = tempfile.TemporaryDirectory(dir=folder, prefix='.convert_')
    with place as name:
        yield Path(name)


def move(finished: Path, target: Path, *, overwrite: bool) -> None:
    """Move a finished file to its place."""
    if finished == target:
        raise MobileVlaError(f'{target} would replace itself')
    with new_output(target, overwrite=overwrite) as draft:
        finished.replace(draft)
