# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The command `evaluate`: score a checkpoint on recorded episodes, open loop."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
import json
from pathlib import Path
import sys

from mobile_vla_core.errors import ConfigError, MobileVlaError
from mobile_vla_core.images import use_one_thread

from .arguments import without_ros
from .runtime import prepare_runtime

METRICS_FILE, REPORT_FILE = 'metrics.json', 'report.html'


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, evaluate, print; return the exit status: 2 when serving differs from a batch."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(without_ros(arguments))
    prepare_runtime()
    use_one_thread()
    # Imported here: torch reads its memory settings when it is imported.
    from mobile_vla_core.checkpoint import load_policy

    from .evaluation.html_report import write_html
    from .evaluation.open_loop import evaluate_open_loop
    from .progress import serving_progress
    from .validation.report import format_scores

    try:
        policy = load_policy(options.checkpoint, device=options.device)
        result = evaluate_open_loop(
            policy,
            options.checkpoint,
            options.data,
            only_held_out=options.held_out,
            progress=serving_progress,
        )
        _write(options.output, result.metrics, write_html(result))
    except MobileVlaError as error:
        print(f'evaluate: {error}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('evaluate: interrupted; nothing was written', file=sys.stderr)
        return 130
    print(result.metrics['open_loop'])
    print(result.metrics['data']['provenance'])
    print(format_scores(result.metrics['validation'], 'Open loop'))
    print(f'\nReport: {options.output / REPORT_FILE}')
    equal = result.metrics['serving_equals_batch']
    if not equal['equal']:
        print(
            f'evaluate: serving differs from a batch by {equal["largest_difference"]:.1e}, '
            f'expected at most {equal["tolerance"]:.0e}: do not drive with this checkpoint',
            file=sys.stderr,
        )
        return 2
    return 0


def _write(output: Path, metrics: dict, report: str) -> None:
    try:
        output.mkdir(parents=True, exist_ok=True)
        text = json.dumps(metrics, indent=2, ensure_ascii=False) + '\n'
        (output / METRICS_FILE).write_text(text, encoding='utf-8')
        (output / REPORT_FILE).write_text(report, encoding='utf-8')
    except OSError as error:
        raise ConfigError(
            f'cannot write into {output} ({error.strerror}): choose another --output'
        ) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description='Score a checkpoint on recorded episodes, open loop: the policy sees recorded '
        'frames and moves nothing. For driving, see `evaluate` of mobile_vla_sim.',
    )
    parser.add_argument('--checkpoint', type=Path, required=True, help='folder of the policy')
    parser.add_argument('--data', type=Path, required=True, help='folder of episodes (*.h5)')
    parser.add_argument('--output', type=Path, required=True, help='folder for the report')
    parser.add_argument(
        '--held-out', action='store_true', help='leave out episodes that were trained on'
    )
    parser.add_argument('--device', default='cpu', help='such as cuda:0 (cpu)')
    return parser


if __name__ == '__main__':
    sys.exit(main())
