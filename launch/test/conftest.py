# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Let the tests of the documentation import tools/documentation, which is not installed."""

from pathlib import Path
import sys

_TOOLS = Path(__file__).resolve().parents[2] / 'tools'
sys.path.insert(0, str(_TOOLS))
collect_ignore_glob = [] if (_TOOLS / 'documentation').is_dir() else ['test_documen*.py']
