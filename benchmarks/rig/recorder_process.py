# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The installed recorder: its services, and what it holds of the machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
import os
from pathlib import Path
import subprocess
import time

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_srvs.srv import Trigger

from mobile_vla_msgs.msg import RecorderStatus
from mobile_vla_msgs.srv import StartEpisode, StopEpisode

from .robot_process import CameraSource

TIMEOUT = 60.0


@dataclass(frozen=True)
class Memory:
    """Of a process, in MB (10^6 bytes)."""

    resident: float
    proportional: float
    """Memory shared with other processes counts by its share."""
    anonymous: float
    """Not backed by a file: neither programs nor the segments of the middleware."""


class RecorderProcess:
    """Records the cameras given; for a `with` statement."""

    def __init__(self, node: Node, output: Path, cameras: Sequence[CameraSource]) -> None:
        self._node = node
        self._log = output / 'recorder.log'
        program = Path(os.environ['MOBILE_VLA_INSTALL']) / 'mobile_vla_recorder/lib'
        values = {
            'output': output,
            'camera_names': [camera.name for camera in cameras],
            'image_topics': [camera.topic for camera in cameras],
            'camera_timeout': 30.0,
            'command_timeout': 30.0,
        }
        command = [str(program / 'mobile_vla_recorder/recorder'), '--ros-args']
        for name, value in values.items():
            command += ['-p', f'{name}:={value}']
        with self._log.open('w') as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        self._files = Path(f'/proc/{self._process.pid}')
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self._status = RecorderStatus()
        self._subscription = node.create_subscription(
            RecorderStatus, 'recorder/status', self._on_status, latched
        )
        self._clients = {
            name: node.create_client(kind, f'recorder/{name}')
            for name, kind in (
                ('start', StartEpisode),
                ('stop', StopEpisode),
                ('discard', Trigger),
            )
        }

    def __enter__(self) -> RecorderProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(TIMEOUT)
        for client in self._clients.values():
            self._node.destroy_client(client)
        self._node.destroy_subscription(self._subscription)

    def call(self, name: str, **fields: str):
        """Return the answer of a service; RuntimeError when it refused."""
        answer = self._ask(name, **fields)
        if not answer.success:
            raise RuntimeError(f'{name}: {answer.message}\n{self._log.read_text()[-2000:]}')
        return answer

    def wait_until_it_starts(self) -> None:
        """Ask for an episode until one starts: cameras and recorder have then met."""
        end = time.monotonic() + TIMEOUT
        while not (answer := self._ask('start', instruction='go')).success:
            if time.monotonic() > end:
                raise TimeoutError(f'start: {answer.message}\n{self._log.read_text()[-2000:]}')
            time.sleep(0.3)

    def dropped(self) -> dict[str, int]:
        """Return the pictures of each camera that it says it dropped in this episode."""
        return dict(zip(self._status.camera_names, self._status.camera_dropped, strict=True))

    def memory(self) -> Memory:
        """Return what it holds now."""
        rows = (line.split() for line in (self._files / 'smaps_rollup').read_text().splitlines())
        values = {row[0]: int(row[1]) * 1024e-6 for row in rows if row[-1] == 'kB'}
        return Memory(values['Rss:'], values['Pss:'], values['Anonymous:'])

    def handles(self) -> int:
        """Return how many file descriptors are open."""
        return len(list((self._files / 'fd').iterdir()))

    def threads(self) -> int:
        """Return how many threads run."""
        return len(list((self._files / 'task').iterdir()))

    def _ask(self, name: str, **fields: str):
        client = self._clients[name]
        if not client.wait_for_service(TIMEOUT):
            raise TimeoutError(f'no service {name}:\n{self._log.read_text()[-2000:]}')
        future = client.call_async(client.srv_type.Request(**fields))
        self._node.executor.spin_until_future_complete(future, TIMEOUT)
        if not future.done():
            raise TimeoutError(f'{name} was not answered within {TIMEOUT:g} s')
        return future.result()

    def _on_status(self, status: RecorderStatus) -> None:
        if status.state == 'recording':
            self._status = status
