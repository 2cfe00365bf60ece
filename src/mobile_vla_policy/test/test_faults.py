# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Some of the faults of `make faults`, and tests of how they are judged."""

import contextlib
from enum import Enum
import itertools
import time

from fault_suite.braking import braking_of
from fault_suite.camera_faults import CAMERA_FAULTS
from fault_suite.checkpoints import save_good
from fault_suite.fault import Result
from fault_suite.node_faults import GUARD_LIMIT, NODE_FAULTS, start_after_kill
from fault_suite.output_faults import OUTPUT_FAULTS
from fault_suite.sentence import pattern_of
from fault_suite.stack import Stack
from fault_suite.suite import run_all
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
    'terminal takes no output, camera stops',
}
"""The others are done by `make faults`, or take longer; most have a test in this folder too."""


def quick_faults():
    """Return those, in the order of the suite."""
    faults = (*CAMERA_FAULTS, *WORKER_FAULTS, *NODE_FAULTS, *OUTPUT_FAULTS)
    return [pytest.param(fault, id=fault.name) for fault in faults if fault.name in QUICK]


@pytest.fixture(scope='module')
def stack(tmp_path_factory):
    folder = tmp_path_factory.mktemp('faults')
    saved = {'good': save_good(folder / 'good')}
    with reserve_domain() as domain, Stack(domain, saved, folder / 'processes.log') as stack:
        yield stack


def test_every_quick_fault_is_there():
    assert len(quick_faults()) == len(QUICK)


@pytest.mark.parametrize('fault', quick_faults())
def test_the_base_gets_zero_with_a_reason_and_the_robot_goes_on(stack, fault):
    result = fault.run(stack, SLACK)
    assert result.ok, result


def test_after_sigkill_the_base_is_given_zero_within_a_fifth_of_a_second(stack):
    """From the node's last command on; a busy machine gets a few tries."""
    found = []
    while not found or (min(found) > GUARD_LIMIT and len(found) < 4):
        stack.wait_until_driving()
        stack.policy.kill()
        stack.policy.wait()
        time.sleep(1.0)
        last = max(stamp for stamp, _ in stack.node_commands)
        braking = braking_of(stack.commands, last)
        assert braking is not None
        found.append(braking.zero)
        start_after_kill(stack)
    assert min(found) <= GUARD_LIMIT, found


def test_a_fault_that_fails_is_a_row_and_the_next_one_has_a_new_stack(tmp_path):
    class Broken:
        name, expected = 'broken', 'nothing'

        def run(self, stack, slack):
            raise TimeoutError('in vain')

    class Fine(Broken):
        name = 'fine'

        def run(self, stack, slack):
            return Result(self.name, self.expected, str(stack.number), recovered=True, ok=True)

    class Begun(contextlib.nullcontext):
        numbers = itertools.count()

        def __init__(self):
            super().__init__(self)
            self.number = next(self.numbers)

    rows = list(run_all([Fine(), Broken(), Fine(), Fine()], Begun, 0.0))
    assert [row.fault for row in rows] == ['fine', 'broken', 'fine', 'fine']
    assert [row.ok for row in rows] == [True, False, True, True]
    assert [row.seen for row in rows] == ['0', 'TimeoutError: in vain', '1', '1']


@pytest.mark.parametrize(
    ('commands', 'began', 'zero'),
    [
        ([(10.05, 0.0)], 0.05, 0.05),
        ([(9.9, 1.0), (10.05, 0.0)], 0.05, 0.05),
        ([(10.05, 1.0), (10.1, 1.0), (10.15, 0.0), (10.2, 0.0)], 0.15, 0.15),
        ([(10.05, 1.0), (10.1, 0.99), (10.15, 0.5), (10.2, 0.2), (10.25, 0.0)], 0.15, 0.25),
        ([(10.05, 0.0), (10.1, 1.0), (10.15, 0.0)], 0.15, 0.15),
    ],
)
def test_braking_begins_with_the_first_command_that_leads_to_the_zero_that_lasts(
    commands, began, zero
):
    assert braking_of(commands, since=10.0) == pytest.approx((began, zero))


@pytest.mark.parametrize(
    'commands', [[], [(9.9, 0.0)], [(10.05, 0.0), (10.1, 1.0)]], ids=['none', 'before', 'moves']
)
def test_a_base_that_was_given_nothing_or_still_moves_has_not_stopped(commands):
    assert braking_of(commands, since=10.0) is None


def test_a_reason_is_known_by_all_but_its_fields():
    class Reason(Enum):
        OLD = 'the image on {topic} is {age:.2f} s old (limit)'

    pattern = pattern_of(Reason.OLD)
    assert pattern.fullmatch('the image on /camera is 0.61 s old (limit)')
    assert not pattern.fullmatch('the image on /camera is 0.61 s old')
