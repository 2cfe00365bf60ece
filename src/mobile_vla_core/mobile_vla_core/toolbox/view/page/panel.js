// Copyright 2026 The Mobile VLA Authors
// SPDX-License-Identifier: Apache-2.0
// One episode: picture, readout, curves, findings and edits.

import { frameAddress } from './api.js';
import { EditForm } from './edits.js';
import { duration, element } from './list.js';
import { indexAt } from './player.js';
import { Timeline } from './timeline.js';

const AHEAD = 12;
const KEPT = 48;
const SMALLEST = 640;
const TYPES = ['movement', 'rotation', 'stop', 'special'];
const COLOURS = { movement: '#56a3d9', rotation: '#b394de', stop: '#c9d1d8', special: '#e0637f' };

export class Panel {
  /** `hooks`: seek(time), close(panel), edit(content), arrows() -> whether to draw the command. */
  constructor(episode, details, hooks) {
    Object.assign(this, { episode, details, hooks, frame: -1, pictures: new Map() });
    this.seconds = details.seconds;
    this.end = this.seconds.at(-1) ?? 0;
    this.camera = episode.cameras[0];
    this.fastest = [0, 1, 2].map((axis) => details.actions[axis].reduce(
      (most, value) => Math.max(most, Math.abs(value ?? 0)), 0.1,
    ));
    this.build();
  }

  build() {
    const { episode } = this;
    const close = element('button', { className: 'close', textContent: '✕', title: 'close', ariaLabel: 'close' });
    close.addEventListener('click', () => this.hooks.close(this));
    this.canvas = element('canvas', { width: 640, height: 360 });
    this.note = element('div', { className: 'note', hidden: true });
    this.readout = element('div', { className: 'readout' });
    const curves = element('canvas', { className: 'timeline' });
    this.root = element(
      'section', { className: 'panel' },
      element(
        'header', {},
        element('div', {}, element('h2', { textContent: episode.instruction || '(no instruction)' }), element('div', { className: 'facts', textContent: this.facts() })),
        ...this.cameraChoice(), close,
      ),
      element('div', { className: 'stage' }, this.canvas, this.note),
      this.readout, curves, this.findings(),
    );
    this.root.dataset.name = episode.name;
    this.timeline = new Timeline(curves, episode, this.details, this.hooks.seek);
    if (this.hooks.editable && episode.state === 'ready') {
      this.form = new EditForm(this);
      this.root.append(this.form.root);
    }
  }

  facts() {
    const { episode, details } = this;
    const period = this.seconds.length > 1 ? this.end / (this.seconds.length - 1) : 0;
    const gaps = details.gaps.length;
    return [
      episode.name, episode.scenario || 'no scenario',
      episode.outcome + (episode.reason ? `: ${episode.reason}` : ''),
      `${episode.frames} frames`, duration(this.end), period ? `${(1 / period).toFixed(1)} Hz` : '',
      gaps ? `${gaps} gap${gaps > 1 ? 's' : ''}` : '',
      { receive: 'times of receipt: the capture times are unusable', none: 'no usable stamps' }[details.clock],
    ].filter(Boolean).join(' · ');
  }

  cameraChoice() {
    const { cameras } = this.episode;
    if (cameras.length < 2) return [];
    const select = element('select', { title: 'camera', ariaLabel: 'camera' }, ...cameras.map((name) => new Option(name)));
    select.addEventListener('change', () => {
      this.camera = select.value;
      this.pictures.clear();
      this.frame = -1;
      this.show(this.time);
    });
    return [select];
  }

  findings() {
    this.findingList = element('ul', { className: 'findings' });
    this.setFindings(this.episode.findings);
    return this.findingList;
  }

  setFindings(findings) {
    this.episode.findings = findings;
    this.findingList.replaceChildren(...(findings ?? []).map((finding) => {
      const where = finding.frames ? ` (frames ${finding.frames.join('–')})` : '';
      const row = element(
        'li', {}, element('span', { className: `badge ${finding.severity}`, textContent: finding.code || finding.severity }),
        element('span', {}, finding.text + where, ' ', element('span', { className: 'remedy', textContent: finding.remedy ?? '' })),
      );
      if (finding.frames) {
        row.dataset.frame = finding.frames[0];
        row.addEventListener('click', () => this.hooks.seek(this.seconds[Math.min(finding.frames[0], this.seconds.length - 1)]));
      }
      return row;
    }));
    this.findingList.hidden = !findings?.length;
    this.timeline?.redraw();
  }

  /** Show what was seen and driven at a time; after its end the last frame stays. */
  show(time) {
    this.time = time;
    this.timeline.show(time);
    const row = indexAt(this.seconds, time);
    const frame = indexAt(this.details.cameras[this.camera], time);
    if (frame === this.frame && row === this.row) return;
    Object.assign(this, { frame, row });
    this.root.dataset.frame = row;
    this.writeReadout(row);
    this.fetch(frame).then(() => this.draw());
    const last = this.details.cameras[this.camera].length - 1;
    for (let t = frame + 1; t <= Math.min(frame + AHEAD, last); t += 1) this.fetch(t);
  }

  async fetch(frame) {
    let entry = this.pictures.get(frame);
    if (!entry) {
      const picture = new Image();
      picture.src = frameAddress(this.episode, frame, this.camera);
      entry = { picture, done: picture.decode().then(() => true, () => false) };
      this.pictures.set(frame, entry);
      if (this.pictures.size > KEPT) this.pictures.delete(this.pictures.keys().next().value);
    }
    entry.good = await entry.done;
  }

  /** Draw the wanted frame when it has come; until then the one before stays. */
  draw() {
    const entry = this.pictures.get(this.frame);
    if (entry?.good === undefined) return;
    this.note.hidden = entry.good;
    this.root.dataset.drawn = this.frame;
    if (!entry.good) {
      this.note.textContent = `frame ${this.frame} cannot be decoded`;
      return;
    }
    const { naturalWidth, naturalHeight } = entry.picture;
    const factor = Math.max(1, SMALLEST / naturalWidth);
    const [width, height] = [Math.round(naturalWidth * factor), Math.round(naturalHeight * factor)];
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    const pen = this.canvas.getContext('2d');
    pen.imageSmoothingQuality = 'high';
    pen.drawImage(entry.picture, 0, 0, width, height);
    if (this.hooks.arrows()) this.drawCommand(pen, width, height);
  }

  /** Draw where the base goes, x up and y to the left, and how it turns, as an arc. */
  drawCommand(pen, width, height) {
    const [x, y, yaw, type] = this.action(this.row).map((value) => value ?? 0);
    const reach = 0.3 * height;
    const fastest = Math.max(this.fastest[0], this.fastest[1]);
    const [footX, footY] = [width / 2, height * 0.9];
    const [along, up] = [(-y / fastest) * reach, (-x / fastest) * reach];
    const sweep = (-yaw / this.fastest[2]) * (Math.PI * 2 / 3);
    const size = Math.max(width / 640, 0.6);
    pen.lineCap = 'round';
    for (const [line, colour] of [[7 * size, 'rgb(15 20 26 / 75%)'], [3.5 * size, COLOURS[TYPES[type]] ?? '#fff']]) {
      pen.strokeStyle = pen.fillStyle = colour;
      pen.lineWidth = line;
      pen.beginPath();
      pen.arc(footX, footY, line * 1.3, 0, 2 * Math.PI);
      pen.fill();
      const length = Math.hypot(along, up);
      if (length > 6 * size) {
        const [tipX, tipY] = [footX + along, footY + up];
        const angle = Math.atan2(up, along);
        pen.beginPath();
        pen.moveTo(footX, footY);
        pen.lineTo(tipX, tipY);
        for (const side of [2.6, -2.6]) {
          pen.moveTo(tipX, tipY);
          pen.lineTo(tipX + 13 * size * Math.cos(angle + side), tipY + 13 * size * Math.sin(angle + side));
        }
        pen.stroke();
      }
      if (Math.abs(sweep) > 0.06) {
        const radius = reach * 0.45;
        const end = -Math.PI / 2 + sweep;
        pen.beginPath();
        pen.arc(footX, footY, radius, -Math.PI / 2, end, sweep < 0);
        pen.stroke();
        pen.beginPath();
        pen.arc(footX + radius * Math.cos(end), footY + radius * Math.sin(end), line, 0, 2 * Math.PI);
        pen.fill();
      }
    }
  }

  action(row) {
    return this.details.actions.map((column) => column[row]);
  }

  writeReadout(row) {
    const [x, y, yaw, type] = this.action(row);
    const signed = (value) => (value === null || value === undefined ? 'none' : `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`);
    const name = TYPES[type] ?? `type ${type}`;
    this.readout.replaceChildren(
      element('span', { textContent: `frame ${String(row).padStart(String(this.seconds.length).length)} of ${this.seconds.length}` }),
      element('span', { textContent: `${(this.seconds[row] ?? 0).toFixed(2)} s` }),
      element('span', { className: `chip ${name}`, textContent: name }),
      element('span', { className: 'x', textContent: `x ${signed(x)} m/s` }),
      element('span', { className: 'y', textContent: `y ${signed(y)} m/s` }),
      element('span', { className: 'yaw', textContent: `yaw ${signed(yaw)} rad/s` }),
    );
  }
}
