# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Camera pictures: message fields to RGB, JPEG, and the one preprocessing.

A frame reaches the network by one path in training and in serving:
`JPEG bytes -> decode -> resize`. A raw camera picture is first encoded exactly as the recorder
encodes it, so the network sees the same compression artefacts wherever the frame came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .errors import ConfigError, ImageFormatError

JPEG_QUALITY = 90
"""The recorder's default; 11 times smaller than raw at 1280x720 and visually lossless."""

_CONVERSIONS: dict[str, tuple[int, int | None, int | None]] = {
    # encoding of sensor_msgs/image_encodings: (channels of uint8, conversion to RGB, to BGR)
    'rgb8': (3, None, cv2.COLOR_RGB2BGR),
    '8UC3': (3, None, cv2.COLOR_RGB2BGR),
    'bgr8': (3, cv2.COLOR_BGR2RGB, None),
    'rgba8': (4, cv2.COLOR_RGBA2RGB, cv2.COLOR_RGBA2BGR),
    'bgra8': (4, cv2.COLOR_BGRA2RGB, cv2.COLOR_BGRA2BGR),
    'mono8': (1, cv2.COLOR_GRAY2RGB, cv2.COLOR_GRAY2BGR),
    '8UC1': (1, cv2.COLOR_GRAY2RGB, cv2.COLOR_GRAY2BGR),
    'yuv422': (2, cv2.COLOR_YUV2RGB_UYVY, cv2.COLOR_YUV2BGR_UYVY),
    'uyvy': (2, cv2.COLOR_YUV2RGB_UYVY, cv2.COLOR_YUV2BGR_UYVY),
    'yuv422_yuy2': (2, cv2.COLOR_YUV2RGB_YUY2, cv2.COLOR_YUV2BGR_YUY2),
    'yuyv': (2, cv2.COLOR_YUV2RGB_YUY2, cv2.COLOR_YUV2BGR_YUY2),
    'nv12': (1, cv2.COLOR_YUV2RGB_NV12, cv2.COLOR_YUV2BGR_NV12),
}
SUPPORTED_ENCODINGS = tuple(_CONVERSIONS)


def use_one_thread() -> None:
    """
    Let OpenCV work in the calling thread alone, in this whole process.

    OpenCV's idle threads spin for a while after each conversion: encoding a 640x480 picture then
    costs 1.7 ms of CPU instead of 1.1, on cores that a robot needs for other things, and is
    hardly sooner done. Programs that record, train or serve call this when they start.
    """
    cv2.setNumThreads(1)


def to_rgb(
    data: bytes | memoryview | NDArray[np.uint8],
    height: int,
    width: int,
    step: int,
    encoding: str,
) -> NDArray[np.uint8]:
    """
    Convert the fields of a sensor_msgs/Image to RGB.

    :param data: the message's bytes
    :param height: rows of the picture [pixels]
    :param width: columns of the picture [pixels]
    :param step: bytes from one row to the next, at least a row's own bytes
    :param encoding: one of SUPPORTED_ENCODINGS
    :return: shape (H, W_px, 3) uint8; a view of `data` where nothing needs converting
    :raises ImageFormatError: if the encoding is unknown or the bytes do not fit the size
    """
    picture = _view(data, height, width, step, encoding)
    _, conversion, _ = _CONVERSIONS[encoding]
    return _convert(picture, conversion)


def message_to_jpeg(
    data: bytes | memoryview | NDArray[np.uint8],
    height: int,
    width: int,
    step: int,
    encoding: str,
    quality: int = JPEG_QUALITY,
) -> bytes:
    """Give the same as `encode_jpeg(to_rgb(...), quality)`, with one conversion at most."""
    picture = _view(data, height, width, step, encoding)
    _, _, conversion = _CONVERSIONS[encoding]
    return _encode_bgr(_convert(picture, conversion), quality)


def check_declared_size(size: int, height: int, step: int, encoding: str) -> None:
    """
    Refuse a sensor_msgs/Image that has more bytes than its fields account for.

    Its first rows can be converted, so a recorder keeps them; but one does not drive on an image
    that is not what it says it is.

    :param size: of the message's data [bytes]
    :raises ImageFormatError: if it is larger than declared
    """
    declared = step * (height * 3 // 2 if encoding == 'nv12' else height)
    if size > declared:
        raise ImageFormatError(
            f'an {encoding} picture of {height} rows of {step} bytes has {declared} bytes, '
            f'found {size}: its height or step is wrong, mend the camera driver'
        )


def encode_jpeg(rgb: NDArray[np.uint8], quality: int = JPEG_QUALITY) -> bytes:
    """Encode an RGB picture, shape (H, W_px, 3) uint8, as JPEG."""
    return _encode_bgr(_convert(rgb, cv2.COLOR_RGB2BGR), quality)


def _view(
    data: bytes | memoryview | NDArray[np.uint8],
    height: int,
    width: int,
    step: int,
    encoding: str,
) -> NDArray[np.uint8]:
    """Return the message's rows without their padding, shape (rows, W_px, channels)."""
    if encoding not in _CONVERSIONS:
        raise ImageFormatError(
            f'image encoding "{encoding}" is not supported: expected one of '
            f'{", ".join(SUPPORTED_ENCODINGS)}; convert it in the camera driver'
        )
    rows, channels = height, _CONVERSIONS[encoding][0]
    fits = channels != 2 or width % 2 == 0
    if encoding == 'nv12':
        rows, fits = height * 3 // 2, width % 2 == 0 and height % 2 == 0
    if height <= 0 or width <= 0 or not fits:
        raise ImageFormatError(f'a {width}x{height} picture cannot be {encoding}')
    row_bytes = width * channels
    buffer = np.frombuffer(data, dtype=np.uint8)
    if step < row_bytes or buffer.size < step * (rows - 1) + row_bytes:
        raise ImageFormatError(
            f'a {width}x{height} {encoding} picture needs step >= {row_bytes} and '
            f'{max(step, row_bytes) * rows} bytes, found step {step} and {buffer.size} bytes'
        )
    return np.lib.stride_tricks.as_strided(
        buffer, (rows, width, channels), (step, channels, 1), writeable=False
    )


def _convert(picture: NDArray[np.uint8], conversion: int | None) -> NDArray[np.uint8]:
    if conversion is None:
        return picture
    return cv2.cvtColor(np.ascontiguousarray(picture), conversion)


def _encode_bgr(bgr: NDArray[np.uint8], quality: int) -> bytes:
    parameters = (cv2.IMWRITE_JPEG_QUALITY, quality)
    done, encoded = cv2.imencode('.jpg', np.ascontiguousarray(bgr), parameters)
    if not done:
        raise ImageFormatError(f'OpenCV could not encode a picture of shape {bgr.shape} as JPEG')
    return encoded.tobytes()


FULL_COLOUR = getattr(cv2, 'IMREAD_COLOR_RGB', cv2.IMREAD_COLOR)
"""Flag of OpenCV for all of a picture: decoded as RGB at once from 4.10 on; Ubuntu's is older."""


def decode_jpeg(data: bytes, flags: int = FULL_COLOUR) -> NDArray[np.uint8]:
    """
    Decode a JPEG to RGB, shape (H, W_px, 3) uint8.

    :param flags: FULL_COLOUR, or a reduced BGR mode which is then swapped
    :raises ImageFormatError: if the bytes are no picture
    """
    buffer = np.frombuffer(data, dtype=np.uint8)
    try:
        picture = cv2.imdecode(buffer, flags) if buffer.size else None
    except cv2.error:  # a header that says that it is larger than OpenCV allows
        picture = None
    if picture is None:
        head = bytes(data[:4]).hex(' ') or 'nothing'
        raise ImageFormatError(f'{buffer.size} bytes starting with {head} are not a JPEG picture')
    if flags != getattr(cv2, 'IMREAD_COLOR_RGB', None):
        picture = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
    return picture


def jpeg_size(data: bytes) -> tuple[int, int]:
    """
    Read (height, width) from a JPEG's header without decoding it.

    Source: ITU-T T.81, B.2.2: a start-of-frame segment is FFCn, length (2), precision (1),
    height (2), width (2).

    :raises ImageFormatError: if no start-of-frame segment is found
    """
    data = bytes(data) if not isinstance(data, bytes) else data
    position = 2
    while data[:2] == b'\xff\xd8' and position + 9 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height = int.from_bytes(data[position + 5 : position + 7], 'big')
            width = int.from_bytes(data[position + 7 : position + 9], 'big')
            return height, width
        if marker == 0xFF:  # a fill byte
            position += 1
            continue
        position += 2 + int.from_bytes(data[position + 2 : position + 4], 'big')
    raise ImageFormatError(f'{len(data)} bytes without a JPEG start-of-frame segment')


@dataclass(frozen=True)
class Preprocessing:
    """
    The one path of a frame to the network, stored in every checkpoint.

    :param height: rows given to the network [pixels]
    :param width: columns given to the network [pixels]; the aspect ratio is not kept
    :param jpeg_quality: quality at which a raw picture is encoded before anything else
    """

    height: int = 90
    width: int = 160
    jpeg_quality: int = JPEG_QUALITY

    def __post_init__(self) -> None:
        if self.height < 8 or self.width < 8 or not 1 <= self.jpeg_quality <= 100:
            raise ConfigError(
                f'preprocessing needs height and width >= 8 and 1 <= jpeg_quality <= 100, '
                f'found {self.height}, {self.width}, {self.jpeg_quality}'
            )

    def __call__(self, jpeg: bytes) -> NDArray[np.uint8]:
        """
        Decode and resize a recorded frame.

        A picture at least twice as large as needed is decoded at half size, inside the JPEG's
        own transform, which halves the cost.

        :return: shape (height, width, 3) uint8 RGB
        """
        height, width = jpeg_size(jpeg)
        reduced = height >= 2 * self.height and width >= 2 * self.width
        flags = cv2.IMREAD_REDUCED_COLOR_2 if reduced else FULL_COLOUR
        picture = decode_jpeg(jpeg, flags)
        if picture.shape[:2] == (self.height, self.width):
            return picture
        shrinks = picture.shape[0] > self.height and picture.shape[1] > self.width
        interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        return cv2.resize(picture, (self.width, self.height), interpolation=interpolation)

    def from_rgb(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Send a raw picture, shape (H, W_px, 3) uint8, the way a recorded one goes."""
        return self(encode_jpeg(rgb, self.jpeg_quality))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as stored in a checkpoint."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Preprocessing:
        """Rebuild; ConfigError when keys differ from the fields."""
        try:
            return cls(**{key: int(value) for key, value in content.items()})
        except (TypeError, ValueError) as error:
            raise ConfigError(
                f'expected preprocessing with {", ".join(cls.__dataclass_fields__)}, '
                f'found {dict(content)!r}'
            ) from error
