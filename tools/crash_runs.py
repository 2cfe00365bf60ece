# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Replay every crash point of a long recording, and kill the running recorder at random times."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
import sys
import tempfile

import rclpy

from mobile_vla_core.ros_domain import reserve_domain

sys.path.insert(0, str(Path(__file__).parents[1] / 'src/mobile_vla_core/test'))
import crash_kills
import crash_replay

SIZE = 20_000


def run(frames: int, kills: int) -> dict[str, int]:
    """Return the counts over all replays, up to the closed file, and over all kills."""
    result = {'points': 0, 'torn': 0, 'kills': 0, 'acknowledged': 0, 'lost': 0, 'invalid': 0}
    for cameras in (1, 2):
        with tempfile.TemporaryDirectory() as name:
            calls = crash_replay.record(Path(name), frames, cameras, SIZE, closing=True)
            if not crash_replay.same_file(calls, Path(name)):
                raise RuntimeError('the recorded calls do not give the file')
            damage = crash_replay.replay(calls, Path(name), SIZE, every_page=True)
        print(f'{cameras} cameras: {damage}', flush=True)
        for key in ('points', 'torn', 'acknowledged'):
            result[key] += getattr(damage, key)
        result['lost'] += damage.lost + damage.wrong
    with reserve_domain() as domain:
        os.environ['ROS_DOMAIN_ID'] = str(domain)
        rclpy.init()
        try:
            for number in range(kills):
                phases, cameras = crash_kills.PHASES, crash_replay.CAMERAS
                phase = phases[number % len(phases)]
                toll = crash_kills.kill_in(phase, cameras[: 1 + number // len(phases) % 2])
                result['kills'] += 1
                for key, count in vars(toll).items():
                    result[key] += count
        finally:
            rclpy.try_shutdown()
    return result


def main() -> int:
    """Write the result; exit code 1 when a frame was lost or an episode is invalid."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--frames', type=int, default=150, help='frames of each camera')
    parser.add_argument('--kills', type=int, default=20)
    parser.add_argument('--result', type=Path, default=Path('runs/crash/result.json'))
    options = parser.parse_args()
    result = run(options.frames, options.kills)
    options.result.parent.mkdir(parents=True, exist_ok=True)
    options.result.write_text(json.dumps(result, indent=2) + '\n')
    print(json.dumps(result))
    return 1 if result['lost'] or result['invalid'] else 0


if __name__ == '__main__':
    sys.exit(main())
