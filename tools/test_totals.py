# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""
Print the totals of all tests below build folders, the sum of several in the last line.

Fails when a test failed, or when none ran in one of the folders.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
import sys
from xml.etree import ElementTree

OUTCOMES = ('passed', 'failed', 'skipped')


def totals(build: Path) -> Counter[str]:
    """Count the tests of a build folder by outcome."""
    found = Counter()
    for path in [*build.glob('*/pytest.xml'), *build.glob('*/test_results/*/*.xml')]:
        for case in ElementTree.parse(path).iter('testcase'):
            if case.find('failure') is not None or case.find('error') is not None:
                found['failed'] += 1
            elif case.find('skipped') is not None:
                found['skipped'] += 1
            else:
                found['passed'] += 1
    return found


def line(found: Counter[str]) -> str:
    """Return one line such as '12 passed, 0 failed, 1 skipped'."""
    return ', '.join(f'{found[outcome]} {outcome}' for outcome in OUTCOMES)


def main(folders: list[str]) -> int:
    """Print one line per folder, when there are several, and the sum; return the exit status."""
    each = {folder: totals(Path(folder)) for folder in folders}
    if len(each) > 1:
        for folder, found in each.items():
            print(f'{folder}: {line(found)}')
    total = sum(each.values(), Counter())
    print(line(total))
    return int(total['failed'] > 0 or not all(found['passed'] for found in each.values()))


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
