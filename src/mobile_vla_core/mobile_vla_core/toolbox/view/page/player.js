// Copyright 2026 The Mobile VLA Authors
// SPDX-License-Identifier: Apache-2.0
// The clock that all panels show.

/** The last index of `seconds` that is not after `time`; 0 at least. */
export function indexAt(seconds, time) {
  let low = 0;
  let high = seconds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (seconds[middle] <= time + 1e-6) low = middle + 1;
    else high = middle;
  }
  return Math.max(low - 1, 0);
}

export class Player {
  /** `show(time)` draws; `change()` is told when playing begins or ends. */
  constructor(show, change) {
    this.show = show;
    this.change = change;
    this.panels = [];
    this.time = 0;
    this.speed = 1;
    this.playing = false;
  }

  get end() {
    return Math.max(0, ...this.panels.map((panel) => panel.end));
  }

  seek(time) {
    this.time = Math.min(Math.max(time, 0), this.end);
    this.show(this.time);
  }

  /** Go on by frames of the first panel; of the second where the first is at its end. */
  step(frames) {
    this.pause();
    const longest = this.panels.find((panel) => this.time < panel.end) ?? this.panels[0];
    const seconds = (frames > 0 ? longest : this.panels[0])?.seconds ?? [0];
    const next = Math.min(Math.max(indexAt(seconds, this.time) + frames, 0), seconds.length - 1);
    this.seek(seconds[next]);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (!this.panels.length) return;
    if (this.time >= this.end) this.seek(0);
    this.playing = true;
    this.change();
    let before = performance.now();
    const tick = (now) => {
      if (!this.playing) return;
      // A tab in the background gets no ticks: it goes on where it was.
      const passed = Math.min((now - before) / 1000, 0.25);
      before = now;
      this.seek(this.time + passed * this.speed);
      if (this.time >= this.end) this.pause();
      else requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.change();
  }
}
