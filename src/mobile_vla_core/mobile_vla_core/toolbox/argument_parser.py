# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The parser of `episodes`, which tells a wrong argument as a JSON document too."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any, NoReturn

from .output import JSON, print_json


class Parser(ArgumentParser):
    """Prints `{"error": …}` on stdout when the arguments hold JSON and are wrong."""

    _asked = False

    def parse_known_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:
        """Parse, and keep in mind whether JSON is asked for."""
        self._asked = JSON in (args or ())
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and end the program with status 2."""
        if self._asked:
            print_json({'error': message})
        super().error(message)
