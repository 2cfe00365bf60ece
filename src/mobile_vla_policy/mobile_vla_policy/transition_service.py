# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The service ~/change_state: what has to be waited for, and what is not possible."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetAvailableTransitions
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.lifecycle import LifecycleNode
from rclpy.service import Service


class TransitionService:
    """
    Stand before the service that rclpy gives a lifecycle node.

    A transition that is not possible now is refused with a sentence; up to Jazzy, rclpy would end
    the node, and so a drive. What *configure* has to wait for is awaited before it begins, while
    the node goes on answering.

    :param prepare: awaited before *configure*
    """

    def __init__(self, node: LifecycleNode, prepare: Callable[[], Awaitable[None]]) -> None:
        self._node = node
        self._prepare = prepare
        self._tell_available = _find_service(node, 'get_available_transitions').callback
        service = _find_service(node, 'change_state')
        self._change = service.callback
        service.callback = self._on_request
        # A service that waits would hold up all others of its group.
        service.callback_group = ReentrantCallbackGroup()
        service.callback_group.add_entity(service)

    async def _on_request(
        self, request: ChangeState.Request, response: ChangeState.Response
    ) -> ChangeState.Response:
        wanted = self._find(request.transition)
        if wanted is not None and wanted.id == Transition.TRANSITION_CONFIGURE:
            await self._prepare()
            wanted = self._find(request.transition)  # The state may be another by now.
        if wanted is not None:
            return self._change(request, response)
        name = request.transition.label or f'number {request.transition.id}'
        self._node.get_logger().warning(f'the transition {name} is not possible now')
        response.success = False
        return response

    def _find(self, wanted: Transition) -> Transition | None:
        answer = GetAvailableTransitions.Response()
        answer = self._tell_available(GetAvailableTransitions.Request(), answer)
        for one in (description.transition for description in answer.available_transitions):
            # rclpy heeds the number only where no label is given.
            if one.label == wanted.label if wanted.label else one.id == wanted.id:
                return one
        return None


def _find_service(node: LifecycleNode, name: str) -> Service:
    (service,) = (one for one in node.services if one.srv_name.endswith(f'/{name}'))
    return service
