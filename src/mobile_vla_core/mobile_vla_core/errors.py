# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Exceptions of the suite; every one derives from MobileVlaError."""


class MobileVlaError(Exception):
    """Base class: its text is one sentence that a user can act on."""


class ActionShapeError(MobileVlaError):
    """An action array does not have the expected shape."""

    def __init__(self, expected: str, actual: tuple[int, ...]) -> None:
        super().__init__(f'expected an action array of shape {expected}, found {tuple(actual)}')


class ActionSpaceError(MobileVlaError):
    """Two action spaces that must agree do not: names, units, scale or limits."""


class ImageFormatError(MobileVlaError):
    """Image bytes that do not match their declared encoding or size."""


class EpisodeError(MobileVlaError):
    """An episode, or a folder of episodes, that cannot be used."""


class EpisodeWriteError(EpisodeError, OSError):
    """
    An episode that the disk does not take; an OSError as well, whose errno may be None.

    :ivar reason: why, in a few words
    """

    def __init__(self, text: str, reason: str = '', number: int | None = None) -> None:
        super().__init__(text)
        self.reason = reason or text
        self.errno = number


class EpisodeOpenError(EpisodeError):
    """A file that the HDF5 library cannot open."""


class SchemaMismatchError(EpisodeError):
    """A readable file whose layout is not the one expected."""


class InstructionError(MobileVlaError):
    """An instruction that is missing or cannot be used."""


class CheckpointError(MobileVlaError):
    """A checkpoint directory that is missing, foreign, incomplete or tampered with."""


class ConfigError(MobileVlaError):
    """A configuration value that is unknown or out of range."""
