# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Show the timing of policy nodes in a terminal: `ros2 run mobile_vla_policy latency`."""

from __future__ import annotations

import argparse
import sys
import time

from diagnostic_msgs.msg import DiagnosticArray
import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.utilities import remove_ros_args
from rich.console import Console
from rich.live import Live

from .diagnostics_publisher import TOPIC
from .latency_table import LatencyTable

_PATIENCE = 10.0
"""Time for the first diagnostics to come, with --once [s]."""


def main(arguments: list[str] | None = None) -> int:
    """Show the table until Ctrl-C; 1 when --once finds no policy node."""
    arguments = sys.argv if arguments is None else ['latency', *arguments]
    parser = argparse.ArgumentParser(prog='latency', description=__doc__)
    parser.add_argument('--once', action='store_true', help='print one table and end')
    parser.add_argument('--plain', action='store_true', help='no colours, no live screen')
    options = parser.parse_args(remove_ros_args(arguments)[1:])
    rclpy.init(args=arguments)
    try:
        return _show(options)
    except (KeyboardInterrupt, ExternalShutdownException):
        return 0
    finally:
        rclpy.try_shutdown()


def _show(options: argparse.Namespace) -> int:
    node = Node('policy_latency')
    table = LatencyTable()
    node.create_subscription(
        DiagnosticArray, TOPIC, lambda message: table.take(message, time.monotonic()), 10
    )
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    console = Console(no_color=options.plain or None)
    try:
        if options.once:
            return _once(executor, table, console)
        if options.plain or not console.is_terminal:
            return _lines(executor, table, console)
        with Live(console=console, refresh_per_second=4) as live:
            while rclpy.ok():
                live.update(table.render(time.monotonic()))
                executor.spin_once(0.25)
        return 0
    finally:
        executor.shutdown()
        node.destroy_node()


def _once(executor: SingleThreadedExecutor, table: LatencyTable, console: Console) -> int:
    deadline = time.monotonic() + _PATIENCE
    while not table.nodes and time.monotonic() < deadline:
        executor.spin_once(0.1)
    if not table.nodes:
        console.print(f'no policy node tells its timing on {TOPIC}: is one configured?')
        return 1
    console.print(table.render(time.monotonic()))
    return 0


def _lines(executor: SingleThreadedExecutor, table: LatencyTable, console: Console) -> int:
    shown: tuple[int, set[str]] = (0, set())
    while rclpy.ok():
        executor.spin_once(0.25)
        now = time.monotonic()
        newest = (table.messages, table.silent(now))
        if newest != shown:
            shown = newest
            console.print(table.render(now))
    return 0


if __name__ == '__main__':
    sys.exit(main())
