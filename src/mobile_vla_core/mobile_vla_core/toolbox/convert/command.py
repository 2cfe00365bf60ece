# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The arguments of `episodes convert`, and what it prints."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from pathlib import Path
import sys

from ...action_space import ACTION_NAMES
from ...episodes.layout import Layout
from ...images import JPEG_QUALITY
from ..exit_status import status_of
from ..output import add_json, print_json, print_lines, printable, progress
from .assumption import Overrides
from .bag_topics import BagTopics
from .conversion_run import convert_all
from .formats import EPILOG
from .job import Conversion, FORMATS, Job
from .legacy import COLOR_ORDERS, IGNORED
from .sources import find_sources

OLDER = tuple(layout.value for layout in Layout if layout is not Layout.OURS)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.formatter_class = RawDescriptionHelpFormatter
    parser.epilog = EPILOG
    parser.add_argument(
        'paths',
        nargs='+',
        type=Path,
        metavar='DIR|FILE',
        help='recordings of any format below, or folders of them',
    )
    parser.add_argument('--to', choices=FORMATS, default=FORMATS[0], help='default: %(default)s')
    parser.add_argument(
        '--output',
        '-o',
        type=Path,
        required=True,
        metavar='DIR',
        help='folder for the new files; for lerobot the data set itself',
    )
    parser.add_argument('--overwrite', action='store_true', help='replace what is there')
    parser.add_argument(
        '--jpeg-quality',
        type=int,
        default=JPEG_QUALITY,
        metavar='1..100',
        help="of pictures that are raw in the source; default: %(default)s, the recorder's",
    )
    parser.add_argument(
        '--camera', help='whose pictures g and mp4 hold; default: the primary camera'
    )
    _add_overrides(parser)
    _add_topics(parser)
    add_json(parser)


def run(arguments: Namespace) -> int:
    """Convert; return 0 when all of it was, 1 when something was lost, 2 when nothing was."""
    job = Job(
        to=arguments.to,
        output=arguments.output.expanduser(),
        overwrite=arguments.overwrite,
        quality=arguments.jpeg_quality,
        camera=arguments.camera,
        said=Overrides(
            layout=Layout(arguments.layout) if arguments.layout else None,
            color_order=arguments.color_order,
            action_names=arguments.action_names,
            rate=arguments.rate,
            instruction=arguments.instruction,
            scenario=arguments.scenario,
            keep_artificial=arguments.keep_artificial_rows,
        ),
        topics=BagTopics(
            images=tuple(arguments.image_topic),
            command=arguments.command_topic,
            odometry=arguments.odometry_topic,
            imu=arguments.imu_topic,
            joint_states=arguments.joint_states_topic,
            instruction=arguments.instruction_topic,
        ),
    )
    sources = find_sources(arguments.paths)
    with progress(len(sources), 'convert', 'recording') as bar:

        def done(result: Conversion) -> None:
            bar.update()
            if result.error:
                bar.write(printable(f'{result.source}: {result.error}'), file=sys.stderr)
            elif not arguments.json:
                with bar.external_write_mode():
                    print_lines(_lines(result))

        results = convert_all(sources, job, done)
    failed = [result for result in results if result.error]
    if arguments.json:
        print_json(
            {
                'to': job.to,
                'output': job.output,
                'converted': len(results) - len(failed),
                'failed': len(failed),
                'frames': sum(result.frames for result in results if not result.error),
                'recordings': [_document(result) for result in results],
            }
        )
    else:
        print_lines([f'converted {len(results) - len(failed)} of {len(results)} to {job.output}'])
    lost = sum(bool(result.lost) for result in results)
    return status_of(len(results), len(failed), lost)


def _lines(result: Conversion) -> list[str]:
    head = f'{result.source.name} ({result.kind}) -> {result.output}: {result.frames} frames'
    return [
        head,
        *(f'  {one}' for one in result.assumptions),
        *(f'  note: {line}' for line in result.notes),
        *(f'  lost: {line}' for line in result.lost),
    ]


def _document(result: Conversion) -> dict[str, object]:
    document = {**vars(result), 'assumptions': [vars(one) for one in result.assumptions]}
    return {**document, 'seconds': round(result.seconds, 3)}


def _add_overrides(parser: ArgumentParser) -> None:
    group = parser.add_argument_group('what the older layouts do not say (else assumed, and told)')
    group.add_argument('--layout', choices=OLDER, help='of every file; default: found out')
    group.add_argument('--color-order', choices=COLOR_ORDERS, help='of the pictures in the file')
    group.add_argument(
        '--action-names',
        type=_action_names,
        metavar='NAME,…',
        help=f'columns of the actions: {", ".join(ACTION_NAMES)}, or {IGNORED}',
    )
    group.add_argument(
        '--rate',
        type=float,
        metavar='HZ',
        help='frames per second; for lerobot also the rate of the data set',
    )
    group.add_argument('--instruction', help='what the robot was asked, in every recording')
    group.add_argument('--scenario', help='of every recording')
    group.add_argument(
        '--keep-artificial-rows',
        action='store_true',
        help='keep the first row of V1 and the injected stops of V5 and V6',
    )


def _add_topics(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("a bag's topics (else the only one of its type)")
    group.add_argument(
        '--image-topic',
        action='append',
        default=[],
        metavar='TOPIC',
        help='Image or CompressedImage; again for more cameras, the primary one first',
    )
    group.add_argument('--command-topic', metavar='TOPIC', help='Twist or TwistStamped')
    group.add_argument('--odometry-topic', metavar='TOPIC', help="Odometry; '' for none")
    group.add_argument('--imu-topic', metavar='TOPIC', help="Imu; '' for none")
    group.add_argument('--joint-states-topic', metavar='TOPIC', help="JointState; '' for none")
    group.add_argument('--instruction-topic', metavar='TOPIC', help="String; '' for none")


def _action_names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(','))
    real = [name for name in names if name != IGNORED]
    unknown = [name for name in real if name not in ACTION_NAMES]
    if unknown or len(set(real)) != len(real):
        raise ArgumentTypeError(
            f'expected each of {", ".join(ACTION_NAMES)} at most once, or {IGNORED}: found {text}'
        )
    return names
