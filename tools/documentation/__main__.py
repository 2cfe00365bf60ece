# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Write the generated pages and pictures of the documentation, or check that all is in order."""

from __future__ import annotations

import argparse
import sys

from . import configuration, pictures
from .commands import findings


def main() -> int:
    """Write, or with --check print what does not hold; return the exit status."""
    parser = argparse.ArgumentParser(prog='tools/document', description=__doc__)
    parser.add_argument('--check', action='store_true', help='change nothing; 1: not in order')
    options = parser.parse_args()
    text = configuration.text()
    if not options.check:
        configuration.PAGE.write_text(text)
        for path in pictures.draw_all():
            print(path)
        return 0
    found = findings()
    if not configuration.PAGE.is_file() or configuration.PAGE.read_text() != text:
        found.append('docs/configuration.md is out of date: run tools/document')
    print('\n'.join(found) or 'the documentation is in order')
    return int(bool(found))


if __name__ == '__main__':
    sys.exit(main())
