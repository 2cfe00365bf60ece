# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""One simulator and one policy node in a ROS domain of their own, and the trials driven there."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from mobile_vla_core.ros_domain import reserve_domain

from .process import Process, start_node
from .trial import Trial, TrialResult
from .trial_driver import TrialDriver


@dataclass(frozen=True)
class LaneSettings:
    """What every lane of an evaluation shares."""

    checkpoint: Path
    folder: Path
    """Logs go here."""
    rate: float = 20.0
    disturbance: float = 0.0
    added_latency: float = 0.0
    """Every prediction comes so much later [s]."""
    latency_compensation: bool = True
    max_chunk_age: float = 0.5
    """Oldest image behind a prediction in use [s]."""


class EvaluationLane:
    """Context manager: starts both nodes, ends them however the trials went."""

    def __init__(self, settings: LaneSettings, index: int) -> None:
        self._settings = settings
        self._index = index
        self.domain = 0
        self._stack = ExitStack()
        self._processes: list[Process] = []

    def __enter__(self) -> EvaluationLane:
        with ExitStack() as stack:
            self.domain = stack.enter_context(reserve_domain())
            settings = self._settings
            logs = settings.folder / 'logs' / f'lane_{self._index}'
            policy = {
                'checkpoint': settings.checkpoint,
                'rate': settings.rate,
                'added_latency': settings.added_latency,
                'max_chunk_age': settings.max_chunk_age,
                # Lanes that start side by side slow each other's cameras down for a while.
                'camera_wait': 0.0,
                'latency_compensation': str(settings.latency_compensation).lower(),
            }
            for package, executable, parameters in (
                ('mobile_vla_sim', 'sim', {}),
                ('mobile_vla_policy', 'policy', policy),
            ):
                log = logs / f'{executable}.log'
                process = start_node(package, executable, self.domain, parameters, log)
                self._processes.append(stack.enter_context(process))
            self._driver = TrialDriver(self.domain, settings.disturbance, self._check)
            stack.callback(self._driver.close)
            self._driver.connect()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def run(self, trial: Trial) -> TrialResult:
        """
        Drive one trial in real time.

        :raises MobileVlaError: if the simulator or the policy node stopped working
        """
        return self._driver.run(trial)

    def _check(self) -> None:
        for process in self._processes:
            process.check()
