# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Replay every moment at which a recording process can be killed.

A writer runs under strace, with HDF5's default driver. Its own writes to the file are then
repeated one by one into a copy, also only in part, and the copy is opened as recovery opens it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
import json
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys
from typing import NoReturn
import zlib

import h5py
import numpy as np

from mobile_vla_core.episodes import CameraStream, Episode, EpisodeWriter, schema
from mobile_vla_core.episodes.camera_rows import CameraRows
from mobile_vla_core.episodes.file_attributes import file_attributes
from mobile_vla_core.errors import EpisodeError

CAMERAS = ('front', 'rear')
SECTOR, PAGE = 512, 4096
CALL = re.compile(r'(pwrite64|ftruncate|write)\((\d+), (?:"((?:\\x[0-9a-f]{2})*)", )?([0-9, ]+)\)')
RENAME = re.compile(r'rename(?:at2?)?\(.*"((?:\\x[0-9a-f]{2})+)", .*"(?:\\x[0-9a-f]{2})+"')
CLOSING = b'closing'


def frame(t: int, camera: str, size: int) -> bytes:
    """Return the bytes recorded as frame t, of a length that varies with t."""
    random = np.random.default_rng([t, CAMERAS.index(camera)])
    return random.bytes(size // 2 + int(random.integers(size)))


@dataclass
class Damage:
    """What a replay found."""

    points: int = 0
    """Moments between two writes that were tried."""
    torn: int = 0
    """Moments inside a write."""
    lost: int = 0
    """Acknowledged frames that could not be read as they were, over all moments."""
    wrong: int = 0
    """Frames that were shown but not as they were recorded."""
    acknowledged: int = 0
    """Frames acknowledged at the end."""
    first: str = ''
    """The first loss in words."""


@dataclass(frozen=True)
class Write:
    """One call of the writer: bytes at an offset, a new length, a new name, or what it said."""

    kind: str
    data: bytes
    offset: int


def record(
    folder: Path, frames: int, cameras: int, size: int, fault: str = '', closing: bool = False
) -> list[Write]:
    """
    Run a writer under strace and return its calls in order.

    :param size: mean size of a frame [bytes]
    :param fault: a writer that does it wrong: 'index first', 'plain flush' for one without SWMR,
        or 'rename first' for one that names the file finished before it is closed
    :param closing: the calls by which the episode is closed come too
    :raises FileNotFoundError: if there is no strace
    :raises PermissionError: if processes may not be traced here
    """
    log = folder / 'strace.log'
    command = ['strace', '-o', log, '-xx', '-s', str(64 * 1024 * 1024), '-e', 'signal=none']
    calls = 'pwrite64,ftruncate,write,rename,renameat,renameat2'
    command += ['-e', f'trace={calls}', sys.executable, __file__, folder]
    finished = subprocess.run(
        [*map(str, command), str(frames), str(cameras), str(size), str(int(closing)), fault],
        capture_output=True,
        text=True,
    )
    if 'ptrace' in finished.stderr:
        raise PermissionError(finished.stderr.strip())
    finished.check_returncode()
    descriptors = json.loads((folder / 'descriptors.json').read_text())
    return list(_read_calls(log, **descriptors))


def _read_calls(log: Path, files: list[int], acknowledgements: int) -> Iterator[Write]:
    with log.open() as lines:
        for line in lines:
            renamed = RENAME.match(line)
            if renamed and _bytes(renamed.group(1)).endswith(schema.PART_SUFFIX.encode()):
                yield Write('rename', b'', 0)
            found = CALL.match(line)
            if found is None:
                continue
            name, descriptor, text, numbers = found.groups()
            data = _bytes(text or '')
            last = int(numbers.split(',')[-1])
            if name == 'write' and int(descriptor) == acknowledgements:
                yield Write('acknowledge', data, 0)
            elif name != 'write' and int(descriptor) in files:
                yield Write(name, data, last)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace('\\x', ''))


def replay(
    calls: list[Write],
    folder: Path,
    size: int,
    *,
    every_page: bool = False,
    skip: int = 1,
    name: str = 'replayed.h5.part',
    closing: bool = False,
) -> Damage:
    """
    Repeat the calls one by one and look after each, and inside each.

    :param every_page: look inside a write at each of its pages, else at its first and last
    :param skip: look after each `skip`-th call only
    :param name: of the copy; one of a writer without SWMR cannot be read as `.part`
    :param closing: look only while the episode is closed
    """
    damage = Damage()
    path = folder / name
    counts: dict[str, int] = {}
    expected: dict[str, list[bytes]] = {}
    looking = not closing
    with path.open('w+b', buffering=0) as file:
        for number, call in enumerate(calls):
            if call.data == CLOSING:
                looking = True
                continue
            if call.kind == 'acknowledge':
                camera, count = call.data.decode().split()
                counts[camera] = int(count)
                for known_camera in counts:
                    known = expected.setdefault(known_camera, [])
                    known += [
                        frame(t, known_camera, size) for t in range(len(known), int(count) + 2)
                    ]
                continue
            look = looking and counts and number % skip == 0
            if call.kind == 'ftruncate':
                file.truncate(call.offset)
            elif call.kind == 'rename':
                path = path.rename(path.with_suffix(''))
            elif look:
                for length in _tears(call, every_page):
                    os.pwrite(file.fileno(), call.data[:length], call.offset)
                    damage.torn += 1
                    _look(path, counts, expected, damage, f'call {number} cut at {length}')
            os.pwrite(file.fileno(), call.data, call.offset if call.data else 0)
            if look:
                damage.points += 1
                _look(path, counts, expected, damage, f'after call {number}')
    damage.acknowledged = sum(counts.values())
    return damage


def same_file(calls: list[Write], folder: Path) -> bool:
    """Return whether all calls together give the file that the writer left."""
    with (folder / 'whole').open('w+b', buffering=0) as file:
        for call in calls:
            if call.kind == 'ftruncate':
                file.truncate(call.offset)
            elif call.kind == 'pwrite64':
                os.pwrite(file.fileno(), call.data, call.offset)
    (left,) = folder.glob('recorded*.h5*')
    return (folder / 'whole').read_bytes() == left.read_bytes()


def _tears(call: Write, every_page: bool) -> list[int]:
    end = call.offset + len(call.data)
    cuts: set[int] = set()
    for block in (SECTOR, PAGE):
        inside = range((call.offset // block + 1) * block, end, block)
        if every_page and block == PAGE:
            cuts.update(inside)
        else:
            cuts.update(inside[:1], inside[-1:])
    return sorted(cut - call.offset for cut in cuts)


def _look(path: Path, counts, expected, damage: Damage, where: str) -> None:
    for camera, count in counts.items():
        try:
            with Episode(path) as episode:
                shown = episode.frames(camera)
                if shown >= count and _all_same(episode, camera, expected[camera][:shown]):
                    continue
                read = [episode.jpeg(t, camera) for t in range(shown)]
        except (EpisodeError, OSError, RuntimeError, KeyError, ValueError) as error:
            damage.lost += count
            damage.first = damage.first or f'{where}: {error}'
            continue
        same = [a == b for a, b in zip(read, expected[camera], strict=False)]
        damage.lost += count - sum(same[:count])
        damage.wrong += len(same[count:]) - sum(same[count:])
        if not damage.first and (sum(same[:count]) < count or not all(same)):
            damage.first = f'{where}: {camera} {shown} frames, {count} acknowledged'


def _all_same(episode: Episode, camera: str, frames: list[bytes]) -> bool:
    """Compare all frames with two reads, which is much faster than one by one."""
    group = episode._camera(camera)
    stored = group['jpeg'][: sum(map(len, frames))].tobytes()
    ends = np.cumsum([len(data) for data in frames], dtype=np.uint64)
    return stored == b''.join(frames) and np.array_equal(group['end'][:], ends)


def _index_first(rows: CameraRows, jpeg: bytes, header_stamp: float, receive_stamp: float) -> None:
    end = rows._end + len(jpeg)
    rows.rows.append(header_stamp, receive_stamp, zlib.crc32(jpeg), end)
    rows._bytes.write(rows._end, np.frombuffer(jpeg, dtype=np.uint8))
    rows._end = end


def _record_with_plain_flush(folder: Path, frames: int, size: int) -> None:
    """Record as many do: the same layout, one flush of the file after each frame, no SWMR."""
    attributes = file_attributes([CameraStream(CAMERAS[0])], instruction='go')
    with h5py.File(folder / 'recorded.h5.part', 'w') as file:
        schema.set_attributes(file, attributes)
        group = file.create_group(f'{schema.IMAGES}/{CAMERAS[0]}')
        for column in (schema.JPEG_COLUMN, *schema.CAMERA_COLUMNS):
            group.create_dataset(column.name, (0,), column.dtype, maxshape=(None,), chunks=(4096,))
        file.flush()
        log = _announce(folder, file)
        end = 0
        for t in range(frames):
            jpeg = np.frombuffer(frame(t, CAMERAS[0], size), dtype=np.uint8)
            for name, start, values in (
                ('jpeg', end, jpeg),
                ('header_stamp', t, [t]),
                ('receive_stamp', t, [t]),
                ('crc', t, [zlib.crc32(jpeg)]),
                ('end', t, [end + len(jpeg)]),
            ):
                group[name].resize(start + len(values), axis=0)
                group[name][start:] = values
            end += len(jpeg)
            file.flush()
            os.write(log, f'{CAMERAS[0]} {t + 1}'.encode())
        _leave(folder, folder / 'recorded.h5.part')


def _announce(folder: Path, file: h5py.File, *others: int) -> int:
    """Tell which descriptors count, and return the one that takes acknowledgements."""
    log = os.open(folder / 'acknowledged', os.O_WRONLY | os.O_CREAT)
    descriptors = {'files': [file.id.get_vfd_handle(), *others], 'acknowledgements': log}
    (folder / 'descriptors.json').write_text(json.dumps(descriptors))
    return log


def _leave(folder: Path, path: Path) -> NoReturn:
    """End with the file as it is now: closing goes on after the last acknowledgement."""
    shutil.copy(path, folder / 'recorded_at_the_end.h5.part')
    path.unlink()
    os._exit(0)


def _run_writer(
    folder: Path, frames: int, cameras: int, size: int, closing: int, fault: str
) -> None:
    if fault == 'index first':
        CameraRows.append = _index_first
    if fault == 'plain flush':
        _record_with_plain_flush(folder, frames, size)
    names = CAMERAS[:cameras]
    writer = EpisodeWriter(
        folder, instruction='go', name='recorded', cameras=[CameraStream(n) for n in names]
    )
    log = _announce(folder, writer._file, writer._part._descriptor)
    for t in range(frames):
        for name in names:
            writer.add_frame(name, frame(t, name, size), t, t)
            os.write(log, f'{name} {t + 1}'.encode())
        writer.add_command([t, 0, 0], t, t)
    if not closing:
        _leave(folder, writer.path)
    os.write(log, CLOSING)
    if fault == 'rename first':
        writer._path = writer.path.rename(folder / 'recorded.h5')
    writer.close('success', 'arrived', frames)


if __name__ == '__main__':
    _run_writer(Path(sys.argv[1]), *map(int, sys.argv[2:6]), fault=sys.argv[6])
