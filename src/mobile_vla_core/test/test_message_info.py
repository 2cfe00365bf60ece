# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

from mobile_vla_core.message_info import with_info


class OfHumble:
    pass


class OfIron:
    CallbackType = ('MessageOnly', 'WithMessageInfo')


def test_a_callback_is_told_when_a_message_came_or_that_it_is_unknown():
    heard = []
    callback = with_info(lambda message, info: heard.append((message, info)), OfHumble)
    callback('a')
    callback('b', {'source_timestamp': 5})
    assert heard == [('a', {}), ('b', {'source_timestamp': 5})]


def test_where_rclpy_looks_at_its_parameters_it_is_left_as_it_is():
    def callback(message, info):
        pass

    assert with_info(callback, OfIron) is callback
