# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A picture of a process's memory over time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from .recorder_process import Memory

LABELS = {
    'resident': 'resident (RSS)',
    'proportional': 'proportional (PSS)',
    'anonymous': 'anonymous',
}


def save_memory_plot(path: Path, samples: Sequence[Memory], title: str) -> None:
    """Draw one sample per second."""
    figure = Figure(figsize=(8, 4), layout='constrained')
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for name, label in LABELS.items():
        axes.plot([getattr(sample, name) for sample in samples], label=label)
    axes.set(title=title, xlabel='time [s]', ylabel='memory [MB]')
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.legend(loc='lower right')
    figure.savefig(path, dpi=100)
