# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The open-loop report: one HTML file with its pictures inside."""

from __future__ import annotations

import base64
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape
import numpy as np
from numpy.typing import NDArray

from ..validation.figures import commands_figure, encode_png, render, validation_figures
from ..validation.metrics import VELOCITIES
from ..validation.report import ROW_LABELS
from .filmstrip import draw_filmstrip
from .open_loop import OpenLoopResult

TEMPLATE = 'report.html'
WORST = 3


def write_html(result: OpenLoopResult) -> str:
    """Return the report as HTML that needs nothing beside itself."""
    environment = Environment(
        loader=PackageLoader('mobile_vla_train', 'evaluation'),
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    figures = validation_figures(result.scored, 'open loop')
    del figures['commands']
    return environment.get_template(TEMPLATE).render(
        metrics=result.metrics,
        labels=ROW_LABELS,
        velocities=VELOCITIES,
        pictures={name: _inline(render(figure)) for name, figure in figures.items()},
        worst=[_worst(result, number) for number in range(min(WORST, len(result.episodes)))],
    )


def _worst(result: OpenLoopResult, number: int) -> dict[str, Any]:
    predictions = result.episodes[number].predictions
    parts = result.cache.select([predictions.name])
    part = next(p for p in parts if p.length == len(predictions.recorded))
    period = result.cache.step_period
    figure = commands_figure([predictions], period, 'Commands')
    return {
        'name': predictions.name,
        'scenario': predictions.scenario,
        'instruction': predictions.instruction,
        'error': predictions.error,
        'strip': _inline(draw_filmstrip(result.cache.frames[part.rows], predictions, period)),
        'commands': _inline(render(figure)),
    }


def _inline(picture: NDArray[np.uint8]) -> str:
    return f'data:image/png;base64,{base64.b64encode(encode_png(picture)).decode()}'
