# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Hold pages that are made from the code, or that repeat parts of it, against the code."""

from pathlib import Path
import re

from documentation import configuration, episode_picture, pictures, sentences
from documentation.pages import blocks, links, ROOT
import h5py
import numpy as np
import pytest

from mobile_vla_core.episodes import schema
from mobile_vla_core.episodes.writer import EpisodeWriter
from mobile_vla_core.images import encode_jpeg

FORMAT = (ROOT / 'docs' / 'episode_format.md').read_text()
LARGEST_PICTURE = 200_000
CAMERA = f'/{schema.IMAGES}/front'
ANY_CAMERA = f'/{schema.IMAGES}/<camera>'


def test_the_configuration_reference_is_up_to_date():
    """When this fails: tools/document."""
    assert configuration.PAGE.read_text() == configuration.text()


def test_the_reference_names_a_type_a_range_and_a_default():
    text = configuration.text()
    assert '| `jpeg_quality` | int | 90 | 1 to 100 |' in text
    assert '| `data.validation_fraction` | float | 0.1 | above 0 to 0.5 |' in text
    assert '| `tuning.mode` | choice | full | full, frozen, lora, parts |' in text
    assert '| `checkpoint` | **must be given** |' in text


@pytest.mark.parametrize('name', pictures.PICTURES)
def test_a_drawn_picture_says_what_its_program_draws(name, tmp_path):
    drawn = pictures.PICTURES[name]().save(tmp_path / name)
    assert words_of(pictures.FOLDER / name) == words_of(drawn)


def test_pictures_are_small():
    sizes = {path.name: path.stat().st_size for path in pictures.FOLDER.iterdir()}
    assert sizes
    assert {name for name, size in sizes.items() if size > LARGEST_PICTURE} == set()


def words_of(picture: Path) -> list[str]:
    """Return the words in a drawing of SVG."""
    return re.findall(r'<text[^>]*>([^<]+)</text>', picture.read_text())


@pytest.fixture(scope='module')
def episode(tmp_path_factory):
    """Write an episode that has every stream of the schema."""
    writer = EpisodeWriter(
        tmp_path_factory.mktemp('episodes'), instruction='go left', joints=('left', 'right')
    )
    jpeg = encode_jpeg(np.zeros((16, 16, 3), np.uint8))
    for stamp in (1.0, 2.0):
        writer.add_frame('front', jpeg, stamp, stamp)
        writer.add_command((0.1, 0.0, 0.0), stamp, stamp)
        writer.add_odometry(stamp, np.zeros(7), np.zeros(6))
        writer.add_imu(stamp, np.zeros(4), np.zeros(3), np.zeros(3))
        writer.add_joint_state(stamp, np.zeros(2))
    with h5py.File(writer.close('success')) as file:
        yield file


def datasets_of(file: h5py.File) -> dict[str, h5py.Dataset]:
    found = {}

    def keep(name, entry):
        if isinstance(entry, h5py.Dataset):
            found[f'/{name}'.replace(CAMERA, ANY_CAMERA)] = entry

    file.visititems(keep)
    return found


def test_the_page_lists_each_dataset_of_a_file_with_type_and_width(episode):
    listed = dict(re.findall(r'^\| `(/[^`]+)` \| ([^|]+ \| [^|]+) \|', FORMAT, re.MULTILINE))
    found = datasets_of(episode)
    assert set(listed) == set(found)
    for name, dataset in found.items():
        kind, shape = listed[name].split(' | ')
        if dataset.dtype.kind == 'S':
            assert kind == f'text, {dataset.dtype.itemsize} bytes', name
        else:
            assert kind == dataset.dtype.name, name
        columns = shape.strip('()').split(', ')[1:]
        width = ['J' if name.startswith('/joint_states') else str(n) for n in dataset.shape[1:]]
        assert columns == width, name


def test_the_picture_shows_each_dataset_of_a_file(episode):
    shown = {
        f'{path.rstrip("/")}/{column.name}'
        for path, columns in episode_picture.entries()
        for column in columns
    }
    assert shown == set(datasets_of(episode))
    words = ' '.join(words_of(pictures.FOLDER / 'episode.svg'))
    for name in datasets_of(episode):
        assert name.rpartition('/')[2] in words


def test_the_page_lists_each_attribute_and_the_rule(episode):
    tables = FORMAT.partition('## Attributes')[2].partition('## Alignment')[0]
    named = [
        re.findall('`([a-z_]+)`', line.split('|')[1])
        for line in tables.splitlines()
        if '|' in line
    ]
    listed = {name for line in named for name in line}
    found = set(episode.attrs) | set(episode[CAMERA].attrs)
    assert found <= listed
    assert f'> {schema.ALIGNMENT_RULE}' in FORMAT
    assert f'`{schema.SCHEMA}`, `{schema.SCHEMA_VERSION}`' in FORMAT
    for suffix in (schema.RECOVERED_SUFFIX, schema.UNREADABLE_SUFFIX, schema.RELABEL_SUFFIX):
        assert f'{suffix}`' in FORMAT


def test_every_sentence_of_the_troubleshooting_page_is_said_by_the_code():
    found = sentences.documented()
    rows = [line for line in sentences.PAGE.read_text().splitlines() if line.startswith('| `')]
    assert len(found) == len(rows) > 40
    assert [text for text in found if not sentences.is_said(text)] == []


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        ('no picture came on … for … s', True),
        ('not armed: call ~/arm', True),
        ('no photograph came on … for … s', False),
        ('the robot is tired', False),
        ('…', False),
    ],
)
def test_a_sentence_that_nothing_says_is_found(text, said):
    assert sentences.is_said(text) == said


def test_the_korean_quick_start_has_the_same_commands_and_links():
    english, korean = (ROOT / 'docs' / f'quick_start{end}.md' for end in ('', '.ko'))
    assert [block.text for block in blocks(english)] == [block.text for block in blocks(korean)]
    there, here = ({target for _, target in links(page)} for page in (english, korean))
    assert there ^ here == {english.name, korean.name}
