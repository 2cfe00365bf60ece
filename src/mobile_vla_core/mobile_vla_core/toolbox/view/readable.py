# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever a damaged file makes the libraries raise, as one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...episodes.damage import READ_ERRORS, reason, REMEDY
from ...errors import EpisodeError, MobileVlaError


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """
    Read an episode in this context.

    :raises EpisodeError: if it is damaged, naming the file, what is wrong and what to do
    """
    try:
        yield
    except EpisodeError:
        raise
    except MobileVlaError as error:
        raise EpisodeError(f'{path.name}: {error}; {REMEDY}') from error
    except READ_ERRORS as error:
        raise EpisodeError(f'{path.name} is damaged: {reason(error)}; {REMEDY}') from error
