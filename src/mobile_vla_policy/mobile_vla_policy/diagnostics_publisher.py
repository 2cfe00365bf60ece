# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Topic /diagnostics: how well the node does its work, once a second."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos_overriding_options import QoSOverridingOptions

from .health import HealthRow

TOPIC = '/diagnostics'
_PERIOD = 1.0


class DiagnosticsPublisher:
    """
    Publish as diagnostic_updater would, which is not among the wheels.

    :param rows: returns what is to be told now
    """

    def __init__(self, node: Node, rows: Callable[[], Sequence[HealthRow]]) -> None:
        self._node = node
        self._rows = rows
        self._publisher = node.create_publisher(
            DiagnosticArray,
            TOPIC,
            10,
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = node.create_timer(_PERIOD, self._publish, clock=steady)

    def destroy(self) -> None:
        """Remove the publisher."""
        self._node.destroy_timer(self._timer)
        self._node.destroy_publisher(self._publisher)

    def _publish(self) -> None:
        name = self._node.get_fully_qualified_name().lstrip('/')
        message = DiagnosticArray(status=[_status(name, row) for row in self._rows()])
        message.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(message)


def _status(node: str, row: HealthRow) -> DiagnosticStatus:
    return DiagnosticStatus(
        level=bytes([row.level]),
        name=f'{node}: {row.name}',
        message=row.message,
        hardware_id='',
        values=[KeyValue(key=key, value=value) for key, value in row.values.items()],
    )
