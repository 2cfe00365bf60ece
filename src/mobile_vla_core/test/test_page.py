# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The page of `episodes view --serve` in a real browser."""

import pytest
from view_fixture import record

from mobile_vla_core.episodes import Episode
from mobile_vla_core.toolbox.view.serve import running

browser = pytest.importorskip(
    'browser', reason='the package websockets is missing: pip install -r requirements/develop.txt'
)
pytestmark = pytest.mark.skipif(
    browser.find_chromium() is None,
    reason='Chromium is missing: apt-get install --no-install-recommends chromium',
)
ROWS = "[...document.querySelectorAll('#list li')]"
NAMES = f'{ROWS}.map(row => row.dataset.name)'
PANELS = "document.querySelectorAll('.panel')"
FRAMES = f'[...{PANELS}].map(panel => panel.dataset.drawn)'

BAR = """(() => {
  const canvas = document.querySelector('.stage canvas');
  const row = canvas.getContext('2d').getImageData(0, canvas.height / 2, canvas.width, 1).data;
  for (let x = 0; x < canvas.width; x += 1) if (row[4 * x] > 150) return x;
  return -1;
})()"""
"""Where the yellow bar of the pictures begins, in pixels of the canvas."""


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('episodes')
    record(folder, 'left', missing=(5, 6), frames=30)
    record(
        folder, 'right', instruction='go around the box on the right side',
        scenario='1box_vert_right', outcome='failure',
    )  # fmt: skip
    (folder / 'broken.h5').write_text('not an episode')
    return folder


@pytest.fixture(scope='module')
def tab(tmp_path_factory):
    with browser.Browser(tmp_path_factory.mktemp('profile')) as tab:
        yield tab


@pytest.fixture(scope='module')
def address(folder):
    with running(folder, '127.0.0.1', 0) as server:
        yield server.access.address()


@pytest.fixture
def page(tab, address):
    tab.errors.clear()
    tab.open('about:blank')
    tab.open(address)
    ready = "document.body.dataset.reading === '0' && document.body.dataset.checking === '0'"
    tab.wait_for(ready)
    yield tab
    assert tab.errors == []


def show(page, name, slots=1):
    page.click(f"li[data-name='{name}']", modifiers=browser.SHIFT if slots == 2 else 0)
    page.wait_for(f'{PANELS}.length === {slots}')
    page.wait_for(f"{PANELS}[{slots - 1}].dataset.name === '{name}'")
    page.wait_for(f'{FRAMES}[{slots - 1}] !== undefined')


def test_the_list_is_filtered_by_text_label_and_finding(page):
    assert page.evaluate(NAMES) == ['broken.h5', 'left.h5', 'right.h5']
    states = page.evaluate(f'{ROWS}.map(row => row.dataset.state)')
    assert states == ['damaged', 'ready', 'ready']
    page.wait_for("document.querySelector('#list img').naturalWidth > 0")
    page.write('#search', 'right side')
    page.wait_for(f"String({NAMES}) === 'right.h5'")
    page.write('#search', 'o')
    page.choose('#scenario', '1box_vert_left')
    page.wait_for(f"String({NAMES}) === 'left.h5'")
    page.choose('#scenario', '')
    page.choose('#outcome', 'failure')
    page.wait_for(f"String({NAMES}) === 'right.h5'")
    page.choose('#outcome', '')
    page.choose('#finding', '=time.gap')
    page.wait_for(f"String({NAMES}) === 'left.h5'")
    page.choose('#finding', 'damaged')
    page.wait_for(f"String({NAMES}) === 'broken.h5'")


def test_arrow_keys_step_frames_and_space_plays_to_the_end(page):
    show(page, 'left.h5')
    page.wait_for(f"{FRAMES}[0] === '0'")
    for _ in range(3):
        page.press('ArrowRight')
    page.wait_for(f"{FRAMES}[0] === '3'")
    page.press('ArrowLeft')
    page.wait_for(f"{FRAMES}[0] === '2'")
    page.press('ArrowRight', browser.SHIFT)
    page.wait_for(f"{FRAMES}[0] === '12'")
    assert 'frame 12 of 28' in page.evaluate("document.querySelector('.readout').textContent")
    page.press(' ')
    page.wait_for("document.body.dataset.playing === 'true'")
    page.wait_for(f"{FRAMES}[0] === '27'")
    page.wait_for("document.body.dataset.playing === 'false'")


def test_the_picture_that_is_drawn_is_the_frame_that_is_named(page):
    show(page, 'left.h5')
    page.click('#arrows')
    places = []
    for _ in range(3):
        frame = page.evaluate(f'Number({FRAMES}[0])')
        places.append(page.evaluate(BAR))
        page.press('ArrowRight', browser.SHIFT)
        page.wait_for(f'Number({FRAMES}[0]) > {frame}')
    assert places == sorted(places)
    assert places[2] - places[0] > 200


def test_two_episodes_play_side_by_side_on_one_clock(page):
    show(page, 'left.h5')
    show(page, 'right.h5', slots=2)
    for _ in range(8):
        page.press('ArrowRight')
    # Frames 5 and 6 of the left one are missing: its eighth is the tenth of the camera.
    page.wait_for(f"String({FRAMES}) === '8,10'")
    page.press('x')
    page.wait_for(f'{PANELS}.length === 1')


def test_a_finding_leads_to_its_frame(page):
    show(page, 'left.h5')
    page.click('.findings li[data-frame="4"]')
    page.wait_for(f"{FRAMES}[0] === '4'")


def test_a_damaged_file_says_what_is_wrong_and_the_page_goes_on(page):
    page.click("li[data-name='broken.h5']")
    page.wait_for("document.querySelector('.toast.error')?.textContent.includes('broken.h5')")
    show(page, 'right.h5')


def test_relabelling_trimming_and_discarding_are_undone(page, folder):
    path = folder / 'right.h5'
    original = path.read_bytes()
    show(page, 'right.h5')
    page.press('e')
    page.write('.edit input[name=instruction]', 'turn right at the box')
    page.click('.edit button.primary')
    page.wait_for("document.querySelector('.panel h2').textContent === 'turn right at the box'")
    with Episode(path) as episode:
        assert episode.instruction == 'turn right at the box'
    page.evaluate('document.activeElement.blur()')
    for _ in range(3):
        page.press('ArrowRight')
    page.press('[')
    page.wait_for("document.querySelector('.edit').textContent.includes('frames 3 to 19 stay')")
    page.click('.edit .wide:nth-of-type(2) button:last-child')
    page.wait_for("document.querySelector('.panel .facts').textContent.includes('17 frames')")
    page.press('e')
    page.click('.edit button.danger')
    page.wait_for(f'{PANELS}.length === 0')
    assert not path.exists()
    for left in (2, 1, 0):
        page.wait_for("!document.getElementById('undo').disabled")
        page.press('u')
        page.wait_for(
            f"fetch('api/edits').then(a => a.json()).then(a => a.edits.length === {left})"
        )
    page.wait_for(f"String({NAMES}).includes('right.h5')")
    page.wait_for("document.getElementById('undo').disabled")
    assert path.read_bytes() == original
