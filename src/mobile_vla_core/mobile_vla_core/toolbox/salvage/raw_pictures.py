# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Find JPEGs in bytes without any structure, between a start and an end marker.

An episode keeps a camera's pictures one after another in chunks of 2^17 to 2^23 bytes, each from
the beginning of a page. Between two chunks there may be other data, so a picture that a chunk's
end cuts is joined with the page, further on, with which it makes a sound picture.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
import re

from ...episodes.episode_file import PAGE_BYTES
from ...errors import ImageFormatError
from ...images import jpeg_size
from .chunk_links import chunk_links
from .jpeg_blocks import is_exact
from .jpeg_fault import END, is_warning, START

CHUNKS = tuple(2**power for power in range(17, 24))
"""Lengths that a chunk of pictures may have, see camera_rows.py [bytes]."""
LONGEST = 16 * 1024 * 1024
"""A picture is not longer [bytes]."""
SHORT = 256 * 1024
"""A cut picture is at most so long, or four times as long as the longest before it [bytes]."""
TRIES, ALL_TRIES = 512, 20_000
"""So many pages are tried as the second piece of one picture, and of all at most."""
MARKER = re.compile(rb'\xff[^\x00\xff\xd0-\xd7]', re.DOTALL)
SCAN, SEGMENTS = 0xDA, frozenset({*range(0xC0, 0xD0), *range(0xDA, 0xFF)})


@dataclass(frozen=True)
class RawPicture:
    """A JPEG found in the bytes of a file."""

    jpeg: bytes
    start: int
    """Where it begins [bytes]."""
    end: int
    """Where it ends [bytes]; further on than it is long if it was in two pieces."""


class RawPictures:
    """
    The pictures in some bytes, in the order in which they stand.

    :param content: bytes, or a map of a file
    :param fault: says what is wrong with a JPEG, '' if nothing
    :param progress: called again and again, while there is any
    :param take_warned: whether pictures with warnings are whole where most have some
    """

    def __init__(
        self,
        content: bytes,
        fault: Callable[[bytes], str],
        progress: Callable[[], object] = lambda: None,
        take_warned: bool = True,
    ) -> None:
        self._content = content
        self._fault = fault
        self._progress = progress
        self._tries = 0
        self.whole: list[RawPicture] = []
        self.joined: list[RawPicture] = []
        self.damaged: list[int] = []
        """Where one begins that is not sound [bytes]."""
        self._longest = SHORT
        self._find_whole(take_warned)
        self._links = chunk_links(content)
        known = (*self._links, *self._links.values())
        self._chunks = {0, *self._first_pages(), *known}
        self._exact: set[int] = set()
        joined = -1
        while joined < len(self.joined):  # a join shows where a chunk begins, and so others
            joined = len(self.joined)
            self._refuse_false()
            cut, self.damaged = sorted(self.damaged), []
            for start in cut:
                self._join(start)

    @property
    def cameras(self) -> list[list[RawPicture]]:
        """
        The sound pictures of each camera.

        Chunks that a picture joins are of one camera; what lies between such chunks is of
        another, and so is a picture of another size.
        """
        links = dict(self._links)
        links |= {self._chunk_of(found.start): self._chunk_of(found.end) for found in self.joined}
        series = {chunk: chunk for chunk in self._chunks}
        for chunk in sorted(links):
            series[links[chunk]] = series[chunk]
        runs: dict[tuple[int, tuple[int, int]], list[RawPicture]] = {}
        for picture in sorted([*self.whole, *self.joined], key=lambda found: found.start):
            chunk = series[self._chunk_of(picture.start)]
            runs.setdefault((chunk, _kind(picture.jpeg)), []).append(picture)
        cameras: list[tuple[tuple[int, int], list[RawPicture]]] = []
        for (_, kind), run in runs.items():
            # On a page begins the first picture of a camera; a later chunk begins inside one.
            first = run[0].start % PAGE_BYTES == 0
            before = [
                camera
                for other, camera in cameras
                if other == kind and camera[-1].start < run[0].start and not first
            ]
            if before:
                before[0].extend(run)
            else:
                cameras.append((kind, list(run)))
        return [camera for _, camera in cameras]

    def _find_whole(self, take_warned: bool) -> None:
        content, position = self._content, 0
        warned: list[RawPicture] = []
        while (start := content.find(START, position)) >= 0:
            end = picture_end(content, start)
            picture = RawPicture(bytes(content[start:end]), start, end)
            fault = self._fault(picture.jpeg) if end else 'it has no end'
            if fault and not is_warning(fault):
                self.damaged.append(start)
                position = start + len(START)
                continue
            (warned if fault else self.whole).append(picture)
            self._longest = max(self._longest, 4 * len(picture.jpeg))
            position = end
        if take_warned and len(warned) > len(self.whole):  # the camera makes them so
            self.whole = sorted([*self.whole, *warned], key=lambda found: found.start)
        else:
            self.damaged += [picture.start for picture in warned]

    def _first_pages(self) -> Iterator[int]:
        """Yield where a chunk begins with a picture: on a page, and not right after another."""
        end = 0
        for picture in self.whole:
            if picture.start % PAGE_BYTES == 0 and picture.start != end:
                yield picture.start
            end = picture.end

    def _refuse_false(self) -> None:
        """Take for damaged what looks whole only because a chunk's end has another's after it."""
        for picture in [found for found in self.whole if found.start not in self._exact]:
            cuts = [c for c in self._cuts(picture.start) if picture.start < c < picture.end]
            if cuts:
                following = self._links.get(self._chunk_of(picture.start))
                if following == cuts[0] or (following is None and is_exact(picture.jpeg)):
                    self._exact.add(picture.start)
                else:
                    self.whole.remove(picture)
                    self.damaged.append(picture.start)

    def _chunk_of(self, place: int) -> int:
        chunks = sorted(self._chunks)
        return chunks[bisect_right(chunks, place) - 1]

    def _cuts(self, place: int) -> list[int]:
        """Return where the chunk may end in which a place is."""
        return [self._chunk_of(place) + length for length in CHUNKS]

    def _join(self, start: int) -> None:
        """Find the second piece of a picture that the end of a chunk cut."""
        content = self._content
        for cut in self._cuts(start):
            if not start < cut <= min(start + self._longest, len(content)):
                continue
            piece = bytes(content[start:cut])
            places = islice(chain(self._linked(start), self._pages_between(cut)), TRIES)
            for page, limit in places:
                self._progress()
                self._tries += 1
                if self._tries > ALL_TRIES:
                    break
                jpeg = piece + content[page:limit]
                end = picture_end(jpeg, 0)
                if end > len(piece) and self._is_sound(jpeg[:end]):
                    self.joined.append(RawPicture(jpeg[:end], start, page + end - len(piece)))
                    self._chunks.add(page)
                    return
        self.damaged.append(start)

    def _is_sound(self, jpeg: bytes) -> bool:
        return not self._fault(jpeg) and is_exact(jpeg)

    def _linked(self, start: int) -> Iterator[tuple[int, int]]:
        page = self._links.get(self._chunk_of(start))
        if page is not None:
            following = self._content.find(START, page, page + self._longest)
            yield page, following if following >= 0 else page + self._longest

    def _pages_between(self, first: int) -> Iterator[tuple[int, int]]:
        """Yield each page after `first` that is of no whole picture, and where the next begins."""
        used = {picture.end for picture in self.joined}
        place = bisect_right(self.whole, first, key=lambda picture: picture.end)
        page = first
        for picture in [*self.whole[place:], None]:
            limit = picture.start if picture else len(self._content)
            if limit not in used:
                longest = limit - self._longest
                for start in range(page, limit, PAGE_BYTES):
                    if start >= longest:
                        yield start, limit
            if picture:
                page = -(-max(page, picture.end) // PAGE_BYTES) * PAGE_BYTES


def picture_end(content: bytes, start: int) -> int:
    """Return where a JPEG ends, 0 if what follows its start is not one. Source: ITU-T T.81, B."""
    position, limit = start + 2, min(len(content), start + LONGEST)
    while position + 2 <= limit and content[position] == 0xFF:
        code = content[position + 1]
        if code == 0xFF:  # a fill byte
            position += 1
            continue
        if code == END[1]:
            return position + 2
        if code not in SEGMENTS:
            return 0
        position += 2 + int.from_bytes(content[position + 2 : position + 4], 'big')
        if code == SCAN:
            marker = MARKER.search(content, position, limit)
            if marker is None:
                return 0
            position = marker.end() - 2
    return 0


def _kind(jpeg: bytes) -> tuple[int, int]:
    try:
        return jpeg_size(jpeg)
    except ImageFormatError:
        return 0, 0
