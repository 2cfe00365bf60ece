# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Write an episode so that a frame, once acknowledged, survives a crash.

HDF5's single-writer mode (SWMR) orders every write such that the file on disk is valid after each
of them; a plain flush per frame has windows in which older frames become unreadable. It asks for
all datasets and attributes up front and no variable-length types, hence the byte stream with an
index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, ExitStack
from datetime import datetime, timezone
from pathlib import Path
import secrets

import numpy as np
from numpy.typing import ArrayLike

from ..errors import EpisodeError, EpisodeWriteError
from . import late_camera_info, schema
from .camera_stream import CameraStream
from .episode_file import create_file, detach
from .episode_streams import EpisodeStreams
from .file_attributes import file_attributes, Metadata
from .part_file import PartFile, sync_folder, write_error_text
from .reader import Episode


class EpisodeWriter:
    """
    One episode being recorded, `<name>.h5.part` until it is closed. For one thread.

    A call of `add_…` acknowledges: when it returns, the row survives the end of the process. What
    the disk does not take is an EpisodeWriteError.

    :param folder: created when absent
    :param instruction: what the driver was told, not empty
    :param cameras: at least one; the first is the primary camera, to which actions are aligned
    :param expected_period: the camera's nominal frame period [s], when known
    :param joints: names of the joints whose states will come, in order
    :param name: of the episode; by default made from the time
    :param metadata: what else is to be known of the recorder: its parameters, QoS, versions
    """

    def __init__(
        self,
        folder: Path,
        *,
        instruction: str,
        scenario: str = '',
        cameras: Sequence[CameraStream] = (CameraStream(),),
        robot: str = '',
        action_topic: str = '',
        expected_period: float | None = None,
        software: str = 'mobile_vla',
        created: datetime | None = None,
        joints: Sequence[str] = (),
        metadata: Mapping[str, Metadata] | None = None,
        name: str = '',
    ) -> None:
        created = created or datetime.now(timezone.utc)
        self.name = name or f'episode_{created:%Y%m%d_%H%M%S}_{secrets.token_hex(4)}'
        self._path = Path(folder) / f'{self.name}{schema.PART_SUFFIX}'
        self._failure = ''
        attributes = file_attributes(
            cameras,
            name=self.name,
            instruction=instruction.strip(),
            scenario=scenario,
            robot=robot,
            action_topic=action_topic,
            expected_period=float('nan') if expected_period is None else expected_period,
            software=software,
            created=created.isoformat(),
        )
        try:
            with ExitStack() as undo:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._part = PartFile(self._path)
                undo.callback(self._part.release)
                undo.callback(self._path.unlink)
                sync_folder(self._path.parent)
                self._file = create_file(self._path)
                undo.callback(self._end)
                schema.set_attributes(self._file, attributes)
                self._streams = EpisodeStreams(self._file, cameras, joints)
                schema.set_attributes(self._file.create_group(schema.RECORDER), metadata or {})
                self._file.swmr_mode = True
                # Only now: opening and SWMR cut the file to its length, and with it the room.
                self._part.reserve(0)
                undo.pop_all()
        except (OSError, RuntimeError) as error:
            text = f'cannot write an episode to {folder}: {write_error_text(error)}'
            raise write_error(text, error) from error

    @property
    def path(self) -> Path:
        """The file being written."""
        return self._path

    def frames(self, camera: str | None = None) -> int:
        """Return the acknowledged frames of a camera, the primary one by default."""
        return self._streams.cameras[camera or self._streams.primary].count

    @property
    def commands(self) -> int:
        """Acknowledged commands."""
        return self._streams.tables[schema.COMMANDS].count

    def add_frame(
        self, camera: str, jpeg: bytes, header_stamp: float, receive_stamp: float
    ) -> None:
        """Append a JPEG with its capture and receive times [s]."""
        rows = self._streams.cameras[camera]
        self._reserve(len(jpeg))
        with self._writing():
            rows.append(jpeg, header_stamp, receive_stamp)

    def add_command(
        self,
        velocity: ArrayLike,
        stamp: float,
        receive_stamp: float,
        action_type: int = schema.ACTION_TYPE_NOT_GIVEN,
    ) -> None:
        """
        Append a command.

        :param velocity: shape (3,) [m/s, m/s, rad/s]
        :param stamp: when it was given: its header's stamp, or its receive time [s]
        """
        self._append(schema.COMMANDS, receive_stamp, velocity, action_type, stamp)

    def add_odometry(self, stamp: float, pose: ArrayLike, twist: ArrayLike) -> None:
        """
        Append odometry.

        :param pose: x, y, z [m], quaternion x, y, z, w; shape (7,)
        :param twist: linear [m/s], angular [rad/s]; shape (6,)
        """
        self._append(schema.ODOMETRY, pose, twist, stamp)

    def add_imu(
        self,
        stamp: float,
        orientation: ArrayLike,
        angular_velocity: ArrayLike,
        linear_acceleration: ArrayLike,
    ) -> None:
        """
        Append a measurement of the inertial unit.

        :param orientation: quaternion x, y, z, w; shape (4,)
        :param angular_velocity: shape (3,) [rad/s]
        :param linear_acceleration: shape (3,) [m/s^2]
        """
        self._append(schema.IMU, orientation, angular_velocity, linear_acceleration, stamp)

    def add_joint_state(
        self, stamp: float, position: ArrayLike, velocity: ArrayLike = (), effort: ArrayLike = ()
    ) -> None:
        """
        Append the state of the joints named at the start, J of them.

        :param position: shape (J,) [rad or m]; this and the others NaN where not given
        :param velocity: shape (J,) [rad/s or m/s], or empty
        :param effort: shape (J,) [N m or N], or empty
        """
        values = [self._streams.joint_values(given) for given in (position, velocity, effort)]
        self._append(schema.JOINT_STATES, *values, stamp)

    def add_event(self, stamp: float, kind: str, text: str = '') -> None:
        """
        Append an event, also on a full disk: its room is kept.

        :param text: stored up to schema.TEXT_BYTES bytes
        """
        with self._writing():
            self._streams.tables[schema.EVENTS].append(
                schema.encode_text(kind, schema.KIND_BYTES),
                schema.encode_text(text, schema.TEXT_BYTES),
                stamp,
            )

    def add_camera_info(self, stamp: float, camera: str, info: str) -> None:
        """Append a camera's CameraInfo as JSON, which came too late for its attributes."""
        for text in late_camera_info.split(camera, info):
            self.add_event(stamp, schema.CAMERA_INFO_EVENT, text)

    def extend(self, stream: str, rows: Mapping[str, ArrayLike]) -> None:
        """Append rows of a stream of the schema, a sequence per column, as Episode gives them."""
        table = self._streams.tables[stream]
        values = [np.asarray(rows[name]) for name in table.names]
        self._reserve(sum(column.nbytes for column in values))
        with self._writing():
            table.extend(*values)

    def _append(self, stream: str, *values: ArrayLike) -> None:
        self._reserve(0)
        with self._writing():
            self._streams.tables[stream].append(*values)

    def _reserve(self, size: int) -> None:
        if self._failure:
            return  # told when it is written to
        try:
            # The file may end with a chunk that is not full, and get another.
            self._part.reserve(size + 2 * self._streams.longest_chunk)
        except OSError as error:
            raise write_error(self._stuck_text(write_error_text(error)), error) from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Write nothing more once the library has failed: the file is then as after a crash."""
        if self._failure:
            raise EpisodeWriteError(self._stuck_text(self._failure), self._failure)
        try:
            yield
        except (OSError, RuntimeError) as error:
            self._failure = write_error_text(error)
            detach(self._file)
            self._part.release()
            raise write_error(self._stuck_text(self._failure), error) from error

    def _stuck_text(self, reason: str) -> str:
        return f'{self._path.name} cannot be continued: {reason}'

    def close(self, outcome: str = 'unknown', reason: str = '', stamp: float = 0.0) -> Path:
        """
        Align, sync, re-read, rename; the episode exists as `.h5` when this returns.

        :param outcome: one of schema.OUTCOMES
        :raises EpisodeError: if the disk or the library failed, or what is read back is not what
            was acknowledged; the `.part` stays, and `recover` makes an episode of it
        """
        if outcome not in schema.OUTCOMES:
            raise EpisodeError(
                f'outcome "{outcome}" is unknown: expected one of {", ".join(schema.OUTCOMES)}'
            )
        frames = self._streams.frames
        final = self._path.with_name(f'{self.name}{schema.SUFFIX}')
        try:
            text = f'{outcome}: {reason}' if reason else outcome
            self.add_event(stamp, schema.OUTCOME_EVENT, text)
            with self._writing():
                self._streams.write_actions()
                self._file.flush()
                self._file.close()
            self._part.sync()
            self._verify(frames)
            self._path.rename(final)
            self._path = final
            sync_folder(final.parent)
        except FileNotFoundError as error:
            text = f'{self._path.name} is lost: its file was removed while it was recorded'
            raise write_error(text, error) from error
        except (OSError, RuntimeError) as error:
            closed = self._path == final
            kept = 'may be gone after a power cut' if closed else 'is kept for recovery'
            text = f'{self._path.name} {kept}: {write_error_text(error)}'
            raise write_error(text, error) from error
        finally:
            self._part.release()
        return final

    def _verify(self, frames: dict[str, int]) -> None:
        self._path.stat()  # which says why it is not there
        with Episode(self._path) as episode:
            found = {name: episode.frames(name) for name in episode.cameras}
            rows = len(episode.actions)
        if found != frames or rows != frames[self._streams.primary]:
            raise EpisodeError(
                f'{self._path.name}: {frames} frames were acknowledged, {found} are read back; '
                f'the file is kept as it is'
            )

    def discard(self) -> None:
        """Delete the episode; EpisodeWriteError when that cannot be."""
        try:
            self._path.unlink()
        except OSError as error:
            text = f'{self._path.name} cannot be deleted: {write_error_text(error)}'
            raise write_error(text, error) from error
        finally:
            self._end()

    def _end(self) -> None:
        if not self._failure:
            self._file.close()
            self._part.release()


def write_error(text: str, error: Exception) -> EpisodeWriteError:
    """Return the error to raise for one of the disk or of the HDF5 library."""
    number = error.errno if isinstance(error, OSError) else None
    return EpisodeWriteError(text, write_error_text(error), number)
