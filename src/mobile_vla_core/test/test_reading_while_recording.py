# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import subprocess
import sys

from mobile_vla_core.episodes import Episode

# Adds a measurement, and says so, for each line that it is given.
WRITER = """
import pathlib, sys
from mobile_vla_core.episodes import EpisodeWriter
writer = EpisodeWriter(pathlib.Path(sys.argv[1]), instruction='go left')
for number, _ in enumerate(sys.stdin):
    writer.add_imu(float(number), (0, 0, 0, 1), (0, 0, 0), (0, 0, 9.8))
    print(number, flush=True)
"""


def test_measurements_that_come_while_a_stream_is_opened_are_no_damage(tmp_path, monkeypatch):
    process = subprocess.Popen(
        [sys.executable, '-c', WRITER, tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def measure() -> None:
        process.stdin.write('\n')
        process.stdin.flush()
        assert process.stdout.readline()

    opened = Episode._column

    def open_and_measure(*arguments):
        column = opened(*arguments)
        measure()
        return column

    try:
        measure()
        (path,) = tmp_path.glob('*.h5.part')
        with Episode(path) as episode:
            monkeypatch.setattr(Episode, '_column', open_and_measure)
            imu = episode.imu
        assert {len(rows) for rows in imu.values()} == {1}
    finally:
        process.kill()
        process.communicate()
