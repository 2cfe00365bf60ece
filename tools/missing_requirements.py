# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""
Print what of a requirements file, and of those it names, this Python lacks.

That is a module which is missing, or older than the setup.py of a package allows: the h5py of
Ubuntu 22.04, for instance.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata
import importlib.util
from pathlib import Path
import re
import sys

ROOT = Path(__file__).resolve().parent.parent
MODULES = {
    'Jinja2': 'jinja2',
    'PyYAML': 'yaml',
    'mcap-ros2-support': 'mcap_ros2',
    'opencv-python-headless': 'cv2',
    'pytest-timeout': 'pytest_timeout',
}
# Always pinned: torch would pull a version that breaks colcon's --symlink-install.
ALWAYS = {'setuptools'}


def lines_of(path: Path) -> Iterator[str]:
    """Yield the requirements of a file, in order, and those of the files that it includes."""
    for line in path.read_text().splitlines():
        if line.startswith('-r '):
            yield from lines_of(path.parent / line[len('-r ') :].strip())
        elif re.match('[A-Za-z0-9]', line):
            yield line


def oldest() -> dict[str, tuple[int, ...]]:
    """Return the lowest version of each library that the packages of the suite declare."""
    text = '\n'.join(path.read_text() for path in sorted(ROOT.glob('src/*/setup.py')))
    return {name: numbers(low) for name, low in re.findall(r"'([A-Za-z0-9._-]+)>=([0-9.]+)", text)}


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers that a version begins with: (3, 7) of '3.7rc1'."""
    return tuple(map(int, re.match(r'\d+(\.\d+)*', version).group().split('.')))


def is_too_old(name: str, low: tuple[int, ...]) -> bool:
    """Tell whether a library is older; one that does not say its version is not."""
    try:
        return numbers(metadata.version(name)) < low
    except metadata.PackageNotFoundError:
        return False


def main() -> None:
    """Print each such line once."""
    lowest = oldest()
    for line in dict.fromkeys(lines_of(Path(sys.argv[1]))):
        name = re.match(r'[A-Za-z0-9_.-]+', line).group()
        missing = importlib.util.find_spec(MODULES.get(name, name)) is None
        if name in ALWAYS or missing or is_too_old(name, lowest.get(name, ())):
            print(line)
    if importlib.util.find_spec('colcon_core') is None:
        print('colcon-common-extensions')


if __name__ == '__main__':
    main()
