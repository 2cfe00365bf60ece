# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Other sentences that ask for the same, from the plan by which the episodes were collected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from numpy.random import Generator
import yaml

from mobile_vla_core.errors import ConfigError, InstructionError
from mobile_vla_core.instruction import check_instruction, instruction_sides

from .cache import CachedEpisode


class Paraphrases:
    """
    Sentences by scenario.

    :param instructions: of each scenario
    :param share: of clips whose instruction is replaced by any of its scenario's
    :param plan: where they come from, named in errors
    """

    def __init__(
        self, instructions: Mapping[str, Sequence[str]], share: float, plan: str = 'the plan'
    ) -> None:
        self._instructions = {name: tuple(texts) for name, texts in instructions.items()}
        self._share = share
        self._plan = plan

    @classmethod
    def read(cls, plan: Path, share: float) -> Paraphrases:
        """
        Read the scenarios of a collection plan.

        :raises ConfigError: if there is none, or it holds no instructions
        """
        try:
            content = yaml.safe_load(Path(plan).expanduser().read_text(encoding='utf-8'))
            instructions = {str(row['name']): _texts(row) for row in content['scenarios']}
        except OSError as error:
            raise ConfigError(
                f'data.paraphrases: {plan} cannot be read ({error.strerror}): '
                f'give the collection plan of the episodes'
            ) from error
        except (
            UnicodeDecodeError,
            yaml.YAMLError,
            KeyError,
            TypeError,
            InstructionError,
        ) as error:
            raise ConfigError(
                f'data.paraphrases: {plan} is not a collection plan, which has scenarios with a '
                f'name and a list of instructions: {" ".join(str(error).split())}'
            ) from error
        return cls(instructions, share, str(plan))

    def check(self, episodes: Sequence[CachedEpisode]) -> list[str]:
        """
        Compare the plan with the episodes.

        :return: a sentence for each instruction that the plan does not have
        :raises ConfigError: if a scenario is not in the plan, or a sentence names another side
            than the episode that it would be shown with
        """
        notes: dict[str, str] = {}
        for episode in episodes:
            name, scenario, text = episode.name, episode.scenario, episode.instruction
            if scenario not in self._instructions:
                raise ConfigError(
                    f'{name} is of scenario "{scenario}", which {self._plan} does not have: it '
                    f'has {", ".join(self._instructions)}; relabel it or complete the plan'
                )
            for other in self._instructions[scenario]:
                if instruction_sides(other) != instruction_sides(text):
                    raise ConfigError(
                        f'"{other}" in {self._plan} does not name the side of "{text}", the '
                        f'instruction of {name}: correct the plan or relabel the episode'
                    )
            if text not in self._instructions[scenario]:
                notes[text] = (
                    f'the instruction "{text}" of {name} is not among those of scenario '
                    f'"{scenario}" in {self._plan}'
                )
        return list(notes.values())

    def choose(self, episode: CachedEpisode, generator: Generator) -> str:
        """Return the sentence to show with a clip; takes two numbers from chance, always."""
        replaced, place = generator.random(2).tolist()
        if replaced >= self._share:
            return episode.instruction
        texts = self._instructions[episode.scenario]
        return texts[int(place * len(texts))]

    def of(self, episodes: Sequence[CachedEpisode]) -> set[str]:
        """Return every sentence that may be shown with these episodes."""
        return {text for episode in episodes for text in self._instructions[episode.scenario]}


def _texts(row: Mapping[str, Any]) -> list[str]:
    texts = row['instructions']
    if not isinstance(texts, list) or not texts or not all(isinstance(t, str) for t in texts):
        raise TypeError(f'instructions are {texts!r}')
    return [check_instruction(text) for text in texts]
