# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A node as a process: its command line, its signals, and an end with the base at rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
import signal
import sys
import time
from typing import Any, Protocol

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from rclpy.utilities import remove_ros_args

from mobile_vla_core.dds_memory import remove_dead_segments
from mobile_vla_core.errors import ConfigError
from mobile_vla_core.node_arguments import answer_arguments, warn_of_mistyped_parameters
from mobile_vla_core.node_end import NodeEnd
from mobile_vla_core.shutdown_signal import ShutdownSignal

from .relayed_output import RelayedOutput

_LAST_WORDS = 0.5
"""Time for those who wait for the end of something to hear of it [s]."""


class DrivingNode(Protocol):
    """What a node that commands the base adds to an rclpy node."""

    def begin(self) -> bool:
        """Do what is to be done before anything is received; False ends the process."""

    def stop(self) -> None:
        """Give the base zero and wait until it has it, but not for long."""

    @property
    def busy(self) -> bool:
        """Whether somebody has to be told something yet, after `stop`."""


def run_node(
    name: str,
    about: str,
    declare: Callable[[Any], Any],
    make: Callable[[NodeEnd], DrivingNode],
    arguments: Sequence[str] | None,
) -> int:
    """
    Run a node until it is told to end; the base has its zero before this returns.

    :param about: for --help
    :param declare: declares the node's parameters
    :param make: makes the node; it may end the process by the NodeEnd
    :param arguments: the command line, the process's own when None
    :return: the exit status
    """
    given = remove_ros_args(sys.argv if arguments is None else arguments)[1:]
    answer = answer_arguments(name, about, given, declare)
    if answer is not None:
        return answer
    remove_dead_segments()
    finished = NodeEnd()
    with RelayedOutput(name), ShutdownSignal(lambda: finished.set_result(0)):
        _end_with_terminal()
        rclpy.init(args=arguments, signal_handler_options=SignalHandlerOptions.NO)
        try:
            return _spin(make(finished), finished)
        except ConfigError as error:
            print(f'{name}: {error}', file=sys.stderr)
            return 1
        finally:
            rclpy.try_shutdown()


def _end_with_terminal() -> None:
    """Let ShutdownSignal, which hears every signal that has a handler, end it by SIGHUP too."""
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
        signal.signal(signal.SIGHUP, lambda *_: None)


def _spin(node: DrivingNode | Node, finished: NodeEnd) -> int:
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    try:
        warn_of_mistyped_parameters(node)
        if not node.begin():
            return 1
        executor.spin_until_future_complete(finished)
        return finished.result()
    finally:
        finished.set_result(1)  # After an exception too: nothing is begun any more.
        node.stop()
        with suppress(Exception):  # The base is at rest, and what went wrong is told elsewhere.
            _answer(node, executor)
        executor.shutdown()
        node.destroy_node()


def _answer(node: DrivingNode, executor: SingleThreadedExecutor) -> None:
    """Let the node tell what it has to tell, but not for long."""
    if not node.busy:
        return
    deadline = time.monotonic() + _LAST_WORDS
    while node.busy and time.monotonic() < deadline:
        executor.spin_once(_LAST_WORDS / 10.0)
    for _ in range(5):  # The answers are on their way to those who asked.
        executor.spin_once(0.0)
