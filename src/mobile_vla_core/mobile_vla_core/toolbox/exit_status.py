# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The exit status of a verb that does one thing with each of many files."""

from __future__ import annotations

WELL = 0
"""All was done, and all is well."""
FOUND = 1
"""Something was found or lost, or could not be done with some of the files."""
UNABLE = 2
"""Nothing of what was asked could be done."""


def status_of(files: int, failed: int, lost: int = 0) -> int:
    """
    Return the exit status.

    :param files: how many there are
    :param failed: those with which nothing could be done
    :param lost: those of which something is lost
    """
    if files and failed == files:
        return UNABLE
    return FOUND if failed or lost else WELL
