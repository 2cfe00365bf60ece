# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import numpy as np

from mobile_vla_recorder.recording.joints import joint_row


def test_values_are_put_in_the_order_of_the_file_and_what_is_not_given_is_nan():
    assert joint_row(['left', 'right'], ['right', 'left'], [2.0, 1.0]) == [1.0, 2.0]
    np.testing.assert_equal(joint_row(['left', 'right'], ['left'], [1.0]), [1.0, np.nan])
    np.testing.assert_equal(joint_row(['left'], ['left'], []), [np.nan])
