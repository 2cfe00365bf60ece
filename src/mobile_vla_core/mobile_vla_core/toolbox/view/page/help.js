// Copyright 2026 The Mobile VLA Authors
// SPDX-License-Identifier: Apache-2.0
// What the keys do.

import { element } from './list.js';

const KEYS = [
  ['Space', 'play or pause'],
  ['← →', 'a frame back or on; with Shift ten'],
  ['Home End', 'first or last frame'],
  ['↑ ↓', 'the episode before or after it in the list; with Shift beside the first'],
  ['< >', 'slower or faster'],
  ['a', 'the command in the picture, on or off'],
  ['/', 'search'],
  ['e', 'edit'],
  ['[ ]', 'cut what is before, or after, this frame'],
  ['u', 'undo the last edit'],
  ['x', 'close the second episode'],
  ['t', 'dark or light'],
  ['?', 'this help'],
];

export function showHelp() {
  const dialog = document.getElementById('help');
  if (!dialog.childElementCount) {
    const rows = KEYS.flatMap(([keys, does]) => [
      element('dt', {}, ...keys.split(' ').map((key) => element('kbd', { textContent: key }))),
      element('dd', { textContent: does }),
    ]);
    const close = element('button', { textContent: 'Close' });
    close.addEventListener('click', () => dialog.close());
    dialog.append(element('dl', {}, ...rows), element('p', {
      className: 'muted',
      textContent: 'Red bands are gaps between frames; the marks in the last lane are findings of `episodes check`.',
    }), close);
  }
  dialog.showModal();
}
