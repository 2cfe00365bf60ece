# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures made from real ROS messages; what else they do is tested where Picture lives."""

from sensor_msgs.msg import CompressedImage, Image

from mobile_vla_core.picture import COMPRESSED, Picture


def test_a_picture_borrows_the_fields_of_an_image():
    message = Image(height=2, width=3, step=12, encoding='bgr8', data=bytes(range(24)))
    message.header.stamp.sec, message.header.stamp.nanosec = 7, 500_000_000
    message.header.frame_id = 'camera'
    picture = Picture.from_message(message)
    assert (picture.height, picture.width, picture.step) == (2, 3, 12)
    assert (picture.encoding, picture.stamp, picture.frame_id) == ('bgr8', 7.5, 'camera')
    assert bytes(picture.data) == bytes(range(24))
    message.data[0] = 99
    assert picture.data[0] == 99  # borrowed, not copied


def test_a_compressed_image_knows_its_own_size():
    picture = Picture.from_message(CompressedImage(format='jpeg', data=b'\xff\xd8\xff\xe0'))
    assert picture.encoding == COMPRESSED
    assert picture.is_jpeg
    assert (picture.height, picture.stamp, picture.size) == (0, 0.0, 4)
