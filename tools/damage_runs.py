# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Run all cases of the damage suite and many random changes; write what came of them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
import sys
import tempfile

from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).parents[1] / 'src/mobile_vla_core/test'))
import damage_fuzz
import damage_suite

MUST_BE_NONE = ('crashes', 'hangs', 'inputs_modified')


def main() -> int:
    """Return 0 when every case passed and nothing crashed or came to no end."""
    parser = argparse.ArgumentParser(prog='make damage', description=__doc__)
    parser.add_argument('--mutations', type=int, default=10_000, help='(default: %(default)s)')
    parser.add_argument('--first', type=int, default=0, help='number of the first (default: 0)')
    parser.add_argument('--output', type=Path, default=Path('runs/damage'), metavar='DIR')
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = damage_suite.run(Path(folder)).to_dict()
    with tqdm(total=arguments.mutations, desc='mutations', mininterval=10) as bar:
        fuzz = damage_fuzz.run(arguments.mutations, arguments.first, bar.update)
    result['crashes'] += len(fuzz.crashes)
    result['hangs'] += len(fuzz.hangs)
    result['inputs_modified'] += fuzz.inputs_modified
    result |= {
        'mutations': fuzz.mutations,
        'mutations_repaired': fuzz.repaired,
        'mutation_failures': {**fuzz.crashes, **fuzz.hangs},
    }
    arguments.output.mkdir(parents=True, exist_ok=True)
    path = arguments.output / 'result.json'
    path.write_text(f'{json.dumps(result, indent=2)}\n', encoding='utf-8')
    figures = {key: value for key, value in result.items() if isinstance(value, int)}
    print(f'{path}: ' + ', '.join(f'{key} {value}' for key, value in figures.items()))
    for failure in result['failures']:
        print(f'not passed: {failure}', file=sys.stderr)
    for number, text in result['mutation_failures'].items():
        print(f'mutation {number}: {text}', file=sys.stderr)
    passed = result['named_correctly'] == result['cases']
    passed &= result['frames_recovered'] == result['frames_present']
    return 0 if passed and not any(result[name] for name in MUST_BE_NONE) else 1


if __name__ == '__main__':
    sys.exit(main())
