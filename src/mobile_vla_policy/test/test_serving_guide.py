# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Hold docs/serving.md against the program."""

from pathlib import Path
import re

import pytest

from mobile_vla_core.safety import StopReason
from mobile_vla_policy.guard.command_guard import GuardReason

GUIDE = Path(__file__).resolve().parents[3] / 'docs' / 'serving.md'
pytestmark = pytest.mark.skipif(not GUIDE.exists(), reason='the package is tested without docs')


def test_every_reason_is_in_the_guide_and_no_other():
    named = re.findall(r'^\| `([A-Z_]+)` \|', GUIDE.read_text(), re.MULTILINE)
    assert sorted(named) == sorted(reason.name for reason in (*StopReason, *GuardReason))
