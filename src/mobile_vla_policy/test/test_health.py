# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for health.py."""

import resource

import numpy as np
import pytest

from mobile_vla_core.action_space import ActionType
from mobile_vla_core.period_meter import PeriodMeter
from mobile_vla_core.safety import StopReason
from mobile_vla_policy.decision import Decision
from mobile_vla_policy.gates.gate import Stop
from mobile_vla_policy.health import Counts, free_memory, Health, Level
from mobile_vla_policy.prediction import Prediction
from mobile_vla_policy.tick import Tick

GOOD = Counts(frames=100, free_memory=8 * 1024**3)


@pytest.fixture
def health():
    return Health(rate=20.0, step_period=0.1)


def periods(*times):
    meter = PeriodMeter(0.05, 1000)
    for time in times:
        meter.mark(time)
    return meter.summary()


def driving(step, *, age=0.08, inference_ms=12.0, driver='policy'):
    velocity, kind = np.float32([0.5, 0.0, 0.0]), ActionType.MOVEMENT
    prediction = Prediction(velocity, kind, age, inference_ms)
    predictions = (prediction,) if step % 2 == 0 else ()
    decision = Decision(velocity, kind, chunk_age=age, predictions=predictions)
    return Tick(0.05 * step, decision, decision, driver)


def stopped(reason, sentence):
    decision = Decision(reason=reason, sentence=sentence)
    return Tick(0.0, decision, decision, '')


def row(health, name, counts=GOOD, period=None):
    rows = health.rows(counts, period or periods())
    (found,) = [row for row in rows if row.name == name]
    return found


def test_before_anything_happened_there_are_no_figures_and_nothing_is_wrong(health):
    rows = health.rows(GOOD, periods())
    assert {row.level for row in rows} == {Level.OK}
    assert row(health, 'driving').message == 'inactive'
    assert row(health, 'control loop').values['rate [Hz]'] == ''


def test_a_good_drive_is_ok_with_its_figures(health):
    for step in range(100):
        health.watch(driving(step))
    good = periods(*(0.05 * step for step in range(100)))
    assert {row.level for row in health.rows(GOOD, good)} == {Level.OK}
    assert row(health, 'control loop', period=good).values['period p99 [ms]'] == '50.00'
    assert row(health, 'inference').values['inference max [ms]'] == '12.00'
    assert row(health, 'image').values['image to command p50 [ms]'] == '80.00'
    assert row(health, 'driving').message == 'the policy drives'


def test_a_rate_that_is_not_kept_is_a_warning(health):
    slow = row(health, 'control loop', period=periods(*(0.06 * step for step in range(100))))
    assert (slow.level, slow.message) == (Level.WARN, '16.7 Hz instead of 20 Hz')


def test_periods_that_vary_are_a_warning(health):
    times = [0.05 * step + (0.03 if step % 10 == 5 else 0.0) for step in range(100)]
    late = row(health, 'control loop', period=periods(*times))
    assert late.level is Level.WARN
    assert 'is off by 30.0 ms' in late.message


def test_an_inference_longer_than_a_step_is_a_warning(health):
    for step in range(10):
        health.watch(driving(step, inference_ms=130.0))
    slow = row(health, 'inference')
    assert slow.level is Level.WARN
    assert 'takes 130 ms or more, a step of the policy 100 ms' in slow.message


def test_a_restart_is_a_warning_once(health):
    health.watch(driving(0))
    counts = Counts(restarts=2, free_memory=GOOD.free_memory)
    assert row(health, 'inference', counts).level is Level.WARN
    again = row(health, 'inference', counts)
    assert (again.level, again.values['restarts']) == (Level.OK, '2')


def test_a_dead_worker_is_an_error(health):
    health.watch(stopped(StopReason.STALE_IMAGE, 'there is no image either'))
    dead = Stop(StopReason.WORKER_DOWN, 'the worker stopped')
    found = row(health, 'inference', Counts(worker=dead, free_memory=GOOD.free_memory))
    assert (found.level, found.message) == (Level.ERROR, 'the worker stopped')
    assert row(health, 'driving').message == 'there is no image either'


def test_a_worker_that_is_loading_is_no_error(health):
    loading = Stop(StopReason.WORKER_STARTING, 'it is loading')
    assert row(health, 'inference', Counts(worker=loading)).level is Level.OK


@pytest.mark.parametrize(
    ('reason', 'level'),
    [
        (StopReason.NO_INSTRUCTION, Level.WARN),
        (StopReason.NO_CHUNK, Level.WARN),
        (StopReason.NOT_ARMED, Level.WARN),
        (StopReason.TAKEN_OVER, Level.WARN),
        (StopReason.EMERGENCY_STOP, Level.ERROR),
        (StopReason.STALE_IMAGE, Level.ERROR),
    ],
)
def test_a_stop_is_told_with_its_reason(health, reason, level):
    health.watch(stopped(reason, 'this is why'))
    found = row(health, 'driving')
    assert (found.level, found.message) == (level, 'this is why')
    health.pause()
    assert row(health, 'driving').message == 'inactive'


def test_warnings_and_dropped_frames_are_warnings(health):
    health.watch(driving(0))
    counts = Counts(frames=90, dropped=10, free_memory=GOOD.free_memory, warnings=('slow camera',))
    assert row(health, 'driving', counts).message == 'slow camera'
    assert row(health, 'image', counts).message == '10.0% of the frames dropped'


@pytest.mark.parametrize(('mib', 'level'), [(64, Level.ERROR), (256, Level.WARN), (900, Level.OK)])
def test_little_memory_is_told(health, mib, level):
    assert row(health, 'memory', Counts(free_memory=mib * 1024**2)).level is level


def test_the_machines_free_memory_is_read():
    assert 0 < free_memory() < 2**50


def test_free_memory_that_cannot_be_read_is_a_warning_and_no_error(health):
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))  # As when all are in use.
    try:
        unknown = free_memory()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    found = row(health, 'memory', Counts(free_memory=unknown))
    assert (found.level, found.message) == (Level.WARN, 'unknown')


def test_every_prediction_counts_however_many_come_between_two_commands(health):
    velocity = np.zeros(3, np.float32)
    predictions = tuple(
        Prediction(velocity, ActionType.STOP, 0.1, inference_ms) for inference_ms in (10.0, 20.0)
    )
    decision = Decision(predictions=predictions)
    health.watch(Tick(0.0, decision, decision, 'policy'))
    values = row(health, 'inference').values
    assert (values['inference p50 [ms]'], values['inference max [ms]']) == ('10.00', '20.00')
