# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Drive held-out scenes with a simulator and a policy node that run already, and tell how each ends.

It gives the policy its instruction, activates and arms it, and stops it at the end of each drive.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing
from itertools import count
import os
import sys
import threading

from rclpy.utilities import remove_ros_args

from mobile_vla_core.errors import ConfigError, MobileVlaError
from mobile_vla_core.shutdown_signal import ShutdownSignal

from .trial import held_out_trials, Trial, TrialResult
from .trial_driver import TrialDriver


class TrialsCancelledError(MobileVlaError):
    """Somebody has asked for an end."""


def trials(first: int, episodes: int, swap: bool) -> Iterator[Trial]:
    """
    Return held-out trials in turn.

    :param first: number of the first one
    :param episodes: how many, 0 for no end
    :param swap: ask for the other side than the scene was made for
    """
    for number in range(first, first + episodes) if episodes else count(first):
        (trial,) = held_out_trials(number + 1)[number:]
        yield trial.swapped if swap else trial


def sentence(number: int, result: TrialResult) -> str:
    """Return what is printed of a drive; its number counts from 1."""
    why = ''
    if result.reasons and not result.succeeded:
        why = f' (the policy held still: {"; ".join(result.reasons)})'
    return (
        f'{number:>4}  {result.trial.scenario}  "{result.instruction}": {result.outcome} '
        f'after {result.seconds:.1f} s, {result.min_clearance:.2f} m from the nearest box{why}'
    )


def main(arguments: list[str] | None = None) -> int:
    """Parse, drive, print."""
    parser = argparse.ArgumentParser(
        prog='trials', description=' '.join(__doc__.split('\n\n')[0].split())
    )
    parser.add_argument('--episodes', type=int, default=8, help='scenes to drive; 0: until Ctrl-C')
    parser.add_argument('--first', type=int, default=0, help='number of the first scene')
    parser.add_argument('--disturbance', type=float, default=0.0, help='1 is the training level')
    parser.add_argument(
        '--swap', action='store_true', help='ask for the other side than the scene was made for'
    )
    options = parser.parse_args(remove_ros_args(sys.argv if arguments is None else arguments)[1:])
    cancelled = threading.Event()

    def check() -> None:
        if cancelled.is_set():
            raise TrialsCancelledError('cancelled')

    results: list[TrialResult] = []
    try:
        if options.episodes < 0 or options.first < 0:
            raise ConfigError('--episodes and --first must be at least 0')
        domain = int(os.environ.get('ROS_DOMAIN_ID') or 0)
        with (
            ShutdownSignal(cancelled.set),
            closing(TrialDriver(domain, options.disturbance, check)) as driver,
        ):
            driver.connect()
            for trial in trials(options.first, options.episodes, options.swap):
                results.append(driver.run(trial))
                print(sentence(len(results), results[-1]), flush=True)
    except TrialsCancelledError:
        pass  # what was driven so far is told below
    except MobileVlaError as error:
        print(f'trials: {error}', file=sys.stderr)
        return 1
    if results:
        arrived = sum(result.succeeded for result in results)
        print(f'{arrived} of {len(results)} drives arrived as asked', flush=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())
