# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""What the tests want to know of a Dockerfile: its stages and their instructions."""

from __future__ import annotations

from dataclasses import dataclass, field
import json
from pathlib import Path
import re
import shlex


@dataclass
class Stage:
    """One stage: what it begins with, and (keyword, rest) of each instruction in it."""

    name: str
    base: str
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def all(self, keyword: str) -> list[str]:
        """Return what follows a keyword, each time it is used."""
        return [rest for found, rest in self.instructions if found == keyword]


class Dockerfile:
    """The stages of a Dockerfile, by name, in order; `arguments` stand before the first."""

    def __init__(self, path: Path) -> None:
        self.arguments: dict[str, str] = {}
        self.stages: dict[str, Stage] = {}
        text = re.sub(r'^\s*#.*\n', '', path.read_text(), flags=re.MULTILINE)
        stage = None
        for line in re.sub(r'\\\n\s*', ' ', text).splitlines():
            keyword, _, rest = line.strip().partition(' ')
            if keyword == 'FROM':
                base, _, name = rest.partition(' AS ')
                stage = self.stages[name] = Stage(name, base)
            elif keyword == 'ARG' and stage is None:
                name, _, value = rest.partition('=')
                self.arguments[name] = value
            elif keyword:
                stage.instructions.append((keyword, rest))

    def ancestry(self, name: str) -> list[Stage]:
        """Return a stage and those that it is built on, the oldest first."""
        stage = self.stages[name]
        older = self.ancestry(stage.base) if stage.base in self.stages else []
        return [*older, stage]

    def last(self, name: str, keyword: str) -> str | None:
        """Return what holds in the end of a stage: the last use of a keyword up to it."""
        found = [rest for stage in self.ancestry(name) for rest in stage.all(keyword)]
        return found[-1] if found else None

    def base_images(self) -> list[str]:
        """Return the images from elsewhere, with the default values of the arguments."""
        images = []
        for stage in self.stages.values():
            if stage.base not in self.stages:
                image = stage.base
                for name, value in self.arguments.items():
                    image = image.replace(f'${{{name}}}', value)
                images.append(image)
        return images


def copied(rest: str) -> list[str]:
    """Return what a COPY takes from the context; nothing when it takes it from a stage."""
    words = shlex.split(rest)
    if any(word.startswith('--from=') for word in words):
        return []
    return [word for word in words[:-1] if not word.startswith('--')]


def words_of(rest: str) -> list[str]:
    """Return the words of a command in either of its two forms."""
    return json.loads(rest) if rest.startswith('[') else shlex.split(rest)
