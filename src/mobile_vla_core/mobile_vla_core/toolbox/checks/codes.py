# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The code of every finding: how bad it is, what it means, what to do. Codes never change."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Severity(IntEnum):
    """What follows from a finding."""

    NOTE = 0
    """Good to know."""
    WARNING = 1
    """Look at it before training."""
    ERROR = 2
    """Not to be trained on as it is."""

    def __str__(self) -> str:
        return self.name.lower()


class Code(NamedTuple):
    """What a code stands for."""

    severity: Severity
    meaning: str
    remedy: str


_NOTE, _WARNING, _ERROR = Severity.NOTE, Severity.WARNING, Severity.ERROR
_REPAIR = '`episodes repair` copies what is readable to a new file'
_REWRITE = 'write the episode anew with the recorder or `episodes convert`'
_LOOK = 'look at it with `episodes view`, then leave it out or cut it with `episodes edit trim`'
_STOP = 'cut it with `episodes edit drop-stop`; of older layouts `episodes convert` leaves it out'
_RELABEL = 'give it the right label with `episodes edit set`'
_RECORD = 'record more of what is rare'

CODES: dict[str, Code] = {
    # The file as bytes.
    'file.denied': Code(_ERROR, 'it may not be read', 'change its permissions'),
    'file.unreadable': Code(_ERROR, 'the system fails to read it', 'check the disk'),
    'file.empty': Code(_ERROR, 'it has no bytes', 'delete it'),
    'file.not_hdf5': Code(
        _ERROR,
        'its first bytes are those of another kind of file',
        '`episodes repair` looks for pictures in it; else delete or rename it',
    ),
    'file.truncated': Code(_ERROR, 'it is shorter than it says of itself', _REPAIR),
    'file.damaged': Code(_ERROR, 'the HDF5 library refuses to open it', _REPAIR),
    'file.crash': Code(_ERROR, 'the HDF5 library crashes on it', _REPAIR),
    'file.hang': Code(_ERROR, 'the HDF5 library comes to no end on it', _REPAIR),
    'file.unfinished': Code(
        _ERROR, 'its recorder ended before it could close it', '`episodes repair` finishes it'
    ),
    'file.recording': Code(_NOTE, 'a recorder still writes to it', ''),
    # What is in it, and what should be.
    'schema.mismatch': Code(
        _ERROR, 'a layout that is not known', '`episodes convert --help`: say what it holds'
    ),
    'schema.legacy': Code(
        _WARNING, 'a known older layout, which training does not read', '`episodes convert`'
    ),
    'data.missing': Code(_ERROR, 'a dataset or attribute of the schema is not there', _REPAIR),
    'data.type': Code(_ERROR, 'a dataset has values of another type', _REWRITE),
    'data.shape': Code(_ERROR, 'a dataset has another shape', _REWRITE),
    'data.length': Code(_ERROR, 'datasets that belong together have other lengths', _REPAIR),
    'data.unreadable': Code(_ERROR, 'a dataset or attribute cannot be read', _REPAIR),
    'data.index': Code(_ERROR, 'the index of the pictures points beside them', _REPAIR),
    'data.no_frames': Code(_ERROR, 'there is no picture', 'delete it'),
    'data.unindexed': Code(_NOTE, 'bytes after the last picture: one that was not finished', ''),
    # When.
    'time.not_finite': Code(_ERROR, 'stamps that are NaN, infinite or no time', _REPAIR),
    'time.backwards': Code(
        _ERROR,
        'stamps that go back',
        'synchronise the clocks; cut there with `episodes edit trim`',
    ),
    'time.duplicate': Code(_WARNING, 'pictures with the same stamp', 'mend the camera driver'),
    'time.gap': Code(
        _WARNING, 'pictures are missing', 'training splits the episode there; see the recorder'
    ),
    'time.jitter': Code(_WARNING, 'the time between pictures is uneven', 'mend the camera driver'),
    'time.rate': Code(_WARNING, 'fewer pictures per second than expected', 'find what slows it'),
    'time.clock_jump': Code(_WARNING, 'the clock jumped', 'synchronise it before recording'),
    'time.skew': Code(
        _WARNING,
        'pictures and commands come with different delays',
        'synchronise the clocks, or find what delays the camera',
    ),
    'time.cadence': Code(
        _WARNING, 'another frame rate than the other episodes', 'train at the slowest one'
    ),
    'time.short': Code(_WARNING, 'much shorter than the other episodes', _LOOK),
    # What was driven.
    'action.not_finite': Code(_ERROR, 'commands that are NaN or infinite', _REPAIR),
    'action.zero': Code(
        _ERROR, 'every command is zero', 'was the command topic recorded? leave the episode out'
    ),
    'action.constant': Code(_WARNING, 'the command never changes', _LOOK),
    'action.idle': Code(
        _WARNING, 'a long time of standing still', 'cut it with `episodes edit drop-idle`'
    ),
    'action.saturated': Code(
        _WARNING, 'commands are cut off at a limit', 'raise the limit of the source, or scale it'
    ),
    'action.dead_dimension': Code(
        _WARNING, 'a velocity never changes in any episode', 'is this axis wired?'
    ),
    'action.units': Code(
        _WARNING, 'speeds that no such robot drives', 'm/s and rad/s are meant: convert them'
    ),
    'action.type': Code(
        _ERROR, 'an action type that is none of the four', 'convert the episode anew'
    ),
    'action.type_mismatch': Code(_WARNING, 'an action type that contradicts the velocity', _LOOK),
    'action.misaligned': Code(
        _WARNING, 'actions differ from the recorded commands', 'align anew: `episodes repair`'
    ),
    'action.artificial_start': Code(_WARNING, 'an artificial STOP before the drive', _STOP),
    'action.artificial_end': Code(_WARNING, 'artificial STOPs after the drive', _STOP),
    'action.imbalance': Code(_NOTE, 'nearly all frames are of one action type', _RECORD),
    # What was seen.
    'image.undecodable': Code(_ERROR, 'a picture that is no JPEG any more', _REPAIR),
    'image.damaged': Code(_ERROR, 'a JPEG of which a part is destroyed', _REPAIR),
    'image.altered': Code(_ERROR, 'a picture whose bytes are not those of its checksum', _REPAIR),
    'image.outlier': Code(
        _WARNING, 'a picture unlike both its neighbours: damaged, or a flash', _LOOK
    ),
    'image.black': Code(_WARNING, 'black pictures', 'uncover the lens or switch on the light'),
    'image.overexposed': Code(_WARNING, 'overexposed pictures', 'lower the exposure'),
    'image.blank': Code(_WARNING, 'pictures of one colour that show nothing', _LOOK),
    'image.frozen': Code(
        _WARNING,
        'the same picture while the robot is driven',
        'restart the camera, or the robot did not move; cut the frames',
    ),
    'image.duplicate': Code(
        _NOTE, 'single pictures that are copies of the one before', 'mend the camera driver'
    ),
    'image.size': Code(_WARNING, 'pictures of another size than the first', _LOOK),
    'image.red_blue_swap': Code(
        _WARNING, 'red and blue are likely swapped', 'convert anew with the other colour order'
    ),
    # What was said.
    'label.no_instruction': Code(_ERROR, 'the instruction is empty', _RELABEL),
    'label.unknown_instruction': Code(
        _WARNING, 'the instruction says nothing, or is none of those known', _RELABEL
    ),
    'label.wrong_side': Code(
        _WARNING, 'the drive passes on the other side than the instruction names', _RELABEL
    ),
    'label.scenario_side': Code(
        _WARNING, 'scenario and instruction name different sides', _RELABEL
    ),
    'label.no_scenario': Code(_WARNING, 'the scenario is missing', _RELABEL),
    'label.unknown_outcome': Code(_NOTE, 'nobody said how it ended', _RELABEL),
    'label.failure': Code(
        _NOTE, 'a failure, which imitation would copy', 'train with data.outcomes=[success]'
    ),
    'label.unfit': Code(
        _ERROR,
        'a repair made up its stamps or actions, so pictures and commands may not belong together',
        'look at it, but leave it out: `--quarantine` moves it; training refuses it',
    ),
    'label.one_phrasing': Code(
        _WARNING, 'one sentence for everything: no language is learnt', _RELABEL
    ),
    'label.side_imbalance': Code(_WARNING, 'one side is named much oftener', _RECORD),
    'label.scenario_imbalance': Code(_WARNING, 'a scenario has few episodes', _RECORD),
    'label.duplicate': Code(_WARNING, 'the same drive as another episode', 'delete one of them'),
}
