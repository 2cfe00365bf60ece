# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Print the package that pip failed on, and why, from its log."""

from pathlib import Path
import re
import sys

log = Path(sys.argv[1]).read_text(errors='replace')
packages = re.findall(r'No matching distribution found for ([^\s;]+)', log)
packages += reversed(re.findall(r'(?:Collecting|Downloading) (\S+)', log))
reasons = re.findall(r'^(?:ERROR|.*Error): *(.+)', log, re.MULTILINE)
package = packages[0].rsplit('/', 1)[-1] if packages else 'a package'
print(f'{package} ({reasons[-1].strip()[:160] if reasons else "no reason given"})')
