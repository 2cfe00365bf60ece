# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Look at a file's bytes, before the HDF5 library is let near them."""

from __future__ import annotations

from pathlib import Path

from ...episodes import schema
from ...episodes.recovery import find_unfinished
from .finding import Finding

SIGNATURE = b'\x89HDF\r\n\x1a\n'
"""Source: HDF5 File Format Specification 3.0, II.A; at 0, or at 512 and its doubles."""
USER_BLOCKS = (0, 512, 1024, 2048, 4096)
OTHER_KINDS = (
    (b'\x1f\x8b', 'gzip data'),
    (b'PK\x03\x04', 'a zip archive'),
    (b'\x28\xb5\x2f\xfd', 'zstandard data'),
    (b'BZh', 'bzip2 data'),
    (b'\xfd7zXZ\x00', 'xz data'),
    (b'\xff\xd8\xff', 'a JPEG picture'),
    (b'\x89PNG', 'a PNG picture'),
    (b'\x89MCAP', 'an MCAP file: episodes convert reads it'),
    (b'SQLite format 3', 'an SQLite data base: episodes convert reads a bag'),
    (b'CDF', 'a NetCDF file'),
    (b'\x93NUMPY', 'a NumPy array'),
)
_HEAD = 4096 + len(SIGNATURE)
_NEARLY = 5
"""So many bytes of the signature make a damaged one of it."""


def check_file(path: Path) -> Finding | None:
    """Return why a file is no finished HDF5 file, None when it looks like one."""
    name = path.name
    if name.endswith(schema.PART_SUFFIX):
        return _unfinished(path)
    try:
        with path.open('rb') as file:
            head = file.read(_HEAD)
            size = path.stat().st_size
    except PermissionError:
        return Finding('file.denied', name, 'permission to read it is denied')
    except OSError as error:
        return Finding('file.unreadable', name, f'it cannot be read: {error.strerror}')
    if not head:
        return Finding('file.empty', name, 'the file has no bytes')
    if any(head[start:].startswith(SIGNATURE) for start in USER_BLOCKS):
        return None
    for start, kind in OTHER_KINDS:
        if head.startswith(start):
            return Finding('file.not_hdf5', name, f'its {size} bytes are {kind}, not HDF5')
    same = sum(found == wanted for found, wanted in zip(head, SIGNATURE, strict=False))
    if same >= _NEARLY or (len(head) < len(SIGNATURE) and SIGNATURE.startswith(head)):
        begin = head[: len(SIGNATURE)].hex(' ')
        return Finding('file.damaged', name, f'its first bytes, {begin}, are not those of HDF5')
    if not head.strip(b'\0'):
        return Finding('file.damaged', name, f'it begins with zeros, of {size} bytes')
    kind = 'text' if _is_text(head) else f'of an unknown kind ({head[:8].hex(" ")})'
    return Finding('file.not_hdf5', name, f'its {size} bytes are {kind}, not HDF5')


def _unfinished(path: Path) -> Finding:
    try:
        size = path.stat().st_size
    except OSError as error:
        return Finding('file.unreadable', path.name, f'it cannot be read: {error.strerror}')
    if path not in find_unfinished(path.parent):
        return Finding('file.recording', path.name, f'a recorder writes to it, {size} bytes')
    text = f'its recorder ended before it could close it, {size} bytes are there'
    return Finding('file.unfinished', path.name, text)


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        text = head[: error.start].decode() if error.start > len(head) - 4 else '\0'
    return all(letter.isprintable() or letter in '\r\n\t\f' for letter in text)
