# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for instruction_swap.py."""

import numpy as np
import pytest

from mobile_vla_core.motion import LEFT, NO_SIDE, RIGHT
from mobile_vla_train.validation.instruction_swap import swap_score, SwapPair


def drive(lateral):
    """Return chunks (T, 2, 4) that strafe at these speeds."""
    chunks = np.zeros((len(lateral), 2, 4), np.float32)
    chunks[:, :, 1] = np.asarray(lateral)[:, None]
    return chunks


def pair(asked, swapped, side):
    return SwapPair(drive(asked), drive(swapped), side, 0.1)


def test_the_side_follows_when_each_instruction_leads_to_its_own_side():
    assert pair([0.0, 0.4, 0.1], [0.0, -0.3, 0.1], LEFT).follows
    assert pair([-0.4], [0.3], RIGHT).follows


def test_the_side_does_not_follow_a_policy_that_is_deaf_or_contrary_or_half_hearted():
    assert not pair([0.4], [0.4], LEFT).follows
    assert not pair([-0.4], [0.3], LEFT).follows
    assert not pair([0.4], [0.1], LEFT).follows


def test_the_score_counts_only_sided_episodes_for_the_share():
    score = swap_score(
        [pair([0.4], [-0.4], LEFT), pair([0.4], [0.4], LEFT), pair([0.2], [0.0], NO_SIDE)]
    )
    assert score['episodes'] == 3
    assert (score['sided_episodes'], score['follows']) == (2, 0.5)
    assert score['mean_linear_y'] == pytest.approx((0.8 + 0.0 + 0.2) / 3)
    assert score['mean_sideways'] == pytest.approx((0.16 + 0.0 + 0.04) / 3)


def test_without_a_swapped_episode_there_is_no_score():
    assert swap_score([]) == {'episodes': 0}
