# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for `episodes convert`: what it writes, says and returns, whatever the files."""

import json
import signal
import subprocess
import sys
import time

import av
from bag_fixture import write_bag
from drive_fixture import FRAMES, STAMPS, write_episode
import h5py
from legacy_fixture import SMALL, write_g, write_v1, write_v6, WRITERS
import numpy as np
import pytest

from mobile_vla_core.episodes import Episode
from mobile_vla_core.toolbox.command import main
from mobile_vla_core.toolbox.convert import conversion_run

NAME = 'episode_20250801_183000_1box_vert_left_50cm'


def convert(*arguments) -> int:
    return main(['convert', *map(str, arguments)])


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def loop_in_heap(path):
    """Damage the size of the first text in a file's heap: it then ends where it begins."""
    content = bytearray(path.read_bytes())
    heap = content.index(b'GCOL')
    content[heap + 24 : heap + 32] = (2**64 - 16).to_bytes(8, 'little')
    path.write_bytes(content)
    return path


@pytest.fixture
def old(tmp_path):
    """Return a folder with a recording of every older layout, a bag and one of ours."""
    folder = tmp_path / 'old'
    folder.mkdir()
    for layout, write in WRITERS.items():
        write(folder / f'{NAME}_{layout}.h5', size=SMALL)
    write_bag(folder / 'bag')
    write_episode(folder, 'ours')
    return folder


def test_a_folder_of_everything_becomes_a_folder_of_episodes(old, tmp_path, capsys):
    assert convert(old, '--output', tmp_path / 'new') == 0
    expected = [f'{NAME}_{layout}.h5' for layout in WRITERS] + ['bag.h5', 'ours.h5']
    assert names(tmp_path / 'new') == sorted(expected)
    for name in expected:
        with Episode(tmp_path / 'new' / name) as episode:
            assert len(episode) == len(episode.actions) > 0
    assert (tmp_path / 'new/ours.h5').read_bytes() == (old / 'ours.h5').read_bytes()
    said = capsys.readouterr().out
    assert f'{NAME}_V6.h5 (V6) -> {tmp_path}/new/{NAME}_V6.h5: 13 frames' in said
    assert '  artificial rows: 1 (0), left out' in said
    assert said.endswith(f'converted 7 of 7 to {tmp_path}/new\n')


def test_json_says_every_assumption(old, tmp_path, capsys):
    assert convert(old, '--output', tmp_path / 'new', '--json') == 0
    document = json.loads(capsys.readouterr().out)
    assert (document['converted'], document['failed']) == (7, 0)
    kinds = [one['kind'] for one in document['recordings']]
    assert sorted(kinds) == ['G', 'V1', 'V4', 'V5', 'V6', 'ours', 'rosbag2']
    v5 = document['recordings'][kinds.index('V5')]
    told = {one['what']: one for one in v5['assumptions']}
    assert told['colour order'] == {'what': 'colour order', 'value': 'rgb', 'why': 'layout V5'}
    assert {'layout', 'action names', 'rate', 'start', 'scenario', 'instruction'} < set(told)


def test_a_bad_file_is_named_and_the_others_are_converted(tmp_path, capsys):
    folder = tmp_path / 'old'
    folder.mkdir()
    write_v1(folder / f'{NAME}.h5', size=SMALL)
    (folder / 'text.h5').write_text('no HDF5')
    h5py.File(folder / 'foreign.h5', 'w').close()
    assert convert(folder, '--output', tmp_path / 'new') == 1
    said = capsys.readouterr()
    assert 'text.h5: file.not_hdf5: its 7 bytes are text, not HDF5' in said.err
    assert 'foreign.h5: schema mismatch: found no keys, expected one of' in said.err
    assert 'converted 1 of 3' in said.out
    assert names(tmp_path / 'new') == [f'{NAME}.h5']


def test_a_file_in_which_the_library_comes_to_no_end_is_named_and_the_others_go_on(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(conversion_run, 'LEAST_TIME', 6.0)
    monkeypatch.setattr(conversion_run, 'SLOWEST_BYTES', 1e9)
    folder = tmp_path / 'old'
    folder.mkdir()
    for name in ('a', 'b', 'c'):
        write_v1(folder / f'{name}.h5', size=SMALL)
    loop_in_heap(folder / 'b.h5')
    assert convert(folder, '--output', tmp_path / 'new') == 1
    assert 'b.h5: file.hang: reading it came to no end in 6 s' in capsys.readouterr().err
    assert names(tmp_path / 'new') == ['a.h5', 'c.h5']


def test_a_single_file_without_end_is_named_too(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(conversion_run, 'LEAST_TIME', 1.0)
    monkeypatch.setattr(conversion_run, 'SLOWEST_BYTES', 1e9)
    path = loop_in_heap(write_v1(tmp_path / 'a.h5', size=SMALL))
    assert convert(path, '--output', tmp_path / 'new') == 2
    assert 'a.h5: file.hang: reading it came to no end in 1 s' in capsys.readouterr().err
    assert names(tmp_path / 'new') == []


def test_an_interrupted_run_leaves_nothing_half_done(tmp_path):
    path = loop_in_heap(write_v1(tmp_path / 'a.h5', size=SMALL))  # which would take a minute
    target = tmp_path / 'new'
    command = [sys.executable, '-m', 'mobile_vla_core.toolbox.command', 'convert', path, '-o']
    program = subprocess.Popen([*command, target], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while not list(target.glob('.convert_*/*')) and time.monotonic() < deadline:
        time.sleep(0.05)
    program.send_signal(signal.SIGINT)
    assert program.communicate(timeout=30)[1] == 'episodes convert: interrupted\n'
    assert program.returncode == 130
    assert names(target) == []


def test_nothing_converted_is_status_2(tmp_path, capsys):
    (tmp_path / 'text.h5').write_text('no HDF5')
    assert convert(tmp_path / 'text.h5', '--output', tmp_path / 'new') == 2
    assert convert(tmp_path / 'absent', '--output', tmp_path / 'new') == 2
    assert 'absent does not exist' in capsys.readouterr().err
    (tmp_path / 'empty').mkdir()
    assert convert(tmp_path / 'empty', '--output', tmp_path / 'new') == 2
    assert 'holds no recording' in capsys.readouterr().err


def test_messages_that_are_lost_are_status_1(tmp_path, capsys):
    write_bag(tmp_path / 'bag', truncated=4)
    assert convert(tmp_path / 'bag', '--output', tmp_path / 'new') == 1
    assert 'lost: 1 messages of /camera/image_raw' in capsys.readouterr().out


@pytest.mark.parametrize('to', ['ours', 'g', 'mcap', 'mp4', 'lerobot'])
def test_nothing_is_overwritten_unless_asked(tmp_path, capsys, to):
    source = write_g(tmp_path / f'{NAME}.h5', size=SMALL)
    target = tmp_path / 'new'
    assert convert(source, '--output', target, '--to', to) == 0
    before = {path: path.read_bytes() for path in target.rglob('*') if path.is_file()}
    assert before
    assert convert(source, '--output', target, '--to', to) == 2
    assert 'exists already' in capsys.readouterr().err
    assert {path: path.read_bytes() for path in before} == before
    assert convert(source, '--output', target, '--to', to, '--overwrite') == 0
    assert [path.name for path in target.iterdir() if path.name.startswith('.')] == []


def spoil(path, damage):
    """Damage an episode so that the HDF5 library still opens it."""
    with h5py.File(path) as file:
        place = file['observations/images/front/jpeg'].id.get_chunk_info(0).byte_offset
        if damage == 'stamps':
            place = h5py.h5o.get_info(file['commands/stamp'].id).addr
    content = bytearray(path.read_bytes())
    content[place : place + 16] = bytes(16)
    path.write_bytes(content)
    if damage == 'undecodable':  # as an older version wrote it, which has no checksum
        with h5py.File(path, 'r+') as file:
            del file['observations/images/front/crc']


@pytest.mark.parametrize('damage', ['altered', 'undecodable', 'stamps'])
@pytest.mark.parametrize('to', ['ours', 'mcap'])
def test_a_damaged_episode_is_refused_whatever_it_should_become(tmp_path, capsys, damage, to):
    path = write_episode(tmp_path / 'old', 'drive')
    spoil(path, damage)
    status = convert(path, '--output', tmp_path / 'new', '--to', to)
    if (damage, to) != ('undecodable', 'mcap'):  # which takes the bytes of a picture as they are
        assert status == 2
        assert f'{path}: ' in capsys.readouterr().err
        assert names(tmp_path / 'new') == []


def test_a_source_is_never_its_own_target(tmp_path, capsys):
    path = write_episode(tmp_path, 'drive')
    before = path.read_bytes()
    assert convert(path, '--output', tmp_path, '--overwrite') == 2
    assert 'would replace its source' in capsys.readouterr().err
    assert path.read_bytes() == before


def test_two_sources_of_one_name_do_not_replace_each_other(tmp_path, capsys):
    for folder in ('a', 'b'):
        write_episode(tmp_path / folder, 'drive')
    target = tmp_path / 'new'
    arguments = (tmp_path / 'a', tmp_path / 'b', '--output', target, '--to', 'mcap')
    assert convert(*arguments, '--overwrite') == 1
    assert f'drive.h5: it has the name of {tmp_path}/a/drive.h5' in capsys.readouterr().err
    assert names(target) == ['drive.mcap']


def test_an_unfinished_episode_is_sent_to_repair(tmp_path, capsys):
    path = write_episode(tmp_path, 'drive').rename(tmp_path / 'drive.h5.part')
    assert convert(path, '--output', tmp_path / 'new') == 2
    assert '`episodes repair` makes an episode of it first' in capsys.readouterr().err


def test_an_old_recording_goes_straight_to_mp4_with_its_colours_and_times(tmp_path):
    write_v6(tmp_path / f'{NAME}.h5', size=(48, 64))
    assert convert(tmp_path / f'{NAME}.h5', '--output', tmp_path / 'v', '--to', 'mp4') == 0
    with av.open(str(tmp_path / 'v' / f'{NAME}.mp4')) as container:
        frames = list(container.decode(video=0))
    np.testing.assert_allclose([frame.time for frame in frames], np.arange(13) / 5, atol=1e-4)
    picture = frames[0].to_ndarray(format='rgb24').astype(int)
    np.testing.assert_allclose(picture[3, 60], (200, 30, 20), atol=12)
    assert names(tmp_path / 'v') == [f'{NAME}.mp4']


def test_uneven_frames_are_shown_when_they_were_taken(tmp_path):
    write_episode(tmp_path, 'drive')
    assert convert(tmp_path / 'drive.h5', '--output', tmp_path / 'v', '--to', 'mp4') == 0
    with av.open(str(tmp_path / 'v/drive.mp4')) as container:
        times = [frame.time for frame in container.decode(video=0)]
    np.testing.assert_allclose(times, STAMPS - STAMPS[0], atol=1e-4)


def test_cameras_that_a_format_does_not_hold_are_told(tmp_path, capsys):
    write_episode(tmp_path, 'drive', cameras=('front', 'rear'))
    arguments = (tmp_path / 'drive.h5', '--output', tmp_path / 'g', '--to', 'g')
    assert convert(*arguments, '--camera', 'rear') == 0
    assert 'note: cameras not written: front; choose with --camera' in capsys.readouterr().out
    assert convert(*arguments, '--camera', 'top', '--overwrite') == 2
    assert 'no camera "top", it holds front, rear' in capsys.readouterr().err


def test_an_episode_that_does_not_fit_a_data_set_is_named_the_others_are_in_it(tmp_path, capsys):
    folder = tmp_path / 'drives'
    write_episode(folder, 'a')
    write_episode(folder, 'b', size=(30, 40))
    write_episode(folder, 'c')
    assert convert(folder, '--output', tmp_path / 'set', '--to', 'lerobot') == 1
    assert 'b.h5: schema mismatch' in capsys.readouterr().err
    info = json.loads((tmp_path / 'set/meta/info.json').read_text())
    assert info['total_frames'] == 2 * FRAMES


@pytest.mark.parametrize(
    ('to', 'library'), [('lerobot', 'pyarrow'), ('mcap', 'mcap'), ('mp4', 'av')]
)
def test_a_library_that_is_absent_is_named_with_the_line_for_pip(
    tmp_path, capsys, monkeypatch, to, library
):
    write_episode(tmp_path, 'drive')
    monkeypatch.setitem(sys.modules, library, None)
    assert convert(tmp_path / 'drive.h5', '--output', tmp_path / 'new', '--to', to) == 2
    assert f'pip install {library}' in capsys.readouterr().err
    assert not (tmp_path / 'new').exists()


def test_without_the_libraries_of_other_formats_older_layouts_are_read(tmp_path):
    write_v1(tmp_path / f'{NAME}.h5', size=SMALL)
    program = (
        'import sys\n'
        'sys.modules.update(dict.fromkeys(["rosbags", "mcap", "pyarrow", "av", "pandas"]))\n'
        'from mobile_vla_core.toolbox.command import main\n'
        f'sys.exit(main(["convert", "{tmp_path}/{NAME}.h5", "-o", "{tmp_path}/new"]))\n'
    )
    result = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ('arguments', 'text'),
    [
        (('--rate', '0'), '--rate 0 is no rate'),
        (('--jpeg-quality', '101'), 'expected 1 to 100'),
    ],
)
def test_an_impossible_option_is_refused(tmp_path, capsys, arguments, text):
    write_episode(tmp_path, 'drive')
    assert convert(tmp_path / 'drive.h5', '--output', tmp_path / 'new', *arguments) == 2
    assert text in capsys.readouterr().err


def test_action_names_must_be_known_and_distinct(tmp_path, capsys):
    with pytest.raises(SystemExit) as caught:
        convert(tmp_path, '--output', tmp_path, '--action-names', 'linear_x,yaw')
    assert caught.value.code == 2
    assert 'expected each of linear_x, linear_y, angular_z' in capsys.readouterr().err


def test_quality_decides_how_much_of_a_raw_picture_is_kept(tmp_path):
    write_g(tmp_path / f'{NAME}.h5', size=SMALL)
    sizes = []
    for quality in (30, 95):
        target = tmp_path / str(quality)
        assert convert(tmp_path / f'{NAME}.h5', '-o', target, '--jpeg-quality', quality) == 0
        with Episode(target / f'{NAME}.h5') as episode:
            assert episode.camera_attributes()['jpeg_quality'] == quality
            sizes.append(sum(len(episode.jpeg(t)) for t in range(len(episode))))
    assert sizes[0] < sizes[1]
