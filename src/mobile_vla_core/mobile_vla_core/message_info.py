# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""When the middleware sent and had a message, for callbacks of any distribution of ROS 2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def with_info(callback: Callable[[Any, dict], None], subscription: type) -> Callable:
    """
    Return a callback that a subscription can call which knows no information on messages.

    Humble gives its callbacks the message alone; from Iron on, rclpy looks at the parameters.

    :param callback: takes a message, and {'source_timestamp': …, 'received_timestamp': …} [ns],
        which is empty where it is not told
    :param subscription: the class rclpy.subscription.Subscription
    """
    if hasattr(subscription, 'CallbackType'):
        return callback

    def take(message: Any, info: dict | None = None) -> None:
        callback(message, info or {})

    return take
