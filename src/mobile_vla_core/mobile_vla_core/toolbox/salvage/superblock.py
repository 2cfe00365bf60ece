# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The first block of an HDF5 file: without it the library opens nothing, so it is made again."""

from __future__ import annotations

from pathlib import Path
import shutil
import struct

from ...episodes.episode_file import PAGE_BYTES

SIGNATURE = b'\x89HDF\r\n\x1a\n'
SIZE = 48
LAYOUT = struct.Struct('<8sBBBBQQQQ')
VERSION, ADDRESS_BYTES, UNDEFINED = 3, 8, 2**64 - 1
OBJECT_HEADER = b'OHDR'
MASK = 2**32 - 1


def mend_superblock(damaged: Path, copy: Path) -> bool:
    """
    Copy a file and give the copy a superblock, if its first object header is found.

    An episode's headers each begin a page, the root's the first of them, see `create_file`.

    :return: False, and no copy, if no header is found
    """
    size = damaged.stat().st_size
    with damaged.open('rb') as file:
        for page in range(PAGE_BYTES, min(size, 16 * PAGE_BYTES), PAGE_BYTES):
            file.seek(page)
            if file.read(4) == OBJECT_HEADER:
                break
        else:
            return False
    shutil.copyfile(damaged, copy)
    with copy.open('r+b') as file:
        file.write(superblock(page, size))
    return True


def superblock(root: int, end: int) -> bytes:
    """
    Return a superblock of version 3. Source: HDF5 File Format Specification 3.0, II.A.

    :param root: address of the root group's header
    :param end: length of the file [bytes]
    """
    head = LAYOUT.pack(
        SIGNATURE, VERSION, ADDRESS_BYTES, ADDRESS_BYTES, 0, 0, UNDEFINED, end, root
    )
    return head + checksum(head).to_bytes(4, 'little')


def checksum(data: bytes) -> int:
    """Return HDF5's checksum of metadata. Source: Bob Jenkins, lookup3.c, hashlittle()."""
    a = b = c = (0xDEADBEEF + len(data)) & MASK
    position, left = 0, len(data)
    while left > 12:
        x, y, z = struct.unpack_from('<III', data, position)
        a, b, c = _mix((a + x) & MASK, (b + y) & MASK, (c + z) & MASK)
        position, left = position + 12, left - 12
    if left == 0:
        return c
    x, y, z = struct.unpack('<III', data[position:].ljust(12, b'\0'))
    return _final((a + x) & MASK, (b + y) & MASK, (c + z) & MASK)


def _turn(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (32 - bits))) & MASK


def _mix(a: int, b: int, c: int) -> tuple[int, int, int]:
    for bits in (4, 6, 8, 16, 19, 4):
        a = ((a - c) & MASK) ^ _turn(c, bits)
        c = (c + b) & MASK
        a, b, c = b, c, a
    return a, b, c


def _final(a: int, b: int, c: int) -> int:
    for bits in (14, 11, 25, 16, 4, 14, 24):
        c = ((c ^ b) - _turn(b, bits)) & MASK
        a, b, c = b, c, a
    return b
