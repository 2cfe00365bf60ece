# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for ros_domain.py."""

from contextlib import ExitStack
import socket

import pytest

from mobile_vla_core import ros_domain
from mobile_vla_core.ros_domain import NoFreeDomainError, reserve_domain


def test_reserved_domains_differ():
    with ExitStack() as stack:
        held = [stack.enter_context(reserve_domain()) for _ in range(10)]
        assert len(set(held)) == 10
        assert set(held) <= set(ros_domain.DOMAINS)


def test_a_domain_is_free_again_afterwards(monkeypatch):
    with reserve_domain() as domain:
        monkeypatch.setattr(ros_domain, 'DOMAINS', range(domain, domain + 1))
        with pytest.raises(NoFreeDomainError, match='are in use'), reserve_domain():
            pass
    with reserve_domain() as again:
        assert again == domain


def test_a_domain_with_a_participant_is_not_taken(monkeypatch):
    with reserve_domain() as domain:
        monkeypatch.setattr(ros_domain, 'DOMAINS', range(domain, domain + 1))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as participant:
        participant.bind(('0.0.0.0', 7400 + 250 * domain + 10))
        with pytest.raises(NoFreeDomainError), reserve_domain():
            pass
