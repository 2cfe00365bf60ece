# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Program `episodes`: one verb per module, each imported only when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
import re
import sys

from ..errors import MobileVlaError
from .argument_parser import Parser
from .exit_status import UNABLE
from .output import print_json

VERBS: dict[str, tuple[str, str]] = {
    'info': ('info', 'say what is in episodes: frames, hours, rates, labels, actions'),
    'check': ('check', 'find what is wrong with episodes before training on them'),
    'stats': ('stats', 'compute the normalisation statistics as training does'),
    'split': ('split', 'choose whole episodes for training and for validation, and save it'),
    'convert': ('convert.command', 'take recordings from one format to another'),
    'repair': ('repair', 'copy what is readable of damaged episodes to new files'),
    'edit': ('edit.command', 'trim, split, merge, relabel and delete episodes, with undo'),
    'view': ('view.command', 'draw frames and commands, or serve a page to browse a folder'),
}
"""
Verb -> (module of this package, one line for `--help`).

A module has `add_arguments(parser)` and `run(arguments) -> exit status`.
"""

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""
RANGES = ('--frames', '--seconds')
"""Options whose value may begin with a minus, which argparse takes for an option."""
FROM_END = re.compile(r'-\d')


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run one verb of `episodes` and return the exit status.

    :param argv: the arguments; those of the process when None
    """
    arguments = _joined(sys.argv[1:] if argv is None else argv)
    verb = next((word for word in arguments if word in VERBS), None)
    parser = Parser(prog='episodes', description=__doc__)
    verbs = parser.add_subparsers(dest='verb', required=True, metavar='VERB')
    for name, (module, line) in VERBS.items():
        below = verbs.add_parser(name, help=line, description=line)
        if name == verb:
            import_module(f'.{module}', __package__).add_arguments(below)
    values = parser.parse_args(arguments)
    try:
        return import_module(f'.{VERBS[values.verb][0]}', __package__).run(values)
    except MobileVlaError as error:
        print(f'episodes {values.verb}: {error}', file=sys.stderr)
        if getattr(values, 'json', False):
            print_json({'error': str(error)})
        return UNABLE
    except KeyboardInterrupt:
        print(f'episodes {values.verb}: interrupted', file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def _joined(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with `--frames -5:` as `--frames=-5:`."""
    joined: list[str] = []
    for word in arguments:
        if joined and joined[-1] in RANGES and FROM_END.match(word):
            joined[-1] = f'{joined[-1]}={word}'
        else:
            joined.append(word)
    return joined


if __name__ == '__main__':
    sys.exit(main())
