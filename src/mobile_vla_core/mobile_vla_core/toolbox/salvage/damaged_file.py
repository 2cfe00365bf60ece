# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Read of a damaged episode what the HDF5 library still gives, a value at a time if need be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from ...episodes import schema
from ...episodes.damage import ABSENT, READ_ERRORS, reason
from ...episodes.episode_file import open_torn
from ...episodes.layout import describe_keys, Layout, layout_of, unknown_layout
from ...errors import SchemaMismatchError
from .superblock import mend_superblock


@contextmanager
def opened(path: Path, folder: Path) -> Iterator[DamagedFile]:
    """
    Open a file as far as it can be opened; one of which nothing can be read is empty.

    :param folder: in which a copy may be made, to which the first block is given back
    :raises SchemaMismatchError: if it is a readable file of another layout
    """
    notes: list[str] = []
    mended: list[str] = []
    file = None
    try:
        file = open_torn(path)
    except READ_ERRORS as error:
        text = f'the file cannot be opened: {reason(error)}'
        copy = folder / 'mended'
        if mend_superblock(path, copy):
            try:
                file = open_torn(copy)
                mended.append(f'{text}; its first block is made again')
            except READ_ERRORS:
                text += '; nor with its first block made again'
        if file is None:
            notes.append(text)
    try:
        yield DamagedFile(path, file, notes, mended)
    finally:
        if file is not None:
            file.close()


class DamagedFile:
    """
    An open episode of which any part may be unreadable.

    :param file: None when nothing can be read
    :param notes: sentences on what could not be read, added to
    :param mended: sentences on what was put right without a loss, added to
    """

    def __init__(
        self, path: Path, file: h5py.File | None, notes: list[str], mended: list[str]
    ) -> None:
        self._file = file
        self._size = path.stat().st_size
        self.notes = notes
        self.mended = mended
        self.attributes = self._attributes(file, 'the attributes of the file')
        self.names = self._names(file, 'the contents of the file')
        found = self.attributes.get('schema')
        if file is not None and found != schema.SCHEMA and self.names:
            if found is not None or schema.IMAGES.split('/')[0] not in self.names:
                self._refuse(path)
            observations = self.group('observations')
            if isinstance(self._item(observations, 'images'), h5py.Dataset):
                self._refuse(path)

    @property
    def root(self) -> h5py.Group | None:
        """The file as a group, None if it could not be opened."""
        return self._file

    @property
    def version(self) -> tuple[int, ...]:
        """The version of the schema, (0,) where it cannot be read."""
        return schema.version_of(str(self.attributes.get('schema_version', '')))

    @property
    def camera_names(self) -> list[str]:
        """Names of the cameras, also of those that cannot be opened, the primary one first."""
        primary = self.attributes.get('primary_camera')
        names = self._names(self.group(schema.IMAGES), schema.IMAGES)
        first = [primary] if isinstance(primary, str) else []
        return [*first, *(name for name in names if name != primary)]

    @property
    def cameras(self) -> dict[str, h5py.Group]:
        """The groups of the cameras that can be opened, the primary one first."""
        images = self.group(schema.IMAGES)
        groups = {name: self._item(images, name) for name in self._names(images, schema.IMAGES)}
        primary = self.attributes.get('primary_camera')
        known = {name: group for name, group in groups.items() if isinstance(group, h5py.Group)}
        return dict(sorted(known.items(), key=lambda entry: entry[0] != primary))

    def group(self, name: str) -> h5py.Group | None:
        """Return a group, None if it is not there or cannot be opened."""
        item = self._file
        for part in name.split('/'):
            item = self._item(item, part)
        return item if isinstance(item, h5py.Group) else None

    def attributes_of(self, group: h5py.Group | None, name: str) -> dict[str, Any]:
        """Return the attributes of a group that can be read."""
        return self._attributes(group, name)

    def dataset(self, group: h5py.Group | None, wanted: schema.Column) -> h5py.Dataset | None:
        """Return a dataset whose shape fits the schema, of any numeric type."""
        found = self._item(group, wanted.name)
        place = '' if group is None else f'{group.name}/{wanted.name}'.replace('//', '/')
        if not isinstance(found, h5py.Dataset):
            if group is not None and not any(place in note for note in self.notes):
                self.notes.append(f'{place} is missing')
            return None
        kinds = 'S' if np.dtype(wanted.dtype).kind == 'S' else 'fiu'
        fits = found.dtype.kind in kinds and found.shape[1:] == wanted.shape(0)[1:]
        if not fits or len(found.shape) != len(wanted.shape(0)):
            self.notes.append(f'{place} is {found.dtype} of shape {found.shape}: not of use')
            return None
        if found.nbytes > 64 * self._size:
            self.notes.append(f'{place} says that it is longer than the file')
            return None
        if found.dtype != wanted.dtype and kinds != 'S':
            self.mended.append(f'{place} is {found.dtype}, made {np.dtype(wanted.dtype)} again')
        return found

    def has(self, group: h5py.Group | None, wanted: schema.Column) -> bool:
        """Return whether a group has a column, which older versions of the schema lack."""
        try:
            return group is not None and wanted.name in group
        except READ_ERRORS:
            return False

    def rows(
        self, group: h5py.Group | None, wanted: schema.Column
    ) -> tuple[NDArray[Any], NDArray[np.bool_]] | None:
        """Return a column of the schema and which rows of it could be read, None if none."""
        found = self.dataset(group, wanted)
        if found is None:
            return None
        readable = np.ones(len(found), dtype=bool)
        try:
            values = found[:]
        except READ_ERRORS as error:
            values = np.zeros(found.shape, found.dtype)
            step = found.chunks[0] if found.chunks else max(len(found), 1)
            for start in range(0, len(found), step):
                end = min(start + step, len(found))
                try:
                    values[start:end] = found[start:end]
                except READ_ERRORS:
                    readable[start:end] = False
            self.notes.append(
                f'{found.name}: {np.count_nonzero(~readable)} of {len(found)} rows cannot be read '
                f'({reason(error)})'
            )
        if np.dtype(wanted.dtype).kind == 'u' and values.dtype.kind in 'fi':
            whole = np.isfinite(values) & (values >= 0) & (values < 2.0**53)
            readable &= of_each_row(whole)
            values = np.where(whole, values, 0)
        return values.astype(wanted.dtype), readable

    def _refuse(self, path: Path) -> None:
        try:
            layout, found = layout_of(self._file), describe_keys(self._file)
        except READ_ERRORS:
            layout, found = None, f'keys {self.names}'
        if layout is None:
            raise unknown_layout(path, found)
        raise SchemaMismatchError(
            f'{path.name}: schema mismatch: found layout {layout.value}, expected '
            f'{Layout.OURS.value} ({Layout.OURS.expected}); `episodes convert` reads it'
        )

    def _item(self, group: h5py.Group | None, name: str) -> Any:
        if not isinstance(group, h5py.Group):
            return None
        place = f'{group.name}/{name}'.replace('//', '/')
        try:
            return group[name]
        except READ_ERRORS as error:
            if ABSENT not in str(error):
                self._note(f'{place} cannot be opened ({reason(error)})')
            return None

    def _names(self, group: h5py.Group | None, what: str) -> list[str]:
        try:
            return [] if group is None else sorted(group)
        except READ_ERRORS as error:
            self._note(f'{what} cannot be listed ({reason(error)})')
            return []

    def _attributes(self, target: h5py.Group | None, what: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if target is None:
            return values
        try:
            names = list(target.attrs)
        except READ_ERRORS as error:
            self._note(f'{what} cannot be read ({reason(error)})')
            return values
        for name in names:
            try:
                values[name] = _plain(target.attrs[name])
            except READ_ERRORS as error:
                self._note(f'{what}: "{name}" cannot be read ({reason(error)})')
        return values

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)


def of_each_row(values: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return for each row whether all its values are true, also where there is no row."""
    return values.all(axis=tuple(range(1, values.ndim)))


def _plain(value: Any) -> Any:
    if isinstance(value, (bytes, str)):
        return schema.decode_text(value)
    return value.item() if isinstance(value, np.generic) else value
