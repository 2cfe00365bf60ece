# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A program of the suite as a child process: found, started, watched and ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
import contextlib
import ctypes
import os
from pathlib import Path
import signal
import subprocess

from ament_index_python.packages import get_package_prefix, PackageNotFoundError

from mobile_vla_core.errors import MobileVlaError

_PATIENCE = ((signal.SIGINT, 8.0), (signal.SIGTERM, 4.0), (signal.SIGKILL, 4.0))
"""Signals to end a process with, and how long each may take [s]."""
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


class ProcessError(MobileVlaError):
    """A program that cannot be found, or that ended by itself."""


def find_executable(package: str, name: str) -> str:
    """Return the path of a program as a workspace installs it; ProcessError when not there."""
    try:
        path = Path(get_package_prefix(package)) / 'lib' / package / name
    except PackageNotFoundError as error:
        raise ProcessError(
            f'the package {package} is not installed: build the workspace and source it'
        ) from error
    if not os.access(path, os.X_OK):
        raise ProcessError(f'{path} is not a program: build the package {package} again')
    return str(path)


def start_node(
    package: str, executable: str, domain: int, parameters: Mapping[str, object], log: Path
) -> Process:
    """
    Start a node of the workspace in a ROS domain.

    :param parameters: ROS parameters by name
    :param log: file for its output
    """
    command = [find_executable(package, executable), '--ros-args']
    for key, value in parameters.items():
        command += ['-p', f'{key}:={value}']
    return Process(executable, command, log, {'ROS_DOMAIN_ID': str(domain)})


class Process:
    """
    A child in a process group of its own, with its output in a file.

    It is killed when the thread that started it ends, so none outlives a crash: start and
    stop it in one thread.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """
        Start at once.

        :param name: for error texts
        :param log: file for standard output and errors, replaced
        :param environment: variables to set besides this process's own
        """
        self.name = name
        self._log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open('wb') as output:
            self._process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
                preexec_fn=_prepare_child,
            )

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Process id, also that of its group."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def check(self) -> None:
        """Raise ProcessError, with the last line of its output, when it has ended."""
        if self.running:
            return
        lines = self._log.read_text(errors='replace').strip().splitlines()
        said = lines[-1] if lines else 'it printed nothing'
        raise ProcessError(
            f'{self.name} ended with exit code {self._process.returncode} ({said}): '
            f'see {self._log}'
        )

    def stop(self) -> int:
        """End it, asking politely first, and return its exit code; safe to call twice."""
        for number, patience in _PATIENCE:
            if not self.running:
                break
            self._process.send_signal(number)
            try:
                self._process.wait(patience)
            except subprocess.TimeoutExpired:
                continue
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)  # what it may have left behind
        return self._process.wait()


def _prepare_child() -> None:
    """Let it end with its parent, and hear SIGINT, which jobs in the background ignore."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
