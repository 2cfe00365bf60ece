# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Ways in which an episode file gets damaged, each with the codes that name it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
import gzip
from pathlib import Path

import cv2
import h5py
import numpy as np

from mobile_vla_core.episodes import CameraStream, Episode, EpisodeWriter, schema
from mobile_vla_core.images import encode_jpeg

FRAMES = 40
PAGE = 4096
FRONT = 'observations/images/front'
COLUMNS = ('jpeg', 'end', 'header_stamp', 'receive_stamp', 'crc')
UNOPENED = ('file.damaged', 'file.truncated')
UNREADABLE = ('data.unreadable', 'file.damaged')


@dataclass(frozen=True)
class Case:
    """
    One damaged file.

    :param codes: those of which `check` has to give one
    :param change: damages the file at a path, which is a copy of the sound one
    """

    name: str
    codes: tuple[str, ...]
    change: Callable[[Path], object]
    suffix: str = schema.SUFFIX


def picture(t: int, camera: str) -> bytes:
    """Return frame t of a camera, a JPEG of 160x90 that differs from all others."""
    random = np.random.default_rng([t, len(camera)])
    coarse = random.integers(0, 255, (9, 16, 3), dtype=np.uint8)
    return encode_jpeg(cv2.resize(coarse, (160, 90), interpolation=cv2.INTER_CUBIC))


def make_episode(
    folder: Path, frames: int = FRAMES, names: tuple[str, ...] = ('front', 'rear')
) -> Path:
    """Record an episode that `check` has nothing against."""
    cameras = [CameraStream(name, width=160, height=90) for name in names]
    writer = EpisodeWriter(
        folder,
        instruction='Navigate around the single box obstacle by going left',
        scenario='1box_vert_left',
        cameras=cameras,
        expected_period=0.1,
        name='sound',
    )
    for t in range(frames):
        stamp = 1000 + 0.1 * t
        for camera in cameras:
            writer.add_frame(camera.name, picture(t, camera.name), stamp, stamp + 0.01)
        turn = 0.4 * np.sin(0.3 * t)
        writer.add_command((0.3 + 0.01 * t, 0.05 * turn, turn), stamp + 0.02, stamp + 0.02)
        writer.add_odometry(stamp, (0.03 * t, 0, 0, 0, 0, 0, 1), (0.3, 0, 0, 0, 0, 0))
    return writer.close('success', 'reached the cup', 1000 + 0.1 * frames)


def frame_pieces(path: Path) -> dict[bytes, list[tuple[int, bytes]]]:
    """Return of each frame the pieces in which it lies in the file, as (place, bytes)."""
    pieces: dict[bytes, list[tuple[int, bytes]]] = {}
    with Episode(path) as episode, h5py.File(path, locking=False) as file:
        for camera in episode.cameras:
            dataset = file[f'{schema.IMAGES}/{camera}/jpeg']
            length = dataset.chunks[0]
            count = dataset.id.get_num_chunks()
            places = [dataset.id.get_chunk_info(k).byte_offset for k in range(count)]
            start = 0
            for t in range(episode.frames(camera)):
                jpeg, done = episode.jpeg(t, camera), 0
                pieces[jpeg] = []
                while done < len(jpeg):
                    chunk, inside = divmod(start + done, length)
                    part = jpeg[done : done + length - inside]
                    pieces[jpeg].append((places[chunk] + inside, part))
                    done += len(part)
                start += len(jpeg)
    return pieces


def cases(sound: Path) -> list[Case]:
    """Return every way, for a sound file."""
    found = [
        *_truncations(sound.stat().st_size),
        *_first_block(),
        *_structure(sound),
        *_chunks(sound),
        *_pictures(sound),
        *_missing(),
        *_types_and_shapes(),
        *_values(),
        *_other_files(),
    ]
    names = [case.name for case in found]
    if len(set(names)) != len(names):
        raise ValueError('two cases have one name')
    return found


def _truncations(size: int) -> Iterator[Case]:
    def to(length: int) -> Callable[[Path], object]:
        return lambda path: path.write_bytes(path.read_bytes()[:length])

    yield Case('cut_to_nothing', ('file.empty',), to(0))
    for length in (1, 7):
        yield Case(f'cut_to_{length}', ('file.damaged', 'file.not_hdf5'), to(length))
    for length in (8, 47, 48, PAGE, PAGE + 100, 9 * PAGE, 30 * PAGE):
        yield Case(f'cut_to_{length}', UNOPENED, to(length))
    for tenth in range(1, 10):
        yield Case(f'cut_at_{tenth}0_percent', UNOPENED, to(size * tenth // 10))
    for missing in (1, PAGE):
        yield Case(f'cut_by_{missing}', UNOPENED, to(size - missing))
    yield Case('unfinished', ('file.unfinished',), lambda path: None, schema.PART_SUFFIX)
    yield Case('unfinished_and_cut', ('file.unfinished',), to(size // 2), schema.PART_SUFFIX)


def _first_block() -> Iterator[Case]:
    fields = {'signature': 1, 'version': 8, 'sizes': 9, 'flags': 11, 'base': 12, 'end': 30}
    for name, place in {**fields, 'root': 37, 'checksum': 45}.items():
        yield Case(f'superblock_{name}', (*UNOPENED, 'file.not_hdf5'), _flip(place))
    yield Case('superblock_gone', ('file.damaged', 'file.not_hdf5'), _fill(0, 48, b'\0'))


def _structure(sound: Path) -> Iterator[Case]:
    names = ['observations', 'observations/images', FRONT, 'commands', 'action', 'events']
    names += [f'{FRONT}/{column}' for column in COLUMNS] + ['commands/twist', 'action_stamp']
    with h5py.File(sound) as file:
        places = {'root': h5py.h5o.get_info(file.id).addr}
        places |= {name: h5py.h5o.get_info(file[name].id).addr for name in names}
    for name, place in places.items():
        title = name.replace('/', '_')
        yield Case(f'header_flip_{title}', UNREADABLE, _flip(place + 30))
        yield Case(f'header_zeros_{title}', UNREADABLE, _fill(place, PAGE, b'\0'))
    content = sound.read_bytes()
    for kind in (b'EAHD', b'EAIB', b'FRHP', b'BTHD'):
        place = content.index(kind)
        yield Case(f'index_flip_{kind.decode()}', UNREADABLE, _flip(place + 20))


def _chunks(sound: Path) -> Iterator[Case]:
    noise = np.random.default_rng(1).bytes(PAGE)
    codes = {
        f'{FRONT}/end': ('data.index',),
        f'{FRONT}/header_stamp': ('time.not_finite', 'time.backwards', 'time.clock_jump'),
        f'{FRONT}/crc': ('image.altered',),
        f'{FRONT}/receive_stamp': ('time.not_finite', 'time.backwards', 'time.clock_jump'),
        'commands/stamp': ('time.not_finite', 'time.backwards', 'action.misaligned'),
        'commands/twist': ('action.not_finite', 'action.misaligned', 'action.units'),
        'action': ('action.not_finite', 'action.misaligned', 'action.type', 'action.units'),
    }
    with h5py.File(sound) as file:
        places = {name: file[name].id.get_chunk_info(0).byte_offset for name in codes}
    for name, place in places.items():
        yield Case(f'chunk_noise_{name.replace("/", "_")}', codes[name], _fill(place, PAGE, noise))
    place = places[f'{FRONT}/end']
    yield Case('chunk_zeros_end', ('data.index',), _fill(place, PAGE, b'\0'))
    yield Case('chunk_flip_end', ('data.index', 'image.undecodable'), _flip(place + 8 * 20 + 2))


def _pictures(sound: Path) -> Iterator[Case]:
    (place, jpeg), *_ = frame_pieces(sound)[picture(5, 'front')]
    none, part = ('image.undecodable',), ('image.damaged', 'image.undecodable')
    noise = np.random.default_rng(2).bytes(900)
    yield Case('jpeg_without_start', none, _fill(place, 2, b'\0'))
    yield Case('jpeg_zeros', none, _fill(place, len(jpeg), b'\0'))
    yield Case('jpeg_without_end', part, _fill(place + len(jpeg) - 700, 700, b'\0'))
    yield Case('jpeg_noise', part, _fill(place + len(jpeg) - 1200, 900, noise))
    yield Case('jpeg_header_noise', part, _fill(place + 4, 300, noise[:300]))
    yield Case('jpeg_early_end', part, _fill(place + 1500, 2, b'\xff\xd9'))
    for tenth in range(1, 10):  # in the picture's scan, of which a decoder minds few bits
        flip = _flip(place + len(jpeg) * tenth // 10, 1 << tenth % 8)
        yield Case(f'jpeg_one_bit_{tenth}', (*part, 'image.altered'), flip)
    yield Case('jpeg_page_of_zeros', part, _fill((place // PAGE + 1) * PAGE, PAGE, b'\0'))


def _missing() -> Iterator[Case]:
    groups = ('observations', FRONT, 'commands', 'events')
    columns = [f'{FRONT}/{column}' for column in COLUMNS]
    columns += ['action', 'action_stamp', 'commands/stamp', 'commands/twist', 'events/text']
    for name in (*groups, *columns):
        title = f'missing_{name.replace("/", "_")}'
        yield Case(title, ('data.missing',), _edit(lambda file, name=name: file.pop(name)))
    for name in ('instruction', 'primary_camera'):
        codes = ('data.missing', 'label.no_instruction')
        yield Case(f'missing_{name}', codes, _edit(lambda file, name=name: file.attrs.pop(name)))
    for name in ('schema', 'action_names'):
        change = _edit(lambda file, name=name: file.attrs.pop(name))
        yield Case(f'missing_{name}', ('schema.mismatch', 'data.missing'), change)


def _types_and_shapes() -> Iterator[Case]:
    types = {f'{FRONT}/end': 'f8', f'{FRONT}/header_stamp': 'i4', f'{FRONT}/jpeg': 'i2'}
    types |= {'action': 'f8', 'commands/twist': 'f8', 'commands/action_type': 'i8'}
    for name, dtype in types.items():
        title = f'type_{name.replace("/", "_")}'
        yield Case(title, ('data.type',), _replace(name, lambda v, d=dtype: v.astype(d)))
    shapes: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        'action': lambda values: values[:, :3],
        'action_stamp': lambda values: values[:, None],
        'commands/twist': lambda values: values[:, :2],
        f'{FRONT}/end': lambda values: values[:, None],
    }
    for name, change in shapes.items():
        yield Case(f'shape_{name.replace("/", "_")}', ('data.shape',), _replace(name, change))
    for name in (f'{FRONT}/header_stamp', 'action', 'commands/twist'):
        title = f'length_{name.replace("/", "_")}'
        yield Case(title, ('data.length',), _replace(name, lambda values: values[:-3]))


def _values() -> Iterator[Case]:
    def put(name: str, rows: object, value: float) -> Callable[[Path], object]:
        def change(file: h5py.File) -> None:
            values = file[name][:]
            values[rows] = value
            file[name][:] = values

        return _edit(change)

    def swap(file: h5py.File) -> None:
        stamps = file[f'{FRONT}/header_stamp'][:]
        stamps[[10, 11]] = stamps[[11, 10]]
        file[f'{FRONT}/header_stamp'][:] = stamps

    header = f'{FRONT}/header_stamp'
    for value in (np.nan, np.inf):
        yield Case(f'stamps_{value}', ('time.not_finite',), put(header, slice(3, 6), value))
        yield Case(f'actions_{value}', ('action.not_finite',), put('action', 4, value))
        yield Case(f'commands_{value}', ('action.not_finite',), put('commands/twist', 4, value))
    yield Case('stamps_backwards', ('time.backwards',), _edit(swap))
    yield Case('stamps_twice', ('time.duplicate',), put(header, [10, 11], 1001.0))
    yield Case('stamps_all_zero', ('time.duplicate',), put(header, slice(None), 0.0))
    index = ('data.index',)
    yield Case('index_beyond_the_end', index, put(f'{FRONT}/end', -1, 2**40))
    yield Case('index_backwards', index, put(f'{FRONT}/end', 20, 5))
    yield Case('action_type_unknown', ('action.type',), put('action', (slice(None), 3), 9.0))


def _other_files() -> Iterator[Case]:
    def become(content: bytes) -> Callable[[Path], object]:
        return lambda path: path.write_bytes(content)

    other = ('file.not_hdf5',)
    noise = np.random.default_rng(3).bytes(20_000)
    yield Case('text', other, become(b'episode,frames\n1,40\n' * 50))
    yield Case('gzip_garbage', other, become(b'\x1f\x8b\x08' + noise))
    yield Case(
        'gzip_of_the_file', other, lambda path: path.write_bytes(gzip.compress(path.read_bytes()))
    )
    yield Case('noise', other, become(noise))
    yield Case('zeros', ('file.damaged', *other), become(bytes(20_000)))
    yield Case('noise_with_signature', UNOPENED, become(b'\x89HDF\r\n\x1a\n' + noise))
    yield Case('text_unfinished', ('file.unfinished',), become(b'text'), schema.PART_SUFFIX)
    yield Case('permission_denied', ('file.denied',), lambda path: path.chmod(0))


def _compress(path: Path) -> None:
    path.write_bytes(gzip.compress(path.read_bytes()))


def _flip(place: int, bits: int = 0x5A) -> Callable[[Path], object]:
    def change(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[place] ^= bits
        path.write_bytes(content)

    return change


def _fill(place: int, length: int, pattern: bytes) -> Callable[[Path], object]:
    def change(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[place : place + length] = (pattern * length)[:length]
        path.write_bytes(content)

    return change


def _edit(change: Callable[[h5py.File], object]) -> Callable[[Path], object]:
    def edit(path: Path) -> None:
        with h5py.File(path, 'r+', libver=('v110', 'v110')) as file:
            change(file)

    return edit


def _replace(name: str, change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Path], object]:
    def replace(file: h5py.File) -> None:
        values = change(file[name][:])
        del file[name]
        file[name] = values

    return _edit(replace)
