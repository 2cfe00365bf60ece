# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for latency_table.py."""

import io

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
import pytest
from rich.console import Console

from mobile_vla_policy.latency_table import LatencyTable

NOW = 500.0


def diagnostics(node, level=0):
    values = {
        'driving': {},
        'control loop': {
            'rate [Hz]': '20.00',
            'period p50 [ms]': '50.01',
            'period max [ms]': '53',
        },
        'inference': {'inference p99 [ms]': '12.50', 'restarts': '3'},
        'memory': {'free memory [MiB]': '2048'},
    }
    return DiagnosticArray(
        status=[
            DiagnosticStatus(
                level=bytes([level if name == 'inference' else 0]),
                name=f'{node}: {name}',
                message='slow model' if name == 'inference' else 'fine',
                values=[KeyValue(key=key, value=value) for key, value in pairs.items()],
            )
            for name, pairs in values.items()
        ]
    )


def text(table, now=NOW):
    written = io.StringIO()
    Console(file=written, width=100).print(table.render(now))
    return written.getvalue()


@pytest.fixture
def table():
    return LatencyTable()


def test_before_the_first_message_it_says_that_it_waits(table):
    assert 'waiting for a policy node' in text(table)


def test_figures_stand_in_their_rows(table):
    table.take(diagnostics('robot/policy'), NOW)
    lines = text(table).splitlines()
    (period,) = [line for line in lines if 'command period [ms]' in line]
    assert '50.01' in period
    assert '53' in period
    assert any('worker restarts' in line and '3' in line for line in lines)
    assert '/robot/policy' in text(table)


def test_diagnostics_of_other_nodes_are_passed_over(table):
    battery = DiagnosticStatus(name='battery: charge', message='full')
    table.take(DiagnosticArray(status=[battery]), NOW)
    assert (table.nodes, table.messages) == ([], 0)


def test_what_is_wrong_is_named(table):
    table.take(diagnostics('policy', level=1), NOW)
    assert 'slow model' in text(table)
    table.take(diagnostics('policy'), NOW)
    assert 'slow model' not in text(table)


def test_each_node_has_its_table(table):
    table.take(diagnostics('second'), NOW)
    table.take(diagnostics('first'), NOW)
    assert table.nodes == ['first', 'second']
    assert text(table).index('/first') < text(table).index('/second')


def test_a_node_that_fell_silent_is_told_so_without_its_old_figures(table):
    table.take(diagnostics('first'), NOW)
    table.take(diagnostics('second'), NOW + 4.0)
    assert table.silent(NOW + 4.0) == {'first'}
    shown = text(table, NOW + 4.0)
    assert '/first: STALE nothing heard for 4 s: has the node ended?' in shown
    assert shown.count('50.01') == 1
    table.take(diagnostics('first'), NOW + 5.0)
    assert text(table, NOW + 5.0).count('50.01') == 2
