# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""How the HDF5 library is asked to create an episode's file, and to open one."""

from __future__ import annotations

from contextlib import suppress
import ctypes
import os
from pathlib import Path

import h5py
from h5py import h5f, h5p

from ..action_space import ACTION_NAMES
from ..errors import EpisodeError, EpisodeOpenError, SchemaMismatchError
from . import schema

PAGE_BYTES = 4096
"""
Each block of the file begins a page of its own. A write that the end of the process cuts is cut
between pages, so an index is then the old or the new one, never a mixture of them.
"""
READ_ATTEMPTS = 20
"""
How often a torn block of an unfinished file is read again before it is an error. HDF5 doubles its
pause from 1 ns each time: 20 attempts take 1 ms, its own default of 100 has no end.
"""


def create_file(path: Path) -> h5py.File:
    """
    Create a file whose every write leaves it valid, once `swmr_mode` is set.

    Without a cache of chunks, rows go to the file as they are written: no chunk is written again
    with each row, and a chunk may be long.
    """
    return h5py.File(
        path,
        'w',
        libver=('v110', 'v110'),
        locking=False,
        rdcc_nbytes=0,
        alignment_threshold=1,
        alignment_interval=PAGE_BYTES,
    )


def open_file(path: Path) -> h5py.File:
    """
    Open a finished episode, or an unfinished one as far as it goes.

    :raises SchemaMismatchError: if it is another kind of file, or of another version
    :raises EpisodeError: if it does not exist or the library cannot open it
    """
    file = open_hdf5(path)
    try:
        check_schema(path, file)
    except BaseException:
        file.close()
        raise
    return file


def open_hdf5(path: Path) -> h5py.File:
    """
    Open an HDF5 file of any layout for reading.

    Without a cache of chunks here too: to read a frame is to read its bytes, not its whole chunk.

    :raises EpisodeOpenError: if the library cannot open it; EpisodeError if it does not exist
    """
    try:
        # Not locked: a finished file never changes, an unfinished one is locked by its writer.
        if path.name.endswith(schema.PART_SUFFIX):
            return open_torn(path)
        return h5py.File(path, 'r', libver='latest', locking=False, rdcc_nbytes=0)
    except FileNotFoundError as error:
        raise EpisodeError(f'{path} does not exist') from error
    except (OSError, RuntimeError, ValueError) as error:  # the last two for a torn file
        raise EpisodeOpenError(f'{path.name} cannot be opened as an HDF5 file: {error}') from error


def open_torn(path: Path) -> h5py.File:
    """
    Open a file that was never closed, or that is shorter than it says: what is not there is zeros.

    :raises OSError: if the library cannot open it; RuntimeError or ValueError too
    """
    access = h5p.create(h5p.FILE_ACCESS)
    access.set_libver_bounds(h5f.LIBVER_LATEST, h5f.LIBVER_LATEST)
    access.set_file_locking(False, False)
    # h5py lacks this call; its own modules are linked with the library that has it.
    library = ctypes.CDLL(h5p.__file__)
    library.H5Pset_metadata_read_attempts.argtypes = (ctypes.c_int64, ctypes.c_uint)
    library.H5Pset_metadata_read_attempts(access.id, READ_ATTEMPTS)
    return h5py.File(h5f.open(os.fsencode(path), h5f.ACC_RDONLY | h5f.ACC_SWMR_READ, access))


def detach(file: h5py.File) -> None:
    """
    Let the library close a file that it failed to write, without another write to it.

    It crashes on a file that it could not close, so what it still holds goes to memory.
    """
    handle = file.id.get_vfd_handle()
    memory = os.memfd_create('detached')
    os.dup2(memory, handle)
    os.close(memory)
    with suppress(OSError, RuntimeError):
        file.close()


def check_schema(path: Path, file: h5py.File) -> None:
    """
    Refuse an open file that is no episode of ours.

    :raises SchemaMismatchError: if it is another kind of file, or of another version
    """
    found = schema.decode_text(file.attrs.get('schema', ''))
    version = schema.decode_text(file.attrs.get('schema_version', ''))
    names = schema.decode_text(file.attrs.get('action_names', ''))
    if found != schema.SCHEMA:
        raise SchemaMismatchError(
            f'{path.name}: schema mismatch: found keys {sorted(file)} and schema "{found}", '
            f'expected schema "{schema.SCHEMA}"; `episodes convert` reads older layouts'
        )
    same_major = version.split('.')[0] == schema.SCHEMA_VERSION.split('.')[0]
    if not same_major or names != ','.join(ACTION_NAMES):
        raise SchemaMismatchError(
            f'{path.name}: schema mismatch: found version {version} with actions {names}, '
            f'expected version {schema.SCHEMA_VERSION} with actions {",".join(ACTION_NAMES)}'
        )
