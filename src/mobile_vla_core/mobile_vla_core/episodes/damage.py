# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What a damaged file makes the HDF5 library raise, said in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
import re
from typing import Any, TypeVar

import h5py
import numpy as np

from ..errors import EpisodeError
from .schema import Column

READ_ERRORS = (
    OSError,
    RuntimeError,
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    OverflowError,
    MemoryError,
    SystemError,
)
"""Of a torn or foreign file; h5py knows no narrower class."""
ABSENT = "doesn't exist"
"""What HDF5 says of a name that a group does not have."""
REMEDY = 'see `episodes check`, mend a copy with `episodes repair`'

SLACK_BYTES = 64 * 1024 * 1024
"""A dataset under way may be longer than its file for a moment."""

Read = TypeVar('Read', bound=Callable[..., Any])


def reason(error: BaseException) -> str:
    """Return the first line of an error, without the library's addresses."""
    text = str(error).strip().strip('"').split('\n', 1)[0] or type(error).__name__
    inner = re.search(r'\(([^()]+)\)$', text)
    return inner.group(1) if inner else text


def named(method: Read) -> Read:
    """Let a method of an episode with a `path` raise EpisodeError and nothing of the library."""

    @wraps(method)
    def read(self: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return method(self, *arguments, **options)
        except READ_ERRORS as error:
            raise EpisodeError(
                f'{self.path.name}: its {method.__name__.strip("_")} cannot be read '
                f'({reason(error)}); {REMEDY}'
            ) from error

    return read


def column(group: h5py.Group, wanted: Column, size: int) -> h5py.Dataset:
    """
    Return a dataset of the schema.

    :param size: of the whole file [bytes]: data that cannot be in it is not made room for
    :raises EpisodeError: if it is absent, or of another type or shape
    """
    place = f'{group.name}/{wanted.name}'.replace('//', '/')
    try:
        found = group[wanted.name]
    except KeyError as error:
        if ABSENT not in str(error):
            raise
        raise EpisodeError(f'dataset {place} is missing; {REMEDY}') from error
    if not isinstance(found, h5py.Dataset):
        raise EpisodeError(f'{place} is a group, expected a dataset; {REMEDY}')
    dtype, tail = np.dtype(wanted.dtype), wanted.shape(0)[1:]
    same_type = found.dtype == dtype or found.dtype.kind == dtype.kind == 'S'
    if not same_type or len(found.shape) != 1 + len(tail) or found.shape[1:] != tail:
        expected = ', '.join(map(str, ('T', *tail)))
        raise EpisodeError(
            f'dataset {place} is {found.dtype} of shape {found.shape}, '
            f'expected {dtype} of shape ({expected}); {REMEDY}'
        )
    if found.nbytes > 2 * size + SLACK_BYTES:
        raise EpisodeError(
            f'dataset {place} says that it has {found.nbytes} bytes, the file has {size}; {REMEDY}'
        )
    return found
