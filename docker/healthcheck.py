# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""
Tell whether a node answers: exit status 0 when it lists its parameters in time, else 1.

HEALTH_NODE names it, such as /policy; without it there is nothing to ask, and all is well.
"""

from __future__ import annotations

import os
import sys

from rcl_interfaces.srv import ListParameters
import rclpy

SECONDS = 8.0
"""Discovery takes up to 4 s; Docker waits for 10 s."""


def answers(name: str) -> bool:
    """Ask the node of this name for its parameters."""
    rclpy.init()
    try:
        node = rclpy.create_node(f'healthcheck_{os.getpid()}', start_parameter_services=False)
        client = node.create_client(ListParameters, f'{name}/list_parameters')
        if not client.wait_for_service(SECONDS):
            return False
        future = client.call_async(ListParameters.Request())
        rclpy.spin_until_future_complete(node, future, timeout_sec=SECONDS)
        return future.done()
    finally:
        rclpy.shutdown()


def main() -> int:
    """Ask, print one line when there is no answer, return the exit status."""
    name = os.environ.get('HEALTH_NODE', '')
    if not name or answers(name):
        return 0
    print(f'{name} does not answer')
    return 1


if __name__ == '__main__':
    sys.exit(main())
