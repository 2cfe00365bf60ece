# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that is looked at before the first step of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
import json
from pathlib import Path
import textwrap
from typing import Any

import numpy as np
import torch

from mobile_vla_core.action_space import ActionCodec
from mobile_vla_core.episodes.split import Split
from mobile_vla_core.errors import ConfigError
from mobile_vla_core.policies.network import PolicyNetwork

from ..config import TrainConfig
from ..data.assembly import training_clips
from ..data.cache import FrameCache
from ..data.outcomes import count_outcomes, read_ending
from ..data.window_fit import check_window_fit
from ..validation.figures import encode_png
from .data_summary import format_summary, summarise
from .finding import Finding, Level
from .instruction_probe import choose_pair, InstructionProbe, probe_instruction
from .label_checks import as_reference, check_labels
from .memory_estimate import device_memory, estimate_memory, GIB, MemoryEstimate
from .outcome_checks import check_outcomes
from .overfit import overfit_batch
from .parameter_table import format_parameters, parameter_table
from .picture_checks import check_cadence, check_copies, check_pictures
from .sample_sheet import draw_samples, SAMPLES, take_samples

FOLDER = 'preflight'
REPORT_FILE, PICTURE_FILE = 'preflight.json', 'samples.png'
PROBED_FRAMES = 4
_WIDTH = 79


class PreflightError(ConfigError):
    """A run that would be in vain."""


@dataclass(frozen=True)
class PreflightReport:
    """What the preflight saw."""

    summary: dict[str, Any]
    parameters: dict[str, tuple[int, int]]
    """Numbers in all and trained, by part."""
    memory: MemoryEstimate
    available: float
    """Memory of the device [bytes]."""
    device: str
    probe: InstructionProbe | None
    findings: list[Finding]

    @property
    def errors(self) -> list[Finding]:
        """What forbids to train."""
        return [finding for finding in self.findings if finding.level is Level.ERROR]

    def check(self) -> None:
        """
        Stop a run that would be in vain.

        :raises PreflightError: if there is an error; it says the first, and how many there are
        """
        if self.errors:
            raise PreflightError(
                f'preflight stops the run with {len(self.errors)} error(s): '
                f'{self.errors[0].check}: {self.errors[0].text} '
                f'(preflight.stop=false trains all the same)'
            )

    def format(self) -> str:
        """Lay the report out for a terminal."""
        lines = [f'Preflight: {line}' for line in format_summary(self.summary)[:1]]
        lines += [f'  {line}' for line in format_summary(self.summary)[1:]]
        lines += [f'  {line}' for line in format_parameters(self.parameters)]
        parts = ', '.join(
            f'{name} {value / GIB:.2f}' for name, value in self.memory.largest().items() if value
        )
        lines.append(
            f'  memory: about {self.memory.total / GIB:.2f} GiB ({parts}), '
            f'{self.device} has {self.available / GIB:.1f} GiB'
        )
        if self.probe:
            lines.append(
                f'  instruction: "{self.probe.first}" to "{self.probe.second}" changes the '
                f'feature by {self.probe.change:.1%}'
            )
        shown = [wrapped for line in lines for wrapped in _wrap(line, '    ')]
        order = list(Level)
        for finding in sorted(self.findings, key=lambda finding: order.index(finding.level)):
            shown += _wrap(str(finding), '  ')
        if not self.findings:
            shown.append('nothing found')
        return '\n'.join(shown)

    def save(self, folder: Path) -> None:
        """Write preflight.json into a folder."""
        content = {
            'data': self.summary,
            'parameters': {
                name: {'total': total, 'trained': trained}
                for name, (total, trained) in self.parameters.items()
            },
            'memory': {**self.memory._asdict(), 'total': self.memory.total},
            'device': {'name': self.device, 'memory': self.available},
            'instruction_probe': self.probe._asdict() if self.probe else None,
            'findings': [{**f._asdict(), 'level': f.level.value} for f in self.findings],
        }
        text = json.dumps(content, indent=2, ensure_ascii=False) + '\n'
        (folder / REPORT_FILE).write_text(text, encoding='utf-8')


class Preflight:
    """
    Look at a run before its first step.

    :param paths: the episode files
    :param network: as it will be trained, with what is frozen frozen
    :param output: the run folder; report and picture go to its folder `preflight`
    """

    def __init__(
        self,
        config: TrainConfig,
        paths: Sequence[Path],
        cache: FrameCache,
        split: Split,
        codec: ActionCodec,
        network: PolicyNetwork,
        output: Path,
    ) -> None:
        self._config = config
        self._paths = list(paths)
        self._cache = cache
        self._split = split
        self._network = network
        self._codec = codec
        self._folder = Path(output) / FOLDER
        self._clips = training_clips(
            config, cache, cache.select(split.train), codec, chunk=network.chunk
        )

    def look(self, overfit: bool = False) -> PreflightReport:
        """
        Check everything; the picture of samples and the report are written.

        :param overfit: also learn one batch by heart, which changes the network
        """
        with torch.random.fork_rng(devices=[]):  # what is trained must not depend on this
            report = self._look(overfit)
        self._folder.mkdir(parents=True, exist_ok=True)
        report.save(self._folder)
        self._draw()
        return report

    def _look(self, overfit: bool) -> PreflightReport:
        cache, config, network = self._cache, self._config, self._network
        endings = [read_ending(path) for path in self._paths]
        summary = {
            **summarise(cache, cache.episodes),
            'outcomes': count_outcomes(endings),
        }
        instructions = [episode.instruction for episode in cache.episodes]
        findings = [
            *check_labels(
                as_reference(cache.episodes, cache.actions), self._split.train, cache.step_period
            ),
            *check_pictures(cache),
            *check_copies(cache, self._split.train),
            *check_cadence(self._paths, cache.step_period, cache.camera),
            *check_outcomes(endings, cache.episodes, cache.step_period),
            *self._check_length(),
        ]
        probe = None
        pair = choose_pair(instructions)
        if pair is not None:
            chosen = np.linspace(0, len(cache.episodes) - 1, PROBED_FRAMES).round().astype(int)
            frames = [cache.frames[_middle(cache.episodes[i])][0] for i in chosen]
            probe = probe_instruction(network, np.stack(frames), pair)
            findings += probe.findings()
        longest = max(e.length for e in cache.select(self._split.validation))
        memory = estimate_memory(network, config, max(instructions, key=len), longest)
        available, device = device_memory(config.accelerator)
        findings += memory.findings(available, device)
        if overfit:
            steps = config.preflight.overfit_steps
            findings += overfit_batch(network, self._clips[0], config, steps).findings()
        return PreflightReport(
            summary, parameter_table(network), memory, available, device, probe, findings
        )

    def _draw(self) -> None:
        batches = -(-SAMPLES // self._config.data.clips_per_batch)
        taken = [self._clips[step] for step in range(min(batches, len(self._clips)))]
        samples = take_samples(taken, self._codec, self._network)
        sheet = draw_samples(samples, self._cache.step_period)
        (self._folder / PICTURE_FILE).write_bytes(encode_png(sheet))

    def _check_length(self) -> list[Finding]:
        episodes, clip_length = (
            self._cache.select(self._split.train),
            self._config.data.clip_length,
        )
        try:
            check_window_fit(episodes, self._network.window, clip_length, self._cache.step_period)
        except ConfigError as error:
            return [Finding(Level.ERROR, 'length', str(error))]
        longest = max(episode.length for episode in episodes)
        if clip_length <= longest:
            return []
        text = (
            f'data.clip_length is {clip_length}, longer than every episode ({longest} frames at '
            f'most): clips are padded, and the padding is not learnt from'
        )
        return [Finding(Level.WARNING, 'length', text)]


def _middle(episode: Any) -> slice:
    row = episode.start + episode.length // 2
    return slice(row, row + 1)


def _wrap(line: str, indent: str) -> list[str]:
    return textwrap.wrap(line, _WIDTH, subsequent_indent=indent, break_on_hyphens=False)
