# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Which chunk of a dataset follows which, read from the blocks of HDF5's indexes alone.

These blocks (extensible arrays) say it also when the headers of the datasets are gone. Source:
HDF5 File Format Specification 3.0, VII.D.
"""

from __future__ import annotations

from itertools import pairwise
import struct

from ...episodes.episode_file import PAGE_BYTES
from .superblock import checksum, UNDEFINED

INDEX_BLOCK, DATA_BLOCK = b'EAIB', b'EADB'
HEAD = struct.Struct('<4sBBQ')
INDEX_ELEMENTS = 4
"""Chunks named in the index block itself; 16 in the shortest data block, doubled from there on."""
DATA_ELEMENTS = tuple(2**power for power in range(4, 10))
BLOCK_OFFSET = 4
"""Bytes of a data block's place in the array."""


def chunk_links(content: bytes) -> dict[int, int]:
    """
    Return the address of the following chunk for each chunk of which it is known.

    :param content: bytes of a file, or a map of it
    """
    arrays: dict[int, list[tuple[int, tuple[int, ...]]]] = {}
    for page in range(0, len(content) - PAGE_BYTES + 1, PAGE_BYTES):
        kind = content[page : page + 4]
        if kind == INDEX_BLOCK:
            owner = HEAD.unpack_from(content, page)[3]
            elements = struct.unpack_from(f'<{INDEX_ELEMENTS}Q', content, page + HEAD.size)
            arrays.setdefault(owner, []).append((-1, elements))
        elif kind == DATA_BLOCK:
            owner = HEAD.unpack_from(content, page)[3]
            for count in DATA_ELEMENTS:
                size = HEAD.size + BLOCK_OFFSET + 8 * count
                if size + 4 > PAGE_BYTES:
                    break
                body = bytes(content[page : page + size + 4])
                if checksum(body[:-4]) == int.from_bytes(body[-4:], 'little'):
                    place = int.from_bytes(body[HEAD.size : HEAD.size + BLOCK_OFFSET], 'little')
                    elements = struct.unpack_from(f'<{count}Q', body, HEAD.size + BLOCK_OFFSET)
                    arrays.setdefault(owner, []).append((place, elements))
                    break
    links = {}
    for blocks in arrays.values():
        chunks = [chunk for _, elements in sorted(blocks) for chunk in elements]
        for chunk, following in pairwise(chunks):
            if _is_chunk(chunk, content) and _is_chunk(following, content):
                links[chunk] = following
    return links


def _is_chunk(address: int, content: bytes) -> bool:
    return address != UNDEFINED and 0 < address < len(content) and address % PAGE_BYTES == 0
