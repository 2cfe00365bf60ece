# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What is refused when the policy node is configured: its checkpoint, or a camera unlike it."""

from __future__ import annotations

import re
import time

from .camera_faults import mend
from .fault import HOLD, Observation, Outcome
from .stack import Stack


def refused(name: str, sentence: str, checkpoint: str = 'good', **camera: object) -> Observation:
    """
    Return a fault that is refused when the node is configured.

    :param sentence: pattern of what is said
    :param checkpoint: that is served
    :param camera: settings of the camera meanwhile
    """

    def watch(stack: Stack, slack: float) -> Outcome:
        del slack
        stack.unconfigure()
        stack.camera(**camera)
        given, said = len(stack.commands), len(stack.written())
        configured = stack.configure(checkpoint=str(stack.checkpoints[checkpoint]))
        stack.wait(lambda: re.search(sentence, stack.written()[said:]), 'the sentence', 5.0)
        time.sleep(HOLD)
        found = re.search(sentence, stack.written()[said:])
        commands = stack.commands[given:]
        moved = any(speed for _, speed in commands)
        return Outcome(
            'configured' if configured else 'refused',
            not configured and not moved and bool(commands),
            found.group(),
            None if moved else 0.0,
        )

    def end(stack: Stack) -> None:
        mend(stack)
        if not stack.configure(checkpoint=str(stack.checkpoints['good'])):
            raise RuntimeError('the good checkpoint was refused')
        stack.activate()

    return Observation(name, 'refused at configure; drives when it is right', watch, end)


CONFIGURE_FAULTS = (
    refused('checkpoint missing', r'\S+ is not a folder.*', 'missing'),
    refused('checkpoint of another schema', r'\S+ found schema "another_policy".*', 'foreign'),
    refused('camera of another shape', r'the images on .* do not fit the policy: .*', height=160),
    refused('camera at half rate from the start', r'.*the camera is too slow: .*', rate=5.0),
)
