# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The command `train`: learn a policy from recorded episodes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
import sys

from mobile_vla_core.errors import MobileVlaError
from mobile_vla_core.images import use_one_thread

from .arguments import without_ros
from .config_file import config_keys, load_config, shipped_configs
from .run_folder import Existing, RunFolder
from .runtime import prepare_runtime

DEFAULT_CONFIG = 'nano'


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, train, print; return the exit status."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_intermixed_args(without_ros(arguments))
    prepare_runtime()
    use_one_thread()
    # Imported here: torch reads its memory settings when it is imported.
    from .learning.interruption import InterruptedRun
    from .learning.scale import is_first_process
    from .rehearsal import rehearse
    from .run import TrainingRun
    from .validation.report import format_report

    try:
        config = load_config(_source(options), options.overrides)
        if options.test:
            for line in rehearse(options.data, options.output, config, options.cache):
                print(line, flush=True)
            return 0
        look_only = options.check or options.overfit
        if look_only and not is_first_process():
            return 0
        run = TrainingRun(options.data, options.output, config, options.cache, _existing(options))
        if look_only:
            report = run.preflight(options.overfit)
            print(report.format())
            return 1 if report.errors else 0
        if run.is_first and not options.resume:
            report = run.preflight()
            print(report.format(), flush=True)
            if config.preflight.stop:
                report.check()
        if run.is_first:
            print(
                f'{len(run.split.train)} episodes to train on, '
                f'{len(run.split.validation)} to validate on'
            )
        metrics = run.fit()
        if run.is_first:
            print(format_report(metrics))
            print(f'\nPolicy: {options.output / "checkpoints" / "best"}')
    except MobileVlaError as error:
        print(f'train: {error}', file=sys.stderr)
        return 1
    except OSError as error:
        print(f'train: {error}; --resume goes on from the last checkpoint', file=sys.stderr)
        return 1
    except InterruptedRun as stop:
        print(f'train: {stop}; --resume goes on from there', file=sys.stderr)
        return 130
    except (KeyboardInterrupt, SystemExit):  # the latter is what Lightning makes of Ctrl-C
        print('train: interrupted; --resume goes on from the last checkpoint', file=sys.stderr)
        return 130
    return 0


def _source(options: argparse.Namespace) -> str:
    """Return the configuration that is asked for; a resumed run has its own."""
    stored = RunFolder(options.output).config
    if options.config is None and options.resume and stored.exists():
        return str(stored)
    return options.config or DEFAULT_CONFIG


def _existing(options: argparse.Namespace) -> Existing:
    """Return what shall become of a run that is in the folder already."""
    if options.check or options.overfit:
        return Existing.LEAVE
    if options.resume:
        return Existing.RESUME
    return Existing.OVERWRITE if options.overwrite else Existing.REFUSE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description='Learn a policy from a folder of recorded episodes.',
        epilog='keys: ' + ', '.join(config_keys()),
    )
    parser.add_argument('--data', type=Path, required=True, help='folder of episodes (*.h5)')
    parser.add_argument('--output', type=Path, required=True, help='run folder')
    parser.add_argument(
        '--config',
        help=f'YAML or JSON file, or name of a shipped one: {", ".join(shipped_configs())} '
        f'({DEFAULT_CONFIG}; with --resume that of the run)',
    )
    parser.add_argument('--cache', type=Path, help='folder of decoded frames (in the run folder)')
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument('--resume', action='store_true', help='go on with the run in --output')
    existing.add_argument(
        '--overwrite', action='store_true', help='train anew where --output holds a run'
    )
    existing.add_argument(
        '--test', action='store_true', help='try every part of training for a few steps'
    )
    existing.add_argument(
        '--check', action='store_true', help='look at data, network and memory; train nothing'
    )
    existing.add_argument(
        '--overfit', action='store_true', help='--check, and learn one batch by heart'
    )
    parser.add_argument(
        'overrides', nargs='*', metavar='key=value', help='such as optimiser.learning_rate=1e-3'
    )
    return parser


if __name__ == '__main__':
    sys.exit(main())
