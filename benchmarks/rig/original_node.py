# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Drive as the first system did: the model runs inside the timer callback of the only thread."""

from __future__ import annotations

import os
import sys

from geometry_msgs.msg import Twist
import rclpy
from rclpy.qos import qos_profile_sensor_data
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import Image
import torch

from mobile_vla_core.checkpoint import load_policy
from mobile_vla_core.images import to_rgb


def main(checkpoint: str, rate: float, threads: int, instruction: str, priority: int) -> None:
    """Run until killed."""
    torch.set_num_threads(threads)
    if priority:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))
    policy = load_policy(checkpoint)
    policy.reset(instruction)
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)  # SIGTERM ends it at once.
    node = rclpy.create_node('original')
    publisher = node.create_publisher(Twist, 'cmd_vel', 1)
    newest: list[Image] = []

    def on_image(message: Image) -> None:
        newest[:] = [message]

    def on_timer() -> None:
        if not newest:
            return
        message = newest[0]
        rgb = to_rgb(message.data, message.height, message.width, message.step, message.encoding)
        stamp = message.header.stamp.sec + message.header.stamp.nanosec * 1e-9
        policy.observe(policy.card.preprocessing.from_rgb(rgb), stamp)
        action = policy.predict().actions[0]
        twist = Twist()
        twist.linear.x, twist.linear.y, twist.angular.z = map(float, action[:3])
        publisher.publish(twist)

    node.create_subscription(Image, 'camera/image_raw', on_image, qos_profile_sensor_data)
    node.create_timer(1.0 / rate, on_timer)
    rclpy.spin(node)


if __name__ == '__main__':
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
