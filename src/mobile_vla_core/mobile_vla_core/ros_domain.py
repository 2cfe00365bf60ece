# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A ROS 2 domain of one's own, so that simulations and tests can run side by side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
import fcntl
from pathlib import Path
import random
import socket
import tempfile

from .dds_memory import remove_dead_segments
from .errors import MobileVlaError

DOMAINS = range(1, 101)
"""Domains whose ports lie below Linux's ephemeral ones; 0 is everyone's default."""


class NoFreeDomainError(MobileVlaError):
    """Every domain is taken."""


@contextmanager
def reserve_domain() -> Iterator[int]:
    """
    Hold a domain id that no other caller on this machine holds and no ROS 2 process uses.

    Before and afterwards the memory that killed ROS 2 processes left is given back.

    :raises NoFreeDomainError: if all are taken
    """
    remove_dead_segments()
    for domain in random.sample(DOMAINS, len(DOMAINS)):
        with (Path(tempfile.gettempdir()) / f'mobile_vla_domain_{domain}.lock').open('a') as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            if _in_use(domain):
                continue
            try:
                yield domain
            finally:
                remove_dead_segments()
            return
    raise NoFreeDomainError(
        f'all ROS 2 domains from {DOMAINS[0]} to {DOMAINS[-1]} are in use: end some ROS processes'
    )


def _in_use(domain: int) -> bool:
    # Ports of the first participant, DDSI-RTPS 2.5, 9.6.2.4: PB + DG * domain + d1 or d3.
    base = 7400 + 250 * domain
    for port in (base + 10, base + 11):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(('127.0.0.1', port))
            except OSError:
                return True
    return False
