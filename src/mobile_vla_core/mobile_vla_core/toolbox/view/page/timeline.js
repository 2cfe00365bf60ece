// Copyright 2026 The Mobile VLA Authors
// SPDX-License-Identifier: Apache-2.0
// The curves of an episode under a moving cursor, with its gaps, findings and cut.

const LEFT = 44;
const RIGHT = 8;
const LEAST_REACH = 0.1;
const TYPES = ['movement', 'rotation', 'stop', 'special'];
const LANES = [
  { axes: [0, 1], names: ['x', 'y'], unit: 'm/s', top: 14, height: 58 },
  { axes: [2], names: ['yaw'], unit: 'rad/s', top: 80, height: 44 },
];
const TYPE_LANE = { top: 133, height: 10 };
const FINDING_LANE = { top: 151, height: 10 };

export class Timeline {
  /** `seek(time)` is called when somebody points at a time. */
  constructor(canvas, episode, details, seek) {
    Object.assign(this, { canvas, episode, details, seek, time: 0, cut: [0, details.seconds.length - 1] });
    this.end = details.seconds.at(-1) || 1;
    const point = (event) => {
      const box = canvas.getBoundingClientRect();
      const share = (event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT);
      this.seek(Math.min(Math.max(share, 0), 1) * this.end);
    };
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      point(event);
    });
    canvas.addEventListener('pointermove', (event) => event.buttons && point(event));
    new ResizeObserver(() => this.redraw()).observe(canvas);
  }

  /** Draw what does not move to a picture of its own, then the cursor over it. */
  redraw() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width) return;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    this.still = new OffscreenCanvas(width * ratio, height * ratio);
    const pen = this.still.getContext('2d');
    pen.scale(ratio, ratio);
    this.width = width;
    const style = getComputedStyle(document.documentElement);
    this.colour = (name) => style.getPropertyValue(`--${name}`).trim();
    pen.font = '11px system-ui, "DejaVu Sans", sans-serif';
    for (const lane of LANES) this.drawLane(pen, lane);
    this.drawGaps(pen);
    this.drawTypes(pen);
    this.drawFindings(pen);
    this.drawSeconds(pen, height);
    this.drawCut(pen);
    this.show(this.time);
  }

  at(seconds) {
    return LEFT + (seconds / this.end) * (this.width - LEFT - RIGHT);
  }

  drawLane(pen, { axes, names, unit, top, height }) {
    const { actions, seconds } = this.details;
    const reach = axes.reduce((most, axis) => actions[axis].reduce(
      (high, value) => Math.max(high, Math.abs(value ?? 0)), most,
    ), LEAST_REACH) * 1.05;
    const middle = top + height / 2;
    const y = (value) => middle - (value / reach) * (height / 2);
    pen.fillStyle = this.colour('paper');
    pen.globalAlpha = 0.6;
    pen.fillRect(LEFT, top, this.width - LEFT - RIGHT, height);
    pen.globalAlpha = 1;
    pen.strokeStyle = this.colour('line');
    pen.beginPath();
    pen.moveTo(LEFT, middle);
    pen.lineTo(this.width - RIGHT, middle);
    pen.stroke();
    pen.fillStyle = this.colour('muted');
    pen.textAlign = 'right';
    pen.textBaseline = 'middle';
    pen.fillText(`+${reach.toFixed(2)}`, LEFT - 5, top + 5);
    pen.fillText(unit, LEFT - 5, middle);
    pen.fillText(`−${reach.toFixed(2)}`, LEFT - 5, top + height - 5);
    axes.forEach((axis, place) => {
      pen.strokeStyle = this.colour(names[place]);
      pen.lineWidth = 1.6;
      pen.beginPath();
      let drawing = false;
      actions[axis].forEach((value, t) => {
        if (value === null) {
          drawing = false;
          return;
        }
        const from = this.at(seconds[t]);
        if (drawing) pen.lineTo(from, y(value));
        else pen.moveTo(from, y(value));
        pen.lineTo(this.at(seconds[t + 1] ?? seconds[t]), y(value));
        drawing = true;
      });
      pen.stroke();
      pen.lineWidth = 1;
    });
  }

  drawTypes(pen) {
    const { actions: [, , , types], seconds } = this.details;
    let start = 0;
    for (let t = 1; t <= types.length; t += 1) {
      if (t < types.length && types[t] === types[start]) continue;
      pen.fillStyle = this.colour(TYPES[types[start]] ?? 'error');
      const left = this.at(seconds[start]);
      pen.fillRect(left, TYPE_LANE.top, this.at(seconds[t] ?? this.end) - left, TYPE_LANE.height);
      start = t;
    }
    this.label(pen, 'type', TYPE_LANE);
  }

  drawFindings(pen) {
    const { seconds } = this.details;
    for (const finding of this.episode.findings ?? []) {
      if (!finding.frames) continue;
      const [first, last] = finding.frames.map((t) => this.at(seconds[Math.min(t, seconds.length - 1)]));
      pen.fillStyle = this.colour(finding.severity);
      pen.beginPath();
      pen.roundRect(first - 2, FINDING_LANE.top, Math.max(last - first, 0) + 4, FINDING_LANE.height, 3);
      pen.fill();
    }
    this.label(pen, 'check', FINDING_LANE);
  }

  label(pen, text, { top, height }) {
    pen.fillStyle = this.colour('muted');
    pen.textAlign = 'right';
    pen.textBaseline = 'middle';
    pen.fillText(text, LEFT - 5, top + height / 2);
  }

  drawGaps(pen) {
    pen.fillStyle = this.colour('error');
    pen.globalAlpha = 0.22;
    for (const [, start, end] of this.details.gaps) {
      pen.fillRect(this.at(start), LANES[0].top, this.at(end) - this.at(start), TYPE_LANE.top - LANES[0].top + TYPE_LANE.height);
    }
    pen.globalAlpha = 1;
  }

  drawSeconds(pen, height) {
    const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800];
    const step = steps.find((value) => this.at(value) - LEFT > 56) ?? 3600;
    pen.fillStyle = this.colour('muted');
    pen.textBaseline = 'bottom';
    for (let seconds = 0; seconds <= this.end + 1e-9; seconds += step) {
      pen.textAlign = seconds ? 'center' : 'left';
      pen.fillText(`${Number(seconds.toFixed(1))} s`, this.at(seconds), height - 2);
    }
  }

  drawCut(pen) {
    const { seconds } = this.details;
    const [first, last] = this.cut;
    pen.fillStyle = this.colour('card');
    pen.globalAlpha = 0.75;
    const top = LANES[0].top;
    const height = FINDING_LANE.top - top;
    if (first > 0) pen.fillRect(LEFT, top, this.at(seconds[first]) - LEFT, height);
    if (last < seconds.length - 1) {
      const from = this.at(seconds[last]);
      pen.fillRect(from, top, this.width - RIGHT - from, height);
    }
    pen.globalAlpha = 1;
  }

  show(time) {
    this.time = time;
    if (!this.still) return;
    const pen = this.canvas.getContext('2d');
    const ratio = this.canvas.width / this.width;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    pen.drawImage(this.still, 0, 0);
    pen.scale(ratio, ratio);
    pen.fillStyle = this.colour('ink');
    const x = this.at(Math.min(time, this.end));
    pen.fillRect(x - 0.75, 4, 1.5, FINDING_LANE.top + FINDING_LANE.height - 2);
    pen.beginPath();
    pen.arc(x, 6, 4, 0, 2 * Math.PI);
    pen.fill();
  }
}
