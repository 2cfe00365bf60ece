# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Whoever talks to a policy node of a PolicyRig: operator, program and driver."""

from __future__ import annotations

import threading

from geometry_msgs.msg import Twist
from policy_rig import PATIENCE, PolicyRig
from rclpy.action import ActionClient
from rclpy.action.client import ClientGoalHandle
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.task import Future
from std_msgs.msg import String

from mobile_vla_msgs.action import FollowInstruction


class PolicyClient:
    """
    Talk to the node, on the rig's own ROS node; a context manager.

    :ivar feedback: of the goals, in order
    """

    def __init__(self, rig: PolicyRig) -> None:
        self.rig = rig
        self.node: Node = rig.node
        self.namespace = self.node.get_namespace()
        self.feedback: list[FollowInstruction.Feedback] = []
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self._instructions = self.node.create_publisher(String, 'instruction', latched)
        self._driver = self.node.create_publisher(Twist, 'driver/cmd_vel', 10)
        self._action = ActionClient(self.node, FollowInstruction, 'policy/follow_instruction')
        self._stick: Twist | None = None
        self._ending = threading.Event()
        self._driving = threading.Thread(target=self._publish_stick)

    def __enter__(self) -> PolicyClient:
        self._driving.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._driving.join()
        self.rig.in_spin(self._action.destroy)

    def instruct(self, text: str) -> None:
        """Publish an instruction."""
        self.rig.wait(lambda: self._instructions.get_subscription_count() > 0)
        self._instructions.publish(String(data=text))

    def drive(self, linear_x: float | None, angular_z: float = 0.0) -> None:
        """Hold the stick there from now on, None lets it go."""
        twist = None
        if linear_x is not None:
            self.rig.wait(lambda: self._driver.get_subscription_count() > 0)
            twist = Twist()
            twist.linear.x, twist.angular.z = linear_x, angular_z
        self._stick = twist

    def commanded(self, linear_x: float, angular_z: float) -> bool:
        """Tell whether the newest command is this one."""
        twist = self.rig.twists[-1][1]
        return (twist.linear.x, twist.angular.z) == (linear_x, angular_z)

    def follow(self, instruction: str, time_limit: float = 0.0) -> ClientGoalHandle:
        """Send a goal, which is always accepted."""
        self.feedback.clear()
        assert self._action.wait_for_server(PATIENCE)
        goal = FollowInstruction.Goal(instruction=instruction, time_limit=time_limit)
        sent = self.rig.in_spin(
            self._action.send_goal_async,
            goal,
            feedback_callback=lambda message: self.feedback.append(message.feedback),
        )
        self.rig.wait(sent.done)
        assert sent.result().accepted
        return sent.result()

    def cancel(self, goal: ClientGoalHandle) -> int:
        """Ask for the end of a goal and return the answer's code."""
        answer = self.rig.in_spin(goal.cancel_goal_async)
        self.rig.wait(answer.done)
        return answer.result().return_code

    def result(self, goal: ClientGoalHandle) -> FollowInstruction.Result:
        """Wait for the end of a goal."""
        answer = self.ask_result(goal)
        self.rig.wait(answer.done)
        return answer.result().result

    def ask_result(self, goal: ClientGoalHandle) -> Future:
        """Ask for the end of a goal, which is answered when there is one."""
        return self.rig.in_spin(goal.get_result_async)

    def _publish_stick(self) -> None:
        while not self._ending.wait(0.05):
            if self._stick is not None:
                self._driver.publish(self._stick)
