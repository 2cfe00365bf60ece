# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The command `export`: a checkpoint in another number format, or for another runtime."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
import sys

from mobile_vla_core.errors import ConfigError, MobileVlaError
from mobile_vla_core.policy_card import CARD_FILE

from .arguments import without_ros

FORMATS = {
    'checkpoint': 'a checkpoint that the policy node serves, with --dtype',
    'hub': 'the backbone in shards, as transformers reads it (`policy.pretrained` takes it)',
    'program': 'the frame encoder as a program of torch.export',
    'onnx': 'the frame encoder as ONNX; needs the packages onnx and onnxscript',
}


EXPORTED = (CARD_FILE, '*.safetensors', 'frame_encoder.*')
"""Files by which an export is known."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, export, print; return the exit status."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(without_ros(arguments))
    # Imported here: --help needs no torch.
    import torch

    from mobile_vla_core.checkpoint import load_policy, save_policy

    from .exchange.backbone_folder import write_backbone
    from .exchange.frame_encoder import export_encoder

    dtypes = {'': None, 'float32': torch.float32, 'bfloat16': torch.bfloat16}
    try:
        _check_vacant(options.output, options.overwrite)
        policy = load_policy(options.checkpoint, dtype=dtypes[options.dtype])
        network, card, output = policy.network, policy.card, options.output
        if options.format == 'checkpoint':
            save_policy(output, network, card, {'exported_from': str(options.checkpoint.name)})
        elif options.format == 'hub':
            write_backbone(network, output, options.shard_size)
        else:
            instructions = options.instruction or card.instructions
            output = export_encoder(network, card, instructions, output, options.format == 'onnx')
    except MobileVlaError as error:
        print(f'export: {error}', file=sys.stderr)
        return 1
    print(output)
    return 0


def _check_vacant(output: Path, overwrite: bool) -> None:
    """
    Refuse to write over what may be something else's.

    :raises ConfigError: if the folder holds anything, or, when told to overwrite, no export
    """
    if not output.is_dir() or not any(output.iterdir()):
        return
    if not overwrite:
        raise ConfigError(
            f'{output} is not empty: --overwrite replaces what was exported there, or choose '
            f'another --output'
        )
    if not any(next(output.glob(pattern), None) for pattern in EXPORTED):
        raise ConfigError(f'{output} holds no export to overwrite: choose another --output')


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description='Write a policy checkpoint for another use.',
        epilog='; '.join(f'{name}: {meaning}' for name, meaning in FORMATS.items()),
    )
    parser.add_argument('--checkpoint', type=Path, required=True, help='folder of the policy')
    parser.add_argument('--output', type=Path, required=True, help='folder to write')
    parser.add_argument('--format', choices=FORMATS, default='checkpoint')
    parser.add_argument(
        '--dtype',
        choices=('', 'float32', 'bfloat16'),
        default='',
        help="number format of the encoder (the checkpoint's)",
    )
    parser.add_argument(
        '--overwrite', action='store_true', help='replace what was exported there before'
    )
    parser.add_argument('--shard-size', default='2GB', help='largest file of --format hub')
    parser.add_argument(
        '--instruction',
        action='append',
        default=[],
        help="one that the exported encoder is given; may be repeated (the card's)",
    )
    return parser


if __name__ == '__main__':
    sys.exit(main())
