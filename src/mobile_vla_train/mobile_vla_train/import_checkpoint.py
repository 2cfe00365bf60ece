# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The command `import_checkpoint`: a policy that RoboVLMs trained becomes one of this suite."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
import math
from pathlib import Path
import sys

from mobile_vla_core.action_space import ActionCodec
from mobile_vla_core.errors import ConfigError, MobileVlaError
from mobile_vla_core.images import Preprocessing
from mobile_vla_core.policy_card import PolicyCard

from .arguments import without_ros


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, import, print; return the exit status."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(without_ros(arguments))
    # Imported here: --help needs no torch.
    from mobile_vla_core.checkpoint import save_policy

    from .exchange.original_checkpoint import import_network, read_original

    try:
        codec, bound = codec_of(options.speed)
        network, report = import_network(
            read_original(options.checkpoint), options.pretrained, bound, str(options.checkpoint)
        )
        card = PolicyCard(
            architecture='kosmos2_lstm',
            network=network.config,
            window=network.window,
            chunk=network.chunk,
            step_period=options.step_period,
            preprocessing=Preprocessing(network.config['height'], network.config['width']),
            codec=codec,
            instructions=options.instruction,
            software=f'imported from {options.checkpoint.name} of RoboVLMs',
        )
        metrics = {'matched': len(report.matched), 'left': report.left}
        save_policy(options.output, network, card, {'import': metrics})
    except MobileVlaError as error:
        print(f'import_checkpoint: {error}', file=sys.stderr)
        return 1
    print(report.describe())
    print(f'\nPolicy: {options.output}')
    return 0


def codec_of(speed: Sequence[float]) -> tuple[ActionCodec, tuple[float, ...]]:
    """
    Return a codec in which an output of 1 is a given speed.

    :param speed: at an output of 1 [m/s, m/s, rad/s]
    :return: the codec, and what tanh is multiplied by, in units of its scale
    :raises ConfigError: if a speed is not above 0
    """
    if any(not math.isfinite(value) or value <= 0.0 for value in speed):
        raise ConfigError(f'--speed needs three numbers above 0, found {list(speed)}')
    scale = tuple(2.0 ** round(math.log2(value)) for value in speed)
    codec = ActionCodec(scale, tuple((-value, value) for value in speed))
    return codec, tuple(value / unit for value, unit in zip(speed, scale, strict=True))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description='Turn a Lightning checkpoint of RoboVLMs (Kosmos-2, LSTMDecoder) into a '
        'policy that the policy node serves. The file does not say how actions were scaled nor '
        'how often frames came, so these are asked for.',
    )
    parser.add_argument('--checkpoint', type=Path, required=True, help='the .ckpt or .pt file')
    parser.add_argument(
        '--pretrained',
        required=True,
        help='the Kosmos-2 that it began from: hub name or folder with config.json and '
        'tokenizer.json (weights too, when its backbone was frozen)',
    )
    parser.add_argument('--output', type=Path, required=True, help='checkpoint folder to write')
    parser.add_argument(
        '--step-period', type=float, required=True, help='seconds from frame to frame in training'
    )
    parser.add_argument(
        '--speed',
        type=float,
        nargs=3,
        required=True,
        metavar=('X', 'Y', 'YAW'),
        help='what an output of 1 stood for in training [m/s, m/s, rad/s]',
    )
    parser.add_argument(
        '--instruction', action='append', default=[], help='one seen in training; may be repeated'
    )
    return parser


if __name__ == '__main__':
    sys.exit(main())
