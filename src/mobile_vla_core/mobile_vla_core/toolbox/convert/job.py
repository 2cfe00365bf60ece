# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What to convert to and where, and what became of each recording."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ...errors import ConfigError
from ...images import JPEG_QUALITY
from ..optional_library import need
from .assumption import Assumption, Overrides
from .bag_topics import BagTopics

OURS, G, LEROBOT, MCAP, MP4 = FORMATS = ('ours', 'g', 'lerobot', 'mcap', 'mp4')

_LIBRARIES = {
    LEROBOT: (('pyarrow', 'a LeRobot data set'),),
    MCAP: (('mcap', 'MCAP'), ('rosbags', 'reading and writing ROS 2 messages')),
    MP4: (('av', 'MP4 video'),),
}


@dataclass(frozen=True)
class Job:
    """
    What to convert to, and where.

    :param output: the folder of the new files; for LeRobot the data set itself
    :param camera: whose pictures a format with one camera holds; the primary one when None
    :raises ConfigError: if an option is out of range
    """

    to: str
    output: Path
    overwrite: bool = False
    quality: int = JPEG_QUALITY
    camera: str | None = None
    said: Overrides = field(default_factory=Overrides)
    topics: BagTopics = field(default_factory=BagTopics)

    def __post_init__(self) -> None:
        rate = self.said.rate
        if rate is not None and not 0 < rate < float('inf'):
            raise ConfigError(f'--rate {rate:g} is no rate: give frames per second')
        if not 1 <= self.quality <= 100:
            raise ConfigError(f'--jpeg-quality {self.quality}: expected 1 to 100')

    def need_libraries(self) -> None:
        """Raise MissingLibraryError if the format needs a library that is not there."""
        for library, purpose in _LIBRARIES.get(self.to, ()):
            need(library, library, purpose)


@dataclass
class Conversion:
    """What became of one recording."""

    source: Path
    kind: str = ''
    output: Path | None = None
    frames: int = 0
    seconds: float = 0.0
    assumptions: list[Assumption] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    error: str = ''
