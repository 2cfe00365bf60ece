# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Print the lines of a requirements file whose module this Python cannot import."""

import importlib.util
from pathlib import Path
import re
import sys

MODULES = {
    'opencv-python-headless': 'cv2',
    'PyYAML': 'yaml',
    'pytest-timeout': 'pytest_timeout',
    'mcap-ros2-support': 'mcap_ros2',
}
# Always pinned: torch would pull a version that breaks colcon's --symlink-install.
ALWAYS = {'setuptools'}

for line in Path(sys.argv[1]).read_text().splitlines():
    match = re.match(r'[A-Za-z0-9_.-]+', line)
    if match is None:
        continue
    name = match.group()
    module = MODULES.get(name, name)
    if name in ALWAYS or importlib.util.find_spec(module) is None:
        print(line)
if importlib.util.find_spec('colcon_core') is None:
    print('colcon-common-extensions')
