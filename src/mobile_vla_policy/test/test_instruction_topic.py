# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for instruction_topic.py, over DDS."""

import os
import time

import pytest
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import String

from mobile_vla_policy.instruction_topic import InstructionTopic

DOMAIN = 1 + os.getpid() % 100
PATIENCE = 20.0
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
VOLATILE = QoSProfile(depth=1)


@pytest.fixture
def node(monkeypatch):
    monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    context = Context()
    rclpy.init(context=context, domain_id=DOMAIN)
    node = Node('instructed', context=context, namespace=f'/topic_{os.getpid()}')
    node.spinner = SingleThreadedExecutor(context=context)
    node.spinner.add_node(node)
    yield node
    node.spinner.shutdown()
    node.destroy_node()
    rclpy.shutdown(context=context)


def spin_until(node, condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        node.spinner.spin_once(timeout_sec=0.05)


@pytest.mark.parametrize(('qos', 'hears'), [(LATCHED, 2), (VOLATILE, 1)])
def test_an_instruction_counts_once_whoever_publishes_it(node, qos, hears):
    heard = []
    InstructionTopic(node, lambda text: heard.append(text) or '')
    publisher = node.create_publisher(String, 'instruction', qos)
    spin_until(node, lambda: publisher.get_subscription_count() == hears)
    for text in ('first', 'second', 'second', 'third'):
        before = len(heard)
        publisher.publish(String(data=text))
        spin_until(node, lambda before=before: len(heard) > before)
    assert heard == ['first', 'second', 'second', 'third']


def test_an_instruction_of_before_the_node_is_heard(node):
    publisher = node.create_publisher(String, 'instruction', LATCHED)
    publisher.publish(String(data='go left'))
    heard = []
    InstructionTopic(node, lambda text: heard.append(text) or '')
    spin_until(node, lambda: heard)
    assert heard == ['go left']
