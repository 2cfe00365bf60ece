# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the bits of a JPEG are exactly those of its blocks: stricter than a decoder, slower."""

from __future__ import annotations

import re

SOF_BASELINE, SOF_EXTENDED, DHT, DRI, SOS = 0xC0, 0xC1, 0xC4, 0xDD, 0xDA
BLOCK, AC = 64, 1


def is_exact(jpeg: bytes) -> bool:
    """
    Return False if a picture's bits are more or fewer than its size asks for.

    A picture of two pieces that do not belong together has others in nearly every case. A
    progressive picture, and one with restart markers, is not looked into. Source: ITU-T T.81, F.2.

    :param jpeg: one that a decoder takes
    """
    tables: dict[int, dict[str, int]] = {}
    size, components, position = (0, 0), {}, 2
    while True:
        code = jpeg[position + 1]
        length = int.from_bytes(jpeg[position + 2 : position + 4], 'big')
        segment = jpeg[position + 4 : position + 2 + length]
        position += 2 + length
        if code in (SOF_BASELINE, SOF_EXTENDED):
            size = int.from_bytes(segment[1:3], 'big'), int.from_bytes(segment[3:5], 'big')
            rows = [segment[start : start + 3] for start in range(6, len(segment), 3)]
            components = {row[0]: (row[1] >> 4, row[1] & 15) for row in rows}
        elif code == DHT:
            tables.update(_tables(segment))
        elif code == DRI or 0xC2 <= code <= 0xCF:
            return True
        elif code == SOS:
            break
    chosen = [segment[start : start + 2] for start in range(1, 1 + 2 * segment[0], 2)]
    blocks = []
    for component, selected in chosen:
        across, down = components[component]
        pair = tables[selected >> 4], tables[16 * AC + (selected & 15)]
        blocks += [pair] * (across * down if len(chosen) > 1 else 1)
    across = 8 * max(c[0] for c in components.values()) if len(chosen) > 1 else 8
    down = 8 * max(c[1] for c in components.values()) if len(chosen) > 1 else 8
    units = -(-size[0] // down) * -(-size[1] // across)
    scan = re.sub(rb'\xff\x00', b'\xff', jpeg[position:-2])
    left = _bits_left(scan, blocks, units)
    return left is not None and left < 8


def _tables(segment: bytes) -> dict[int, dict[str, int]]:
    """Return Huffman tables: number -> code in zeros and ones -> symbol."""
    tables, position = {}, 0
    while position + 17 <= len(segment):
        counts = segment[position + 1 : position + 17]
        table, code, symbol = {}, 0, position + 17
        for length, count in enumerate(counts, start=1):
            for _ in range(count):
                table[f'{code:0{length}b}'] = segment[symbol]
                code, symbol = code + 1, symbol + 1
            code <<= 1
        tables[segment[position]] = table
        position = symbol
    return tables


def _bits_left(scan: bytes, blocks: list[tuple[dict, dict]], units: int) -> int | None:
    """Read all blocks and return the bits that are left over, None if there are too few."""
    text = f'{int.from_bytes(scan, "big"):0{8 * len(scan)}b}'
    position, end = 0, len(text)

    def symbol(table: dict[str, int]) -> int:
        nonlocal position
        for length in range(1, 17):
            found = table.get(text[position : position + length])
            if found is not None:
                position += length
                return found
        return -1

    for _ in range(units):
        for direct, alternating in blocks:
            size = symbol(direct)
            if size < 0:
                return None
            position += size
            index = 1
            while index < BLOCK:
                value = symbol(alternating)
                if value < 0:
                    return None
                index += (value >> 4) + 1
                position += value & 15
                if value == 0:  # end of block
                    break
            if position > end:
                return None
    return end - position
