# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import json

import cv2
from matplotlib.patches import Rectangle
import numpy as np
import pytest
from view_fixture import record

from mobile_vla_core.episodes import Episode, EpisodeWriter
from mobile_vla_core.images import encode_jpeg
from mobile_vla_core.toolbox.command import main
from mobile_vla_core.toolbox.view.action_plot import action_plot
from mobile_vla_core.toolbox.view.contact_sheet import contact_sheet
from mobile_vla_core.toolbox.view.curves import episode_curves, Gap


@pytest.fixture
def path(tmp_path):
    return record(tmp_path / 'episodes', 'one', missing=(5, 6, 12))


def frames(figure):
    """Return the frames' borders on a sheet."""
    return [artist for artist in figure.artists if isinstance(artist, Rectangle)]


def test_every_episode_of_a_folder_gets_a_sheet_and_a_plot(path, tmp_path, capsys):
    record(path.parent, 'two', instruction='상자의 왼쪽으로 가')
    assert main(['view', str(path.parent), '--output', str(tmp_path / 'out'), '--json']) == 0
    written = json.loads(capsys.readouterr().out)['written']
    names = ['one.plot.png', 'one.sheet.png', 'two.plot.png', 'two.sheet.png']
    assert sorted(p.name for p in (tmp_path / 'out').iterdir()) == names
    for target in written:
        height, width = cv2.imread(target).shape[:2]
        assert width > 600
        assert height > 300


def test_a_damaged_file_is_named_and_the_others_are_drawn(path, tmp_path, capsys):
    (path.parent / 'broken.h5').write_text('not an episode')
    assert main(['view', str(path.parent), '--plot', '--output', str(tmp_path / 'out')]) == 1
    assert 'broken.h5' in capsys.readouterr().err
    assert [p.name for p in (tmp_path / 'out').iterdir()] == ['one.plot.png']


def test_gaps_are_where_frames_are_missing(path):
    with Episode(path) as episode:
        curves = episode_curves(episode)
    assert curves.clock == 'header'
    assert [gap.frame for gap in curves.gaps] == [4, 9]
    assert curves.gaps[0] == Gap(4, pytest.approx(0.4), pytest.approx(0.7))
    assert len(curves.command_seconds) == 20


def test_the_plot_marks_gaps_and_names_units_and_action_types(path):
    with Episode(path) as episode:
        figure = action_plot(episode)
    labels = [panel.get_ylabel() for panel in figure.axes]
    assert labels[:3] == ['linear_x\n[m/s]', 'linear_y\n[m/s]', 'angular_z\n[rad/s]']
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ['movement', 'rotation', 'stop', 'special', '2 gaps between frames']


def test_the_plot_is_of_the_time_of_the_frames_whenever_the_first_command_came(tmp_path):
    writer = EpisodeWriter(tmp_path, instruction='go', name='late')
    writer.add_command((0.3, 0.0, 0.0), 10.0, 10.0)
    for t in range(5):
        writer.add_frame('front', encode_jpeg(np.zeros((16, 16, 3), np.uint8)), 100 + t, 100 + t)
    with Episode(writer.close()) as episode:
        left, right = action_plot(episode).axes[0].get_xlim()
    assert -0.5 < left < 0.0
    assert 4.0 < right < 4.5


def test_the_sheet_shows_first_and_last_frame_with_their_commands(path):
    with Episode(path) as episode:
        figure = contact_sheet(episode, 6)
        pictures = [episode.image(0), episode.image(16)]
    captions = [text.get_text() for text in figure.texts[:6]]
    assert captions[0].startswith('0: 0.00 s movement\n+0.40 +0.00 m/s +0.00 rad/s')
    assert captions[-1].startswith('16: 1.90 s stop')
    assert len(figure.images) == len(frames(figure)) == 6
    figure.canvas.draw()
    drawn = np.asarray(figure.canvas.buffer_rgba())[::-1, :, :3]
    for frame, picture in zip((frames(figure)[0], frames(figure)[5]), pictures, strict=True):
        (left, bottom), (right, top) = map(
            np.round,
            frame.get_path().get_extents().transformed(frame.get_patch_transform()).get_points(),
        )
        shown = drawn[int(bottom) + 2 : int(top) - 2, int(left) + 2 : int(right) - 2][::-1]
        expected = cv2.resize(picture, shown.shape[1::-1], interpolation=cv2.INTER_AREA)
        assert np.abs(shown.astype(int) - expected).mean() < 12


def test_an_episode_that_is_still_being_recorded_is_drawn_as_far_as_it_goes(path, tmp_path):
    part = tmp_path / 'three.h5.part'
    part.write_bytes(path.read_bytes())
    assert main(['view', str(part), '--sheet', '--output', str(tmp_path)]) == 0
    assert (tmp_path / 'three.sheet.png').exists()


def test_the_film_shows_each_frame_when_it_was_taken_with_its_command(path, tmp_path):
    av = pytest.importorskip('av')
    assert main(['view', str(path), '--film', '--output', str(tmp_path)]) == 0
    with av.open(str(tmp_path / 'one.mp4')) as film:
        frames = [(frame.time, frame.to_ndarray(format='rgb24')) for frame in film.decode(video=0)]
    with Episode(path) as episode:
        seconds = episode.stamps() - episode.stamps()[0]
    assert [time for time, _ in frames] == pytest.approx(seconds.tolist(), abs=1e-3)
    driving, standing = frames[0][1], frames[-1][1]
    arrow = np.s_[260:300, 300:340]
    assert driving[arrow].std(axis=(0, 1)).max() > 20
    assert standing[arrow].std(axis=(0, 1)).max() < 10


def test_what_is_there_is_not_replaced_unless_asked(path, tmp_path):
    target = tmp_path / 'one.plot.png'
    target.write_text('mine')
    ask = ['view', str(path), '--plot', '--output', str(tmp_path)]
    assert main(ask) == 2
    assert target.read_text() == 'mine'
    assert main([*ask, '--overwrite']) == 0
    assert target.read_bytes()[:4] == b'\x89PNG'


def test_a_picture_that_is_no_jpeg_is_named_on_the_sheet_and_ends_the_film(path, tmp_path, capsys):
    content = path.read_bytes()
    with Episode(path) as episode:
        jpeg = episode.jpeg(3)
    path.write_bytes(content.replace(jpeg, bytes(len(jpeg))))
    assert main(['view', str(path), '--sheet', '--output', str(tmp_path)]) == 0
    assert main(['view', str(path), '--film', '--output', str(tmp_path)]) == 2
    assert 'one.h5: ' in capsys.readouterr().err
    assert not (tmp_path / 'one.mp4').exists()
    with Episode(path) as episode:
        figure = contact_sheet(episode)
    (text,) = [text for text in figure.texts if text.get_text().startswith('unreadable')]
    assert text.get_text().startswith('unreadable:\nframe 3 of front is damaged: ')
    assert text.get_text().endswith('`episodes repair`')
    drawn = text.get_window_extent(figure.canvas.get_renderer())
    room = frames(figure)[3].get_window_extent()
    assert room.x0 < drawn.x0 < drawn.x1 < room.x1
    assert room.y0 < drawn.y0 < drawn.y1 < room.y1
