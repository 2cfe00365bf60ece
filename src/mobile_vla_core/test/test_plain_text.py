# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

from mobile_vla_core.plain_text import plain_text


def test_hangul_is_written_in_letters_that_every_font_has():
    assert plain_text('상자 왼쪽 1box é') == 'sangja oenjjog 1box é'
