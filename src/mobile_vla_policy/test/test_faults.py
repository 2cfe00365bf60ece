# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Some of the faults of `make faults`, and tests of how they are judged."""

from enum import Enum

from fault_suite.camera_faults import CAMERA_FAULTS
from fault_suite.checkpoints import save_good
from fault_suite.fault import seconds_to_zero
from fault_suite.node_faults import NODE_FAULTS
from fault_suite.sentence import pattern_of
from fault_suite.stack import Stack
from fault_suite.worker_faults import WORKER_FAULTS
import pytest

from mobile_vla_core.ros_domain import reserve_domain

SLACK = 0.5
"""Time that a busy machine may add to a safety limit [s]."""
QUICK = {
    'camera stops',
    'worker SIGKILL',
    'e-stop',
    'node SIGSTOP (guard)',
    'node SIGTERM',
}
"""The others are done by `make faults`, or take longer; most have a test in this folder too."""


def quick_faults():
    """Return those, in the order of the suite."""
    named = [
        (getattr(getattr(fault, '__self__', None), 'name', ''), fault)
        for fault in (*CAMERA_FAULTS, *WORKER_FAULTS, *NODE_FAULTS)
    ]
    return [pytest.param(fault, id=name) for name, fault in named if name in QUICK]


@pytest.fixture(scope='module')
def stack(tmp_path_factory):
    folder = tmp_path_factory.mktemp('faults')
    good = save_good(folder / 'good')
    with reserve_domain() as domain, Stack(domain, good, folder / 'processes.log') as stack:
        yield stack


def test_every_quick_fault_is_there():
    assert len(quick_faults()) == len(QUICK)


@pytest.mark.parametrize('fault', quick_faults())
def test_the_base_gets_zero_with_a_reason_and_the_robot_goes_on(stack, fault):
    result = fault(stack, SLACK)
    assert result.ok, result


@pytest.mark.parametrize(
    ('commands', 'seconds'),
    [
        ([], 0.0),
        ([(9.9, True), (10.05, False)], 0.05),
        ([(10.05, True), (10.1, True), (10.15, False), (10.2, False)], 0.15),
        ([(10.05, False), (10.1, True), (10.15, False)], 0.15),
        ([(10.05, False), (10.1, True)], None),
    ],
)
def test_the_time_to_zero_ends_with_the_first_zero_after_the_last_command_that_moves(
    commands, seconds
):
    found = seconds_to_zero(commands, since=10.0)
    assert found == (seconds if seconds is None else pytest.approx(seconds))


def test_a_reason_is_known_by_all_but_its_fields():
    class Reason(Enum):
        OLD = 'the image on {topic} is {age:.2f} s old (limit)'

    pattern = pattern_of(Reason.OLD)
    assert pattern.fullmatch('the image on /camera is 0.61 s old (limit)')
    assert not pattern.fullmatch('the image on /camera is 0.61 s old')
