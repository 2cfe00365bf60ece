# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for camera_frame.py."""

from sensor_msgs.msg import CompressedImage, Image

from mobile_vla_policy.camera_frame import CameraFrame, JPEG


def test_an_image_keeps_its_fields_and_lends_its_bytes():
    message = Image(height=2, width=3, step=12, encoding='rgb8', data=bytes(range(24)))
    message.header.stamp.sec, message.header.stamp.nanosec = 17, 250_000_000
    frame = CameraFrame.from_message(message, received=99.0)
    assert (frame.stamp, frame.height, frame.width, frame.step) == (17.25, 2, 3, 12)
    assert frame.encoding == 'rgb8'
    assert frame.data.obj is message.data


def test_a_compressed_image_is_a_jpeg():
    frame = CameraFrame.from_message(CompressedImage(format='jpeg', data=b'\xff\xd8'), 99.0)
    assert frame.encoding == JPEG
    assert bytes(frame.data) == b'\xff\xd8'


def test_an_image_without_a_stamp_has_that_of_its_arrival():
    assert CameraFrame.from_message(Image(), received=99.0).stamp == 99.0
