# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for runtime.py."""

import os
import subprocess
import sys

CODE = """
import os
from mobile_vla_train.runtime import prepare_runtime
prepare_runtime()
import torch, time
torch.set_num_threads(1)
pixels = torch.zeros(160, 90, 160, 3, dtype=torch.uint8)
import resource
for _ in range(3):
    pixels.float()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    pixels.float()
print(os.environ['OMP_WAIT_POLICY'], resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def run(**environment):
    result = subprocess.run(
        [sys.executable, '-c', CODE],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
    )
    policy, faults = result.stdout.split()
    return policy, int(faults)


def test_freed_memory_is_used_again_without_page_faults():
    # 27 MB five times are 33750 pages of 4 KiB when every step maps them anew.
    assert run()[1] < 1000


def test_what_the_user_has_set_stays():
    assert run(OMP_WAIT_POLICY='active')[0] == 'active'
