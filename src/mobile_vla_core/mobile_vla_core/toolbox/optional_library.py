# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Libraries that only some formats need, imported when such a format is asked for."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from ..errors import MobileVlaError


class MissingLibraryError(MobileVlaError):
    """A library that is needed for what was asked is not installed."""


def need(module: str, package: str, purpose: str) -> ModuleType:
    """
    Import a module that may be absent.

    :param package: what pip calls it
    :param purpose: what cannot be done without it, e.g. 'MP4 video'
    :raises MissingLibraryError: naming the line for pip
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingLibraryError(
            f'{purpose} needs the library {package} ({error}): pip install {package}'
        ) from error
