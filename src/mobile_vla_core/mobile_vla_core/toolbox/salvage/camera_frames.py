# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The frames of one camera of a damaged episode: by the index, by their marks, by their length."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

import h5py
import numpy as np
from numpy.typing import NDArray

from ...episodes import schema
from ...episodes.damage import READ_ERRORS, reason
from .checksums import Checksums
from .damaged_file import DamagedFile
from .jpeg_fault import is_warning
from .raw_pictures import RawPicture, RawPictures

HEADER, RECEIVE, CRC, END = schema.CAMERA_COLUMNS
MOST = 2**62
UNREAD = 'its bytes cannot be read'
ALTERED = 'its bytes are not those that were recorded'
NOT_FOUND = 'its picture is not found'


class CameraFrames:
    """
    What is left of a camera.

    :param group: None where it cannot be opened
    :param fault: says what is wrong with a JPEG, '' if nothing
    """

    def __init__(
        self, file: DamagedFile, group: h5py.Group | None, fault: Callable[[bytes], str]
    ) -> None:
        self._fault = fault
        self._bytes = file.dataset(group, schema.JPEG_COLUMN)
        ends = file.rows(group, END)
        self.header_stamps = _values(file.rows(group, HEADER))
        self.receive_stamps = _values(file.rows(group, RECEIVE))
        stamps = [s for s in (self.header_stamps, self.receive_stamps) if s is not None]
        self._ends = np.zeros(0, np.uint64) if ends is None else ends[0]
        rows = [len(self._ends), *(np.count_nonzero(np.isfinite(s)) for s in stamps)]
        self.count = len(self._ends) or int(max(rows))
        """Frames that the file says it has."""
        known = file.has(group, CRC) or file.version >= schema.CRC_SINCE
        self._checksums = Checksums(file.rows(group, CRC) if known else None)
        self._pictures: dict[int, bytes | None] = {}
        self._known: set[int] = set()
        self.lost: dict[int, str] = {}
        self._starts = _starts(
            self._ends, ends[1] if ends else None, MOST if self._bytes is None else self._length
        )
        self.by_marks = 0
        """Frames that the index does not lead to, and that are found all the same."""
        if self._bytes is None:
            self.lost = dict.fromkeys(range(self.count), UNREAD)
        elif len(self._ends):
            self._follow_index()
            for first, after in list(_runs(self.lost)):
                self._look_between(first, after)
        else:
            self.place(RawPictures(self._read(0, self._length), fault).whole)

    @property
    def is_to_be_searched(self) -> bool:
        """Whether bytes that the structure does not lead to may hold its frames."""
        return not self._starts or any(UNREAD in text for text in self.lost.values())

    @property
    def without_checksum(self) -> int:
        """How many of the frames that are there have a damaged checksum."""
        return sum(map(self._checksums.lacks, self._pictures))

    @property
    def frames(self) -> list[int]:
        """The frames that are there, in order."""
        return sorted(self._pictures)

    def picture(self, t: int) -> bytes:
        """Return a frame that is there; most are not kept in memory but read again."""
        jpeg = self._pictures[t]
        if jpeg is None:
            start, end = self._starts[t]
            jpeg = self._stored(start, end)
        return jpeg

    def knows(self, jpeg: bytes) -> bool:
        """Return whether a picture is one of the frames."""
        return hash(jpeg) in self._known

    def place(self, found: Sequence[RawPicture]) -> None:
        """Give pictures found elsewhere the places they had, as far as these can be known."""
        if not self._starts:
            self._place_in_order([picture.jpeg for picture in found])
            return
        lengths = {t: end - start for t, (start, end) in self._starts.items()}
        wanted = iter(sorted(t for t in self.lost if t in lengths and UNREAD in self.lost[t]))
        t = next(wanted, None)
        for position, picture in enumerate(found):
            if self.knows(picture.jpeg):
                continue
            rest = {len(later.jpeg) for later in found[position:]}
            while t is not None and lengths[t] not in rest:  # lost for good
                t = next(wanted, None)
            if t is not None and lengths[t] == len(picture.jpeg):
                self._keep(t, picture.jpeg)
                t = next(wanted, None)

    def _place_in_order(self, jpegs: list[bytes]) -> None:
        known = self._checksums.places(jpegs)
        if 2 * len(known) > len(jpegs):
            self.count = max(self.count, *known)
            self.lost = {t: NOT_FOUND for t in range(self.count) if t not in known}
            for t, jpeg in known.items():
                self._keep(t, jpeg)
            return
        if len(jpegs) < self.count or self.count == 0:
            # Which ones are missing is not known, so neither are the stamps of the others.
            if self.count:
                self.header_stamps = self.receive_stamps = None
            missing = range(len(jpegs), self.count)
            self.lost = dict.fromkeys(missing, 'its picture is not found, nor which one it was')
            self.count = max(self.count, len(jpegs))
        for t, jpeg in enumerate(jpegs[: self.count]):
            self._keep(t, jpeg)

    @property
    def _length(self) -> int:
        return 0 if self._bytes is None else int(self._bytes.size)

    def _follow_index(self) -> None:
        for t in range(self.count):
            if t not in self._starts:
                self.lost[t] = 'its place in the index is destroyed'
                continue
            start, end = self._starts[t]
            try:
                jpeg = self._stored(start, end)
            except READ_ERRORS as error:
                self.lost[t] = f'{UNREAD} ({reason(error)})'
                continue
            fault = self._fault(jpeg)
            if not fault and self._checksums.differs(t, jpeg):
                fault = ALTERED
            if fault:
                self.lost[t] = fault
            else:
                self._pictures[t] = None
            if fault in ('', ALTERED) or is_warning(fault):
                self._known.add(hash(jpeg))
        altered = [t for t, text in self.lost.items() if text == ALTERED]
        for t in self._checksums.forget_damaged(altered):
            self._pictures[t] = None
            del self.lost[t]
        warned = [t for t, text in self.lost.items() if is_warning(text)]
        if len(warned) > len(self._pictures):  # the camera makes them so
            for t in warned:
                self._pictures[t] = None
                del self.lost[t]

    def _look_between(self, first: int, after: int) -> None:
        """Look for pictures where the index is wrong: between frames that are sound."""
        start = self._starts[first - 1][1] if first else 0
        end = self._starts[after][0] if after < self.count else self._length
        found = RawPictures(self._read(start, end), self._fault, take_warned=False).whole
        starts = {self._starts[t][0]: t for t in range(first, after) if t in self._starts}
        places = {t: p.jpeg for p in found if (t := starts.get(start + p.start)) is not None}
        if len(found) == after - first:
            places = {t: p.jpeg for t, p in zip(range(first, after), found, strict=True)}
        for t, jpeg in places.items():
            if not self._checksums.differs(t, jpeg):
                self._keep(t, jpeg)

    def _keep(self, t: int, jpeg: bytes) -> None:
        self._pictures[t] = jpeg
        self._known.add(hash(jpeg))
        self.lost.pop(t, None)
        self.by_marks += 1

    def _stored(self, start: int, end: int) -> bytes:
        return self._bytes[start:end].astype(np.uint8).tobytes()

    def _read(self, start: int, end: int) -> bytes:
        """Return bytes, zeros for a chunk that cannot be read."""
        pieces = []
        step = self._bytes.chunks[0] if self._bytes.chunks else max(self._length, 1)
        while start < end:
            limit = min((start // step + 1) * step, end)
            try:
                pieces.append(self._stored(start, limit))
            except READ_ERRORS:
                pieces.append(bytes(limit - start))
            start = limit
        return b''.join(pieces)


def _values(rows: tuple[NDArray[np.float64], NDArray[np.bool_]] | None) -> NDArray | None:
    return None if rows is None else np.where(rows[1], rows[0], np.nan)


def _starts(
    ends: NDArray[np.uint64], readable: NDArray[np.bool_] | None, length: int
) -> dict[int, tuple[int, int]]:
    """Return first and last byte of the frames of which both are known: the ends that increase."""
    tails: list[int] = []
    rows: list[int] = []
    before: dict[int, int] = {}
    for t, end in enumerate(map(int, ends)):
        if (readable is not None and not readable[t]) or not 0 < end <= length:
            continue
        place = bisect_left(tails, end)
        if place == len(tails):
            tails.append(end)
            rows.append(t)
        else:
            tails[place], rows[place] = end, t
        before[t] = rows[place - 1] if place else -1
    known: dict[int, int] = {}
    t = rows[-1] if rows else -1
    while t >= 0:
        known[t] = int(ends[t])
        t = before[t]
    known[-1] = 0
    return {t: (known[t - 1], known[t]) for t in sorted(known) if t >= 0 and t - 1 in known}


def _runs(frames: dict[int, str]) -> Iterator[tuple[int, int]]:
    """Yield the first frame of each run, and the one after its last."""
    wanted = sorted(frames)
    for place, t in enumerate(wanted):
        if place == 0 or wanted[place - 1] != t - 1:
            after = t + 1
            while after in frames:
                after += 1
            yield t, after
