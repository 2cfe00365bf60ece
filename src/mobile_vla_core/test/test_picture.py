# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for picture.py."""

import cv2
import numpy as np
import pytest

from mobile_vla_core.errors import ImageFormatError
from mobile_vla_core.images import decode_jpeg, encode_jpeg
from mobile_vla_core.picture import COMPRESSED, Picture

RGB = np.full((24, 32, 3), (200, 40, 10), dtype=np.uint8)


def test_a_jpeg_is_stored_as_it_came():
    jpeg = encode_jpeg(RGB, quality=55)
    assert Picture(jpeg, COMPRESSED).to_jpeg(quality=90) == jpeg


def test_another_compressed_format_becomes_jpeg():
    png = cv2.imencode('.png', RGB[..., ::-1])[1].tobytes()
    picture = Picture(png, COMPRESSED)
    assert not picture.is_jpeg
    assert np.abs(decode_jpeg(picture.to_jpeg(90)).astype(int) - RGB).max() < 8


def test_a_raw_picture_is_encoded_with_the_given_quality():
    picture = Picture(RGB[..., ::-1].tobytes(), 'bgr8', 24, 32, 96)
    assert picture.to_jpeg(80) == encode_jpeg(RGB, 80)
    assert picture.size == 24 * 96


@pytest.mark.parametrize(
    'broken', [Picture(b'junk', COMPRESSED), Picture(bytes(10), 'rgb8', 24, 32, 96)]
)
def test_broken_bytes_are_refused(broken):
    with pytest.raises(ImageFormatError):
        broken.to_jpeg(90)
