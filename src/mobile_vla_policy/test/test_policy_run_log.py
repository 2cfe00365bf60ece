# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of the run log through the node's process, where it could be lost or in the way."""

import signal

from policy_rig import is_zero, PolicyRig

from mobile_vla_core.episodes import Episode, find_episodes


def test_the_log_of_a_node_that_is_killed_is_whole(checkpoint, tmp_path):
    options = {'instruction': 'go left', 'autostart': True, 'run_log': tmp_path}
    with PolicyRig(checkpoint=checkpoint, **options) as rig:
        rig.wait_until_driving()
        rig.wait(lambda: rig.latest().frames > 5)
        rig.stop(signal.SIGKILL)
        rig.wait(lambda: list(tmp_path.glob('run_*.h5')))
    with Episode(*find_episodes(tmp_path)) as episode:
        assert len(episode) > 5
        assert episode.ending[1] == 'the policy node ended'
        assert (episode.actions != 0.0).any()


def test_a_folder_that_cannot_be_written_is_told_and_stops_nothing(checkpoint, tmp_path):
    (tmp_path / 'file').write_text('')
    options = {'instruction': 'go left', 'autostart': True, 'run_log': tmp_path / 'file'}
    with PolicyRig(checkpoint=checkpoint, **options) as rig:
        rig.wait_until_driving()
        assert rig.stop(signal.SIGTERM) == 0
        rig.wait(lambda: is_zero(rig.twists[-1][1]))
        output = rig.output()
    assert 'the run log is not written any more' in output
    assert 'Traceback' not in output
