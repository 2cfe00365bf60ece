# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The guide of the toolbox, held against the program."""

from pathlib import Path

import pytest

from mobile_vla_core.toolbox.checks.codes import CODES
from mobile_vla_core.toolbox.command import VERBS

GUIDE = Path(__file__).resolve().parents[3] / 'docs' / 'episodes.md'
pytestmark = pytest.mark.skipif(not GUIDE.is_file(), reason='the package is without the guide')


@pytest.mark.parametrize('verb', VERBS)
def test_the_guide_names_every_verb(verb):
    assert f'| [{verb}](#' in GUIDE.read_text()


def test_the_guide_lists_every_code_with_its_severity():
    _, _, table = GUIDE.read_text().partition('## Codes of findings')
    rows = [line.split('|')[1:3] for line in table.splitlines() if line.startswith('|')][2:]
    found = {code.strip(): severity.strip() for code, severity in rows}
    assert found == {name: str(code.severity) for name, code in CODES.items()}
