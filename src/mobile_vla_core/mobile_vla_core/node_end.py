# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What a node spins until."""

from __future__ import annotations

from collections.abc import Callable
import threading
from typing import Any


class NodeEnd:
    """
    A future for rclpy's `spin_until_future_complete`, for as long as a node lives.

    With rclpy's own Future that function adds a callback at every event and keeps them all
    (https://github.com/ros2/rclpy/issues/1371): a recorder grew by 150 MB an hour. They all wake
    the same executor, so this one keeps the first. The first result counts.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wake: Callable[[NodeEnd], None] | None = None
        self._done = False
        self._result: Any = None

    def set_result(self, result: Any) -> None:
        """End the node; from any thread."""
        with self._lock:
            if self._done:
                return
            self._done, self._result, wake = True, result, self._wake
        if wake:
            wake(self)

    def result(self) -> Any:
        """Return the result, None while there is none."""
        return self._result

    def done(self) -> bool:
        """Return whether the node is to end."""
        return self._done

    def cancelled(self) -> bool:
        """Return False: the end of a node is never taken back."""
        return False

    def add_done_callback(self, callback: Callable[[NodeEnd], None]) -> None:
        """Call back when the node is to end; only the first to ask is called."""
        with self._lock:
            first, self._wake = self._wake is None, self._wake or callback
            late = first and self._done
        if late:
            callback(self)
