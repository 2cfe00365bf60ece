# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A disk that is full, and other write errors: what was acknowledged is kept."""

from collections.abc import Iterator
from contextlib import suppress
import errno
import gc
import os
from pathlib import Path
import resource
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest

from mobile_vla_core.episodes import (
    CameraStream,
    Episode,
    EpisodeWriter,
    find_episodes,
    find_unfinished,
    recover_folder,
)
from mobile_vla_core.errors import EpisodeError

MEGABYTE = 1024 * 1024


def jpeg(t: int) -> bytes:
    content = np.random.default_rng(t).integers(1, 255, 200_000, dtype=np.uint8)
    return b'\xff\xd8' + content.tobytes() + b'\xff\xd9'


def fill(path: Path) -> None:
    with suppress(OSError), path.open('wb', buffering=0) as file:
        while file.write(bytes(4096)):
            pass


def record_until_it_fails(writer: EpisodeWriter) -> tuple[int, Exception]:
    for t in range(2000):
        try:
            writer.add_command([t, 0, 0], t, t)
            writer.add_frame('front', jpeg(t), t, t)
        except (OSError, RuntimeError) as error:
            return t, error
    raise AssertionError('the disk was never full')


def assert_holds(path: Path, frames: int) -> None:
    with Episode(path) as episode:
        assert len(episode) == frames
        assert all(episode.jpeg(t) == jpeg(t) for t in range(frames))
        assert episode.actions[:, 0].tolist() == list(range(frames))


def disk_breaks(writer: EpisodeWriter) -> None:
    """Every write of the HDF5 library fails from here on."""
    os.dup2(os.open('/dev/full', os.O_RDWR), writer._file.id.get_vfd_handle())


def run_beyond_the_size_limit(folder: Path) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16 * MEGABYTE, before[1]))
    writer = EpisodeWriter(folder, instruction='go')
    frames, error = record_until_it_fails(writer)
    assert error.errno == errno.EFBIG
    writer.add_event(1.0, 'disk', str(error))
    path = writer.close('unknown', 'the disk is full', stamp=2.0)
    assert_holds(path, frames)
    with Episode(path) as episode:
        assert 'File too large' in episode.events[0][2]
        assert episode.ending == ('unknown', 'the disk is full')
    print(frames)


def run_with_a_breaking_disk(folder: Path) -> None:
    writer = EpisodeWriter(folder, instruction='go')
    for t in range(10):
        writer.add_frame('front', jpeg(t), t, t)
        writer.add_command([t, 0, 0], t, t)
    disk_breaks(writer)
    frames, error = record_until_it_fails(writer)
    assert frames == 0, error
    for call in (
        lambda: writer.add_frame('front', jpeg(0), 0, 0),
        lambda: writer.add_event(0, ''),
    ):
        with pytest.raises(EpisodeError, match='cannot be continued: No space left on device'):
            call()
    with pytest.raises(EpisodeError, match='is kept for recovery: No space left on device'):
        writer.close()
    del writer
    gc.collect()
    # The process lives on and records again.
    writer = EpisodeWriter(folder / 'next', instruction='go')
    writer.add_frame('front', jpeg(0), 0, 0)
    writer.add_command([0, 0, 0], 0, 0)
    assert_holds(writer.close(), 1)
    print(10)


def run_with_a_disk_that_breaks_while_closing(folder: Path) -> None:
    writer = EpisodeWriter(folder, instruction='go')
    for t in range(10):
        writer.add_frame('front', jpeg(t), t, t)
        writer.add_command([t, 0, 0], t, t)
    disk_breaks(writer)
    with pytest.raises(EpisodeError, match='is kept for recovery: No space left on device'):
        writer.close()
    print(10)


def run_with_a_disk_that_fails_at_the_end(folder: Path) -> None:
    writer = EpisodeWriter(folder, instruction='go', name='recorded')
    for t in range(10):
        writer.add_frame('front', jpeg(t), t, t)
        writer.add_command([t, 0, 0], t, t)
    with pytest.raises(EpisodeError, match='is kept for recovery: Input/output error'):
        writer.close()
    assert find_unfinished(folder) == [writer.path], 'and nobody holds it'
    print(10)


def frames_of(run, folder: Path, *tracer: str | Path) -> int:
    # In a process of its own: limits and broken descriptors would stay in pytest's.
    code = f'import test_disk_full as t; t.{run.__name__}(t.Path({str(folder)!r}))'
    command = [*tracer, sys.executable, '-c', code]
    here = Path(__file__).parent
    ended = subprocess.run(command, cwd=here, capture_output=True, text=True)
    if 'ptrace' in ended.stderr:
        pytest.skip('strace may not trace here: run make test where it may')
    assert ended.returncode == 0, ended.stderr
    return int(ended.stdout)


def test_an_episode_that_meets_the_file_size_limit_is_closed_in_order(tmp_path):
    frames = frames_of(run_beyond_the_size_limit, tmp_path)
    assert frames > 10
    assert_holds(find_episodes(tmp_path)[0], frames)
    assert find_unfinished(tmp_path) == []


@pytest.mark.parametrize(
    'run', [run_with_a_breaking_disk, run_with_a_disk_that_breaks_while_closing]
)
def test_what_was_acknowledged_before_the_disk_broke_is_recovered(tmp_path, run):
    frames = frames_of(run, tmp_path)
    (report,) = recover_folder(tmp_path)
    assert report.frames == {'front': frames}
    assert_holds(report.path, frames)


@pytest.mark.parametrize('call', ['fsync', 'rename,renameat,renameat2'])
def test_a_disk_that_fails_while_an_episode_is_closed_costs_nothing(tmp_path, call):
    inject = ('-e', f'trace={call}', '-e', f'inject={call}:error=EIO')
    tracer = strace(tmp_path / 'log', '-P', tmp_path / 'recorded.h5.part', *inject)
    frames = frames_of(run_with_a_disk_that_fails_at_the_end, tmp_path, *tracer)
    (report,) = recover_folder(tmp_path)
    assert_holds(report.path, frames)


def test_an_episode_whose_file_was_removed_is_said_to_be_lost(tmp_path):
    writer = EpisodeWriter(tmp_path / 'episodes', instruction='go')
    writer.add_frame('front', jpeg(0), 0, 0)
    shutil.rmtree(tmp_path / 'episodes')
    with pytest.raises(EpisodeError, match='is lost: its file was removed while it was recorded'):
        writer.close()


def strace(log: Path, *options: str | Path) -> list[str | Path]:
    if shutil.which('strace') is None:
        pytest.skip('needs strace: run tools/setup-environment as root, then make test')
    return ['strace', '-f', '-o', log, *options]


def mounted(folder: Path, *options: str) -> Iterator[Path]:
    """Mount a file system of 48 MB for a while."""
    if os.geteuid() != 0:
        pytest.skip('needs a small file system: run make test as root')
    mount = subprocess.run(['mount', *options, folder], capture_output=True, text=True)
    if mount.returncode:
        pytest.skip(f'mount says {mount.stderr.strip()}: run make test as root where it may mount')
    yield folder
    subprocess.run(['umount', '--lazy', folder], check=True)


@pytest.fixture
def small_disk(tmp_path):
    """Return a tmpfs of 48 MB."""
    yield from mounted(tmp_path, '-t', 'tmpfs', '-o', 'size=48m', 'tmpfs')


@pytest.fixture
def disk_without_promises(tmp_path):
    """Return an ext2 of 48 MB: it cannot take room ahead (fallocate)."""
    if shutil.which('mkfs.ext2') is None:
        pytest.skip('needs mkfs.ext2: install e2fsprogs, then make test')
    image, folder = tmp_path / 'image', tmp_path / 'disk'
    folder.mkdir()
    with image.open('wb') as file:
        file.truncate(48 * MEGABYTE)
    subprocess.run(['mkfs.ext2', '-q', '-m', '0', image], check=True)
    yield from mounted(folder, '-o', 'loop', image)


def run_on_a_full_disk(folder: Path) -> None:
    writer = EpisodeWriter(folder, instruction='go', cameras=[CameraStream(width=640, height=480)])
    frames, error = record_until_it_fails(writer)
    assert error.errno == errno.ENOSPC
    assert str(error) == f'{writer.path.name} cannot be continued: No space left on device'
    for number in range(1000):
        writer.add_event(1.0, 'disk', f'{number}: {error}')
    path = writer.close('unknown', 'the disk is full')
    assert_holds(path, frames)
    assert frames * len(jpeg(0)) > 0.6 * 48 * MEGABYTE
    print(frames)


def test_on_a_full_disk_that_cannot_promise_room_the_episode_is_closed_in_order(
    disk_without_promises,
):
    frames = frames_of(run_on_a_full_disk, disk_without_promises)
    assert_holds(find_episodes(disk_without_promises)[0], frames)
    assert find_unfinished(disk_without_promises) == []


def test_where_fallocate_is_not_supported_a_full_disk_is_met_as_well(small_disk):
    log = small_disk.parent / 'strace.log'
    inject = 'inject=fallocate:error=EOPNOTSUPP'
    tracer = strace(log, '-e', 'trace=fallocate', '-e', inject)
    frames = frames_of(run_on_a_full_disk, small_disk, *tracer)
    assert_holds(find_episodes(small_disk)[0], frames)
    assert log.read_text().count('EOPNOTSUPP') >= 3


def test_on_a_full_disk_the_episode_is_valid_and_the_next_is_refused_until_there_is_room(
    small_disk,
):
    writer = EpisodeWriter(small_disk, instruction='go')
    frames, error = record_until_it_fails(writer)
    assert error.errno == errno.ENOSPC
    writer.add_event(1.0, 'disk', str(error))
    path = writer.close('unknown', 'the disk is full')
    assert_holds(path, frames)
    assert frames * len(jpeg(0)) > 0.75 * 48 * MEGABYTE

    fill(small_disk / 'ballast')
    with pytest.raises(EpisodeError, match=r'cannot write an episode .*: No space left on device'):
        EpisodeWriter(small_disk, instruction='go')
    assert find_unfinished(small_disk) == []

    path.unlink()
    writer = EpisodeWriter(small_disk, instruction='go')
    writer.add_frame('front', jpeg(0), 0, 0)
    writer.add_command([0, 0, 0], 0, 0)
    assert_holds(writer.close(), 1)
