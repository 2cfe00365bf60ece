# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for legacy.py: older recordings keep colours, names, times and labels."""

import json

import h5py
from legacy_fixture import (
    BLUE,
    FRAMES,
    INSTRUCTION,
    RED,
    scene,
    SIZE,
    SMALL,
    velocities,
    write_g,
    write_v1,
    write_v4,
    write_v5,
    write_v6,
    WRITERS,
)
import numpy as np
import pytest

from mobile_vla_core.action_space import ActionType
from mobile_vla_core.episodes import Episode
from mobile_vla_core.episodes.layout import Layout
from mobile_vla_core.errors import (
    ActionSpaceError,
    EpisodeError,
    InstructionError,
    SchemaMismatchError,
)
from mobile_vla_core.toolbox.convert.assumption import Overrides
from mobile_vla_core.toolbox.convert.legacy import open_legacy
from mobile_vla_core.toolbox.convert.ours import write_legacy

NAME = 'episode_20250801_183000_1box_vert_left_50cm.h5'
START = 1754073000.0  # 2025-08-01 18:30 UTC
KEPT = {
    'G': range(FRAMES),
    'V1': range(1, FRAMES),
    'V4': range(FRAMES),
    'V5': range(FRAMES - 5),
    'V6': range(FRAMES - 5),
}
RATES = {'G': 6.0, 'V1': 2.5, 'V4': 2.5, 'V5': 6.0, 'V6': 5.0}


def convert(path, layout, *, quality=90, **said):
    with open_legacy(path, Layout(layout), Overrides(**said)) as legacy:
        return write_legacy(legacy, path.parent / 'new', quality=quality)


def assumed(path, layout, **said) -> dict[str, str]:
    with open_legacy(path, Layout(layout), Overrides(**said)) as legacy:
        return {one.what: str(one) for one in legacy.assumptions}


@pytest.mark.parametrize('layout', WRITERS)
def test_a_real_size_recording_keeps_colours_actions_rate_and_labels(tmp_path, layout):
    path = convert(WRITERS[layout](tmp_path / NAME, size=SIZE), layout)
    rows = np.array(KEPT[layout])
    with Episode(path) as episode:
        assert len(episode) == len(rows)
        for t, row in enumerate(rows):
            picture = episode.image(t).astype(int)
            assert picture.shape == (*SIZE, 3)
            np.testing.assert_allclose(picture[40, 1200], RED, atol=4)
            np.testing.assert_allclose(picture[-40, 1200], BLUE, atol=4)
            assert np.abs(picture - scene(row)).mean() < 1.5
        expected = velocities()[rows - (layout == 'V1')]
        if layout == 'V1':
            expected[-1] = 0  # its stop_action
        if layout == 'V4':
            expected[:, 2] = 0  # two values a row
        np.testing.assert_allclose(episode.actions[:, :3], expected, atol=1e-6)
        kinds = [ActionType.STOP, ActionType.ROTATION, ActionType.MOVEMENT]
        derived = [kinds[0 if not v.any() else 1 if not v[:2].any() else 2] for v in expected]
        np.testing.assert_array_equal(episode.actions[:, 3], derived)
        np.testing.assert_allclose(episode.stamps(), START + rows / RATES[layout], atol=1e-5)
        assert episode.instruction == INSTRUCTION
        assert episode.scenario == '1box_vert_left'
        assert episode.metadata['converted_from'] == layout
        told = [text for _, kind, text in episode.events if kind == 'converted']
        order = 'bgr' if layout in ('V1', 'V4', 'V6') else 'rgb'
        assert f'colour order: {order} (layout {layout})' in told
        assert any(text.startswith(f'rate: {RATES[layout]:g} Hz') for text in told)


@pytest.mark.parametrize(('layout', 'order'), [('V1', 'rgb'), ('V5', 'bgr')])
def test_the_colour_order_is_the_one_that_the_user_says(tmp_path, layout, order):
    path = WRITERS[layout](tmp_path / NAME, size=SIZE)
    with Episode(convert(path, layout, color_order=order)) as episode:
        np.testing.assert_allclose(episode.image(0)[40, 1200].astype(int), RED[::-1], atol=4)
    assert assumed(path, layout, color_order=order)['colour order'].endswith('(as you said)')


def test_artificial_rows_stay_when_asked_and_are_told_in_either_case(tmp_path):
    path = write_v6(tmp_path / NAME, size=SMALL)
    with Episode(convert(path, 'V6', keep_artificial=True)) as episode:
        assert len(episode) == FRAMES
        assert (episode.actions[-5:, 3] == ActionType.STOP).all()
    assert assumed(path, 'V6')['artificial rows'] == (
        'artificial rows: 5 (13-17), left out (their event is stop_inject)'
    )
    assert 'kept' in assumed(path, 'V6', keep_artificial=True)['artificial rows']


def test_rate_names_instruction_and_scenario_are_those_that_the_user_says(tmp_path):
    path = write_v4(tmp_path / 'a.h5', size=SMALL)
    said = {
        'rate': 10.0,
        'action_names': ('linear_x', 'angular_z'),
        'instruction': '왼쪽으로 가',
        'scenario': 'hall',
    }
    with Episode(convert(path, 'V4', **said)) as episode:
        np.testing.assert_allclose(episode.stamps(), np.arange(FRAMES) / 10)
        np.testing.assert_allclose(episode.actions[:, 2], velocities()[:, 1], atol=1e-6)
        assert (episode.actions[:, 1] == 0).all()
        assert (episode.instruction, episode.scenario) == ('왼쪽으로 가', 'hall')


def test_a_column_that_is_no_action_can_be_ignored(tmp_path):
    path = write_g(tmp_path / NAME, size=SMALL)
    names = ('linear_x', 'linear_y', 'angular_z', 'ignore')
    with open_legacy(path, Layout.G, Overrides(action_names=names)) as legacy:
        assert (legacy.action_types == -1).all()


def test_names_for_another_number_of_columns_are_refused(tmp_path):
    path = write_v5(tmp_path / NAME, size=SMALL)
    with pytest.raises(ActionSpaceError, match='have 3 values: expected as many action names'):
        assumed(path, 'V5', action_names=('linear_x', 'angular_z'))


def test_without_instruction_and_scenario_the_user_must_say_it(tmp_path):
    path = write_v4(tmp_path / 'nameless.h5', size=SMALL)
    with pytest.raises(InstructionError, match='say what the robot was asked with --instruction'):
        assumed(path, 'V4')


def test_times_start_at_zero_when_nothing_tells_when(tmp_path):
    path = write_v5(tmp_path / 'nameless.h5', size=SMALL)
    assert assumed(path, 'V5')['start'].startswith('start: 0 s (nothing tells')
    with Episode(convert(path, 'V5')) as episode:
        assert episode.stamps()[0] == 0


def test_an_early_v1_has_its_scenario_from_the_file_name(tmp_path):
    path = write_v1(tmp_path / NAME, size=SMALL, late=False)
    told = assumed(path, 'V1')
    assert told['scenario'] == 'scenario: 1box_vert_left (file name)'
    assert INSTRUCTION in told['instruction']


def test_attributes_of_the_source_are_kept(tmp_path):
    path = convert(write_v6(tmp_path / NAME, size=SMALL, scenario='1box_vert_left'), 'V6')
    with Episode(path) as episode:
        kept = json.loads(episode.metadata['source_attributes'])
    assert kept['cx_path'] == 'straight'
    assert kept['stop_inject_n'] == 5


def test_nan_is_kept_and_told(tmp_path):
    path = write_v5(tmp_path / NAME, size=SMALL)
    with h5py.File(path, 'r+') as file:
        file['actions'][2] = np.nan
    assert '1 rows are NaN or infinite and stay so' in assumed(path, 'V5')['action names']
    with Episode(convert(path, 'V5')) as episode:
        assert np.isnan(episode.actions[2, :3]).all()


@pytest.mark.parametrize(
    ('name', 'value', 'text'),
    [
        ('actions', np.zeros((FRAMES - 1, 3)), '18 pictures and 17 actions'),
        ('actions', np.zeros((FRAMES, 5)), r'actions \(18, 5\) float64'),
        ('images', np.zeros((FRAMES, 8, 8, 3)), r'images \(18, 8, 8, 3\) float64'),
        ('images', np.zeros((FRAMES, 8, 8), np.uint8), r'images \(18, 8, 8\) uint8'),
        ('action_event_types', np.array([b'keyboard']), '1 action_event_types for 18 actions'),
    ],
)
def test_what_its_layout_does_not_promise_is_a_mismatch(tmp_path, name, value, text):
    path = write_v6(tmp_path / NAME, size=SMALL)
    with h5py.File(path, 'r+') as file:
        del file[name]
        file[name] = value
    with pytest.raises(SchemaMismatchError, match=rf'schema mismatch: found .*{text}.*expected'):
        assumed(path, 'V6')


def test_a_recording_of_nothing_but_injected_stops_is_refused(tmp_path):
    path = write_v5(tmp_path / NAME, size=SMALL, frames=5)
    with pytest.raises(EpisodeError, match='all 5 rows are artificial'):
        assumed(path, 'V5')


def test_a_picture_that_cannot_be_read_is_named_and_nothing_stays(tmp_path):
    path = write_v6(tmp_path / NAME, size=SMALL)
    with h5py.File(path) as file:
        chunk = file['images'].id.get_chunk_info(4)
    content = bytearray(path.read_bytes())
    content[chunk.byte_offset : chunk.byte_offset + chunk.size] = bytes(chunk.size)
    path.write_bytes(content)
    with pytest.raises(EpisodeError, match='pictures 4 to 4 cannot be read'):
        convert(path, 'V6')
    assert list((tmp_path / 'new').iterdir()) == []
