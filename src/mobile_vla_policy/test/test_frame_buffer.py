# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for frame_buffer.py."""

import os
import subprocess
import sys

import pytest

from mobile_vla_core.errors import ImageFormatError
from mobile_vla_policy.frame_buffer import FrameBuffer, SLOT_BYTES, SLOTS

READER = """
import sys
from mobile_vla_policy.frame_buffer import FrameBuffer
print(bytes(FrameBuffer(int(sys.argv[1])).read(int(sys.argv[2]), 5)).decode())
"""


@pytest.fixture
def buffer():
    buffer = FrameBuffer()
    yield buffer
    buffer.close()


def read(buffer, sequence, size):
    with buffer.read(sequence, size) as view:
        return bytes(view)


def test_as_many_frames_wait_as_there_are_slots(buffer):
    for sequence in range(10, 10 + SLOTS):
        buffer.write(sequence, memoryview(b'%d' % sequence))
    assert [read(buffer, n, 2) for n in range(10, 10 + SLOTS)] == [b'10', b'11', b'12', b'13']


def test_another_process_sees_the_same_memory(buffer):
    buffer.write(6, memoryview(b'hello'))
    seen = subprocess.run(
        [sys.executable, '-c', READER, str(buffer.descriptor), '6'],
        pass_fds=[buffer.descriptor],
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout == 'hello\n'


def test_a_frame_of_a_full_slot_fits_and_a_larger_one_is_refused(buffer):
    buffer.write(SLOTS - 1, memoryview(bytes(SLOT_BYTES)))
    with pytest.raises(ImageFormatError, match='lower the resolution'):
        buffer.write(0, memoryview(bytes(SLOT_BYTES + 1)))


def test_untouched_slots_take_no_memory(buffer):
    buffer.write(0, memoryview(bytes(4096)))
    assert os.stat(buffer.descriptor).st_blocks * 512 <= 65536
