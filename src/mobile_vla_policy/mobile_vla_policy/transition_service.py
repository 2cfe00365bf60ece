# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The service ~/change_state: what has to be waited for, and what is not possible."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.lifecycle import LifecycleNode


class TransitionService:
    """
    Stand before the service that rclpy gives a lifecycle node.

    A transition that is not possible now is refused; rclpy would end the node, and so a drive.
    What *configure* has to wait for is awaited before it begins, while the node goes on answering.

    :param prepare: awaited before *configure*
    """

    def __init__(self, node: LifecycleNode, prepare: Callable[[], Awaitable[None]]) -> None:
        self._node = node
        self._prepare = prepare
        (service,) = (one for one in node.services if one.srv_type is ChangeState)
        self._change = service.callback
        service.callback = self._on_request
        # A service that waits would hold up all others of its group.
        service.callback_group = ReentrantCallbackGroup()
        service.callback_group.add_entity(service)

    async def _on_request(
        self, request: ChangeState.Request, response: ChangeState.Response
    ) -> ChangeState.Response:
        wanted = request.transition
        number = 0 if wanted.label else wanted.id
        if wanted.label == 'configure' or number == Transition.TRANSITION_CONFIGURE:
            await self._prepare()
        try:
            return self._change(request, response)
        except RuntimeError:  # As the state machine answers; callbacks' errors do not come here.
            name = wanted.label or f'number {wanted.id}'
            self._node.get_logger().warning(f'the transition {name} is not possible now')
            response.success = False
            return response
