# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Print the lines of a requirements file and of those it names whose module is missing here."""

from collections.abc import Iterator
import importlib.util
from pathlib import Path
import re
import sys

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


def main() -> None:
    """Print each missing requirement once."""
    for line in dict.fromkeys(lines_of(Path(sys.argv[1]))):
        name = re.match(r'[A-Za-z0-9_.-]+', line).group()
        if name in ALWAYS or importlib.util.find_spec(MODULES.get(name, name)) is None:
            print(line)
    if importlib.util.find_spec('colcon_core') is None:
        print('colcon-common-extensions')


if __name__ == '__main__':
    main()
