# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What the camera of the training data is like, for the driving card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mobile_vla_core.episodes.reader import Episode


class RecordedCamera(NamedTuple):
    """
    Size and encoding of a camera's pictures as they were recorded.

    :param width: columns [pixels], 0 when not known
    :param height: rows [pixels], 0 when not known
    :param encoding: as on its topic, '' when not known
    """

    width: int = 0
    height: int = 0
    encoding: str = ''

    def on_card(self) -> dict[str, Any]:
        """Return the fields of the driving card that tell it."""
        return {f'camera_{name}': value for name, value in self._asdict().items()}


def recorded_camera(paths: Sequence[Path], camera: str = '') -> RecordedCamera:
    """
    Return the camera of most episodes; of several that are as frequent, the first.

    Episodes of cameras with different aspect ratios taught the policy all of them, so none is
    named that serving would then insist on.

    :param camera: '' takes each episode's primary camera
    """
    found = Counter(_recorded(path, camera) for path in paths)
    common = found.most_common(1)[0][0]
    shapes = {kind.width / kind.height for kind in found if kind.height}
    alike = not shapes or max(shapes) <= 1.01 * min(shapes)
    return common if alike else RecordedCamera(encoding=common.encoding)


def _recorded(path: Path, camera: str) -> RecordedCamera:
    with Episode(path) as episode:
        kept = episode.camera_attributes(camera or None)
    size = int(kept.get('width', 0)), int(kept.get('height', 0))
    return RecordedCamera(*size, str(kept.get('encoding', '')))
