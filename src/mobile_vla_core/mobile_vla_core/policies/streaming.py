# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Serve a network one frame at a time."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray
import torch
from torch import Tensor

from ..action_space import ActionType, as_action
from ..chunk_player import Chunk
from ..instruction import check_instruction
from ..policy_card import PolicyCard
from .base import PolicyError
from .network import PolicyNetwork, PolicyOutput


class StreamingPolicy:
    """
    A `Policy` around a network: each frame is encoded once, the last W features are kept.

    The head runs again from zero state over the window at every step. Carrying the LSTM's state
    from step to step would be another policy than the one trained.

    :param network: put into evaluation mode and moved to `device`
    :param card: what the network was trained for
    """

    def __init__(self, network: PolicyNetwork, card: PolicyCard, device: str = 'cpu') -> None:
        self.card = card
        self.network = network.to(device).eval().requires_grad_(False)
        self._device = torch.device(device)
        self._tokens: Tensor | None = None
        self._features: deque[Tensor] = deque(maxlen=network.window)
        self._stamp = 0.0

    def reset(self, instruction: str) -> None:
        """Forget every frame and take up an instruction."""
        self._features.clear()
        self._tokens = self.network.tokenize([check_instruction(instruction)]).to(self._device)

    def observe(self, frame: NDArray[np.uint8], stamp: float) -> None:
        """See the next frame, shape (H, W_px, 3) uint8, captured at `stamp` [s]."""
        if self._tokens is None:
            raise PolicyError('the policy has no instruction yet: call reset(instruction) first')
        expected = (self.card.preprocessing.height, self.card.preprocessing.width, 3)
        if frame.shape != expected or frame.dtype != np.uint8:
            raise PolicyError(
                f'expected a preprocessed frame of shape {expected} uint8, '
                f'found {frame.shape} {frame.dtype}'
            )
        with torch.inference_mode():
            pixels = torch.tensor(frame, device=self._device).permute(2, 0, 1)[None]
            feature = self.network.encode(pixels, self._tokens)
        if not self._features:
            self._features.extend([feature] * (self.network.window - 1))
        self._features.append(feature)
        self._stamp = stamp

    def predict(self) -> Chunk:
        """
        Return the chunk whose first action is due at the newest frame's capture.

        :raises ActionSpaceError: if the network's output is NaN or far out of range
        """
        output = self.output()
        normalised = output.velocity[0].float().cpu().numpy()
        self.card.codec.check_prediction(normalised)
        velocity = self.card.codec.denormalise(normalised)
        action_type = output.type_logits[0].argmax(dim=-1).cpu().numpy()
        velocity[action_type == ActionType.STOP] = 0.0
        return Chunk(
            actions=as_action(velocity, action_type),
            stamp=self._stamp,
            step_period=self.card.step_period,
        )

    def output(self) -> PolicyOutput:
        """
        Return what the network says about the window, before any decoding.

        :raises PolicyError: before the first frame
        """
        if not self._features:
            raise PolicyError('the policy has seen no frame since its reset: call observe() first')
        with torch.inference_mode():
            return self.network.act(torch.stack(tuple(self._features), dim=1))
