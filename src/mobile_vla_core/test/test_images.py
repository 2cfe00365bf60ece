# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for images.py."""

import subprocess
import sys

import cv2
import numpy as np
import pytest

from mobile_vla_core.errors import ConfigError, ImageFormatError
from mobile_vla_core.images import (
    check_declared_size,
    decode_jpeg,
    encode_jpeg,
    jpeg_size,
    message_to_jpeg,
    Preprocessing,
    SUPPORTED_ENCODINGS,
    to_rgb,
)

RED = (200, 30, 20)


def picture(height: int = 48, width: int = 64) -> np.ndarray:
    """Red on the left, blue on the right, brighter downwards; shape (H, W_px, 3)."""
    rgb = np.zeros((height, width, 3), dtype=np.uint8)
    rgb[:, : width // 2] = RED
    rgb[:, width // 2 :] = RED[::-1]
    return rgb + np.arange(height, dtype=np.uint8)[:, None, None]


def padded(rows: np.ndarray, padding: int) -> tuple[bytes, int]:
    """Return the bytes of 2-D or 3-D rows with `padding` junk bytes after each, and the step."""
    flat = rows.reshape(len(rows), -1)
    junk = np.full((len(rows), padding), 255, dtype=np.uint8)
    return np.hstack([flat, junk]).tobytes(), flat.shape[1] + padding


def planes(rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return studio-range luma, shape (H, W_px), and both chroma, shape (H / 2, W_px / 2)."""
    height, width = rgb.shape[:2]
    planar = cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420)
    u, v = planar[height:].reshape(2, height // 2, width // 2)
    return planar[:height], u, v


def packed_yuv422(rgb: np.ndarray, order: str) -> np.ndarray:
    y, u, v = planes(rgb)
    packed = np.empty((*rgb.shape[:2], 2), dtype=np.uint8)
    luma, chroma = (1, 0) if order == 'uyvy' else (0, 1)
    packed[..., luma] = y
    packed[:, 0::2, chroma] = np.repeat(u, 2, axis=0)
    packed[:, 1::2, chroma] = np.repeat(v, 2, axis=0)
    return packed


def nv12(rgb: np.ndarray) -> np.ndarray:
    y, u, v = planes(rgb)
    return np.vstack([y, np.stack([u, v], axis=-1).reshape(len(u), -1)])


@pytest.mark.parametrize('padding', [0, 12])
@pytest.mark.parametrize(
    ('encoding', 'convert', 'tolerance'),
    [
        ('rgb8', lambda rgb: rgb, 0),
        ('bgr8', lambda rgb: rgb[..., ::-1], 0),
        ('rgba8', lambda rgb: cv2.cvtColor(rgb, cv2.COLOR_RGB2RGBA), 0),
        ('bgra8', lambda rgb: cv2.cvtColor(rgb, cv2.COLOR_RGB2BGRA), 0),
        ('yuv422', lambda rgb: packed_yuv422(rgb, 'uyvy'), 12),
        ('yuv422_yuy2', lambda rgb: packed_yuv422(rgb, 'yuy2'), 12),
        ('nv12', nv12, 12),
    ],
)
def test_every_encoding_gives_the_same_rgb_with_and_without_row_padding(
    encoding, convert, tolerance, padding
):
    rgb = picture()
    data, step = padded(np.ascontiguousarray(convert(rgb)), padding)
    found = to_rgb(data, 48, 64, step, encoding)
    assert np.abs(found.astype(int) - rgb).max() <= tolerance


@pytest.mark.parametrize('encoding', SUPPORTED_ENCODINGS)
def test_every_encoding_becomes_the_same_jpeg_directly_as_by_way_of_rgb(encoding):
    rows = np.random.default_rng(0).integers(0, 255, (72, 64 * 4), dtype=np.uint8)
    data, step = padded(rows, 8)
    jpeg = message_to_jpeg(data, 48, 64, step, encoding, 80)
    assert jpeg == encode_jpeg(to_rgb(data, 48, 64, step, encoding), 80)


def test_one_thread_of_opencv_is_what_a_program_gets_that_asks_for_it():
    code = 'import cv2; from mobile_vla_core.images import use_one_thread; use_one_thread()'
    code += '; print(cv2.getNumThreads())'
    finished = subprocess.run([sys.executable, '-c', code], check=True, capture_output=True)
    assert finished.stdout.split() == [b'1']


def test_mono_becomes_grey():
    grey = np.arange(48 * 64, dtype=np.uint32).astype(np.uint8).reshape(48, 64)
    data, step = padded(grey, 5)
    np.testing.assert_array_equal(
        to_rgb(data, 48, 64, step, 'mono8'), np.repeat(grey[..., None], 3, axis=2)
    )


def test_an_unknown_encoding_is_named_with_the_known_ones():
    with pytest.raises(ImageFormatError, match=r'"16UC1" is not supported: expected one of rgb8'):
        to_rgb(bytes(8), 2, 2, 4, '16UC1')


@pytest.mark.parametrize(
    ('size', 'step'), [(48 * 64 * 3 - 1, 64 * 3), (48 * 64 * 3, 64 * 3 - 1), (0, 64 * 3)]
)
def test_bytes_that_do_not_fit_the_size_are_refused(size, step):
    with pytest.raises(ImageFormatError, match='step >= 192 and 9216 bytes, found'):
        to_rgb(bytes(size), 48, 64, step, 'rgb8')


@pytest.mark.parametrize('encoding', ['nv12', 'yuv422'])
def test_chroma_subsampling_needs_an_even_width(encoding):
    with pytest.raises(ImageFormatError, match='63x48 picture cannot be'):
        to_rgb(bytes(48 * 64 * 3), 48, 63, 64 * 3, encoding)


def test_jpeg_keeps_red_on_the_left():
    decoded = decode_jpeg(encode_jpeg(picture()))
    assert np.abs(decoded[4:-4, 4:28].astype(int) - picture()[4:-4, 4:28]).mean() < 4


def test_the_size_is_read_from_the_header():
    assert jpeg_size(encode_jpeg(picture(48, 64))) == (48, 64)


@pytest.mark.parametrize('data', [b'', b'not a picture at all', b'\xff\xd8\xff\xe0\x00\x10JFIF'])
def test_what_is_no_jpeg_is_refused(data):
    with pytest.raises(ImageFormatError):
        Preprocessing()(data)


@pytest.mark.parametrize('size', [(90, 160), (720, 1280), (480, 640), (60, 80)])
def test_preprocessing_gives_the_network_its_size(size):
    assert Preprocessing(90, 160)(encode_jpeg(picture(*size))).shape == (90, 160, 3)


def test_a_raw_picture_goes_the_same_way_as_a_recorded_one():
    rgb = picture(180, 320)
    preprocessing = Preprocessing(90, 160, jpeg_quality=80)
    np.testing.assert_array_equal(
        preprocessing.from_rgb(rgb), preprocessing(encode_jpeg(rgb, quality=80))
    )


@pytest.mark.parametrize('bad', [{'height': 0}, {'jpeg_quality': 101}, {'hight': 90}])
def test_bad_preprocessing_is_refused(bad):
    with pytest.raises(ConfigError):
        Preprocessing.from_dict(bad)


@pytest.mark.parametrize(('encoding', 'step'), [('rgb8', 96), ('rgb8', 100), ('nv12', 32)])
def test_more_bytes_than_declared_are_refused(encoding, step):
    size = step * (36 if encoding == 'nv12' else 24)
    check_declared_size(size, 24, step, encoding)
    with pytest.raises(ImageFormatError, match=f'has {size} bytes, found {size + 1}'):
        check_declared_size(size + 1, 24, step, encoding)
