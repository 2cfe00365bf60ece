# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Check what ruff does not: licence headers, and one version number for the whole suite."""

from pathlib import Path
import re
import subprocess
import sys
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
HEADER = ('Copyright 2026 The Mobile VLA Authors', 'SPDX-License-Identifier: Apache-2.0')
SUFFIXES = {'.py', '.sh', '.cmake', '.xml', '.msg', '.srv', '.cfg', '.toml', '.yaml', '.yml'}
HEADER_LINES = 6


def sources() -> list[Path]:
    """Return the files that git tracks or would track."""
    listing = ['git', 'ls-files', '--cached', '--others', '--exclude-standard']
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for name in names.splitlines() if (path := ROOT / name).is_file()]


def lacks_header(path: Path) -> bool:
    """Tell whether a file that must carry the licence header does not."""
    text = path.read_text(errors='replace')
    if path.suffix not in SUFFIXES and path.name != 'CMakeLists.txt' and text[:2] != '#!':
        return False
    head = '\n'.join(text.splitlines()[:HEADER_LINES])
    return not all(line in head for line in HEADER)


def versions() -> dict[str, str]:
    """Return the version that each package.xml and setup.py names."""
    found = {}
    for manifest in [*ROOT.glob('src/*/package.xml'), ROOT / 'launch' / 'package.xml']:
        name = manifest.relative_to(ROOT)
        found[str(name)] = ElementTree.parse(manifest).getroot().findtext('version')
        setup = manifest.with_name('setup.py')
        if setup.exists():
            match = re.search(r"^    version='(.+)',$", setup.read_text(), re.MULTILINE)
            found[str(name.with_name('setup.py'))] = match.group(1) if match else 'none'
    return found


def main() -> int:
    """Print every finding; return how many there are, at most 1."""
    findings = [
        f'{path.relative_to(ROOT)}: no licence header' for path in sources() if lacks_header(path)
    ]
    found = versions()
    if len(set(found.values())) != 1:
        findings += [f'{name}: version {version}' for name, version in sorted(found.items())]
    print('\n'.join(findings) or 'licence headers and versions are in order')
    return int(bool(findings))


if __name__ == '__main__':
    sys.exit(main())
