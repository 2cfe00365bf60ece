# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Command `collect`: the scripted driver drives, the real recorder records."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
import signal
import sys
import tempfile
import threading
import time

from rclpy.utilities import remove_ros_args
from tqdm import tqdm

from mobile_vla_core.episodes import Episode
from mobile_vla_core.errors import ConfigError, EpisodeError, MobileVlaError

from .collect_record import CollectRecord, RECORD_NAME
from .lane import Lane, Recorded
from .plan import Plan
from .progress import episode_progress
from .scenario import SCENARIOS

_STAMP_TOLERANCE = 1e-6
"""[s]"""


class Collection:
    """Lanes in threads that work off one plan."""

    def __init__(
        self, output: Path, plan: Plan, lanes: int, disturbance: float, pace: float = 1.0
    ) -> None:
        self.recorded: list[Recorded] = []
        self._output = output
        self._plan = plan
        self._disturbance = disturbance
        self._pace = pace
        self._errors: list[BaseException] = []
        self._cancelled = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(i,)) for i in range(lanes)]

    def run(self, progress: tqdm) -> None:
        """
        Record until the plan is done.

        :raises MobileVlaError: the first error of any lane
        """
        for thread in self._threads:
            thread.start()
        try:
            while any(thread.is_alive() for thread in self._threads):
                self._threads[0].join(0.2)
                time.sleep(0.0 if self._threads[0].is_alive() else 0.2)
                progress.update(len(self.recorded) - progress.n)
        finally:
            self._cancelled.set()
            for thread in self._threads:
                thread.join()
            progress.update(len(self.recorded) - progress.n)
        if self._errors:
            raise self._errors[0]

    def _work(self, index: int) -> None:
        try:
            with Lane(
                index, self._output, self._disturbance, self._cancelled.is_set, self._pace
            ) as lane:
                while not self._cancelled.is_set() and (job := self._plan.take()):
                    recorded = lane.record(job)
                    if recorded:
                        self.recorded.append(recorded)
                    elif not self._plan.replace(job):
                        raise EpisodeError(
                            'more episodes of the scripted driver failed than were asked for: '
                            'try a lower disturbance'
                        )
        except Exception as error:
            self._errors.append(error)
            self._cancelled.set()


def count_dropped(recorded: Recorded) -> int:
    """
    Read an episode back and count the pictures that were sent and are not in it.

    :raises EpisodeError: if it holds another number of frames than was acknowledged
    """
    with Episode(recorded.path) as episode:
        stamps = episode.stamps()
    if len(stamps) != recorded.frames:
        raise EpisodeError(
            f'{recorded.path.name} holds {len(stamps)} frames, expected the '
            f'{recorded.frames} that the recorder acknowledged'
        )
    missing = [s for s in recorded.stamps if abs(stamps - s).min() > _STAMP_TOLERANCE]
    return max(len(missing), recorded.dropped)


def summarise(recorded: list[Recorded], failed: Counter[str], seconds: float) -> dict:
    """Return what a run recorded; reads every episode back."""
    scenarios = Counter(episode.job.scenario for episode in recorded)
    return {
        'episodes': len(recorded),
        'frames': sum(episode.frames for episode in recorded),
        'dropped': sum(count_dropped(episode) for episode in recorded),
        'failed': sum(failed.values()),
        'seconds': round(seconds, 2),
        'per_scenario': {
            name: {'episodes': scenarios[name], 'failed': failed[name]} for name in SCENARIOS
        },
        'seeds': sorted(episode.job.seed for episode in recorded),
    }


def prepare_output(folder: Path) -> Path:
    """Create a folder and return it; ConfigError when it cannot be written."""
    folder = folder.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ConfigError(
            f'cannot write into {folder} ({error.strerror}): choose another --output'
        ) from error
    return folder


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """Parse the command line, without the program's name."""
    parser = argparse.ArgumentParser(prog='collect', description=__doc__)
    parser.add_argument('--output', type=Path, required=True, help='folder for the episodes')
    parser.add_argument('--episodes', type=_positive, default=160, help='default: %(default)s')
    parser.add_argument(
        '--seed',
        type=int,
        help='of the first scene; default: 0 in a new folder, else the next that is free there',
    )
    parser.add_argument(
        '--lanes',
        type=_positive,
        default=2,
        help='simulators side by side, about one per core; default: %(default)s',
    )
    parser.add_argument(
        '--disturbance',
        type=float,
        default=1.0,
        help='hidden slip and pushes, from which the driver recovers; default: %(default)s',
    )
    parser.add_argument(
        '--pace',
        type=_pace,
        default=1.0,
        help='of the driver, 1 is 0.7 m/s; up to 1.7, which the base can follow; '
        'default: %(default)s',
    )
    return parser.parse_args(arguments)


def _pace(text: str) -> float:
    value = float(text)
    if not 0.1 <= value <= 1.7:
        raise argparse.ArgumentTypeError(f'expected 0.1 to 1.7, found {value:g}')
    return value


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f'expected 1 or more, found {value}')
    return value


def _interrupt(*_) -> None:
    raise KeyboardInterrupt


def main(args: list[str] | None = None) -> int:
    """Collect, check and summarise; 0 when all episodes are there and whole."""
    arguments = parse_arguments(remove_ros_args(sys.argv if args is None else args)[1:])
    signal.signal(signal.SIGTERM, _interrupt)
    begin = time.monotonic()
    try:
        output = prepare_output(arguments.output)
        record = CollectRecord(output)
        seed = record.next_seed if arguments.seed is None else arguments.seed
        plan = Plan(arguments.episodes, seed)
        record.begin(seed, arguments.episodes)
        lanes = min(arguments.lanes, arguments.episodes)
        collection = Collection(output, plan, lanes, arguments.disturbance, arguments.pace)
        try:
            with episode_progress(arguments.episodes, 'collect') as progress:
                collection.run(progress)
        finally:
            summary = summarise(collection.recorded, plan.failed, time.monotonic() - begin)
            record.end(summary)
    except MobileVlaError as error:
        print(f'collect: {error}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('collect: interrupted; finished episodes are kept', file=sys.stderr)
        return 130
    print(
        f'{summary["episodes"]} episodes, {summary["frames"]} frames, {summary["dropped"]} '
        f'dropped, in {summary["seconds"]:.0f} s: {output}'
    )
    total = record.total()
    if len(total['runs']) > 1:
        print(f'{total["episodes"]} episodes in {len(total["runs"])} runs: see {RECORD_NAME}')
    return 0 if summary['dropped'] == 0 else 1


if __name__ == '__main__':
    sys.exit(main())
