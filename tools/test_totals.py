# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Print the totals of all tests below a build folder; fail when one failed or none ran."""

from pathlib import Path
import sys
from xml.etree import ElementTree

build = Path(sys.argv[1])
passed = failed = skipped = 0
for path in [*build.glob('*/pytest.xml'), *build.glob('*/test_results/*/*.xml')]:
    for case in ElementTree.parse(path).iter('testcase'):
        if case.find('failure') is not None or case.find('error') is not None:
            failed += 1
        elif case.find('skipped') is not None:
            skipped += 1
        else:
            passed += 1
print(f'{passed} passed, {failed} failed, {skipped} skipped')
sys.exit(failed > 0 or passed == 0)
