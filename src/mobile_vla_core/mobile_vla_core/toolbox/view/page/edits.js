// Copyright 2026 The Mobile VLA Authors
// SPDX-License-Identifier: Apache-2.0
// The form by which an episode is relabelled, trimmed or discarded.

import { element } from './list.js';

const OUTCOMES = ['success', 'failure', 'unknown'];

export class EditForm {
  constructor(panel) {
    this.panel = panel;
    const { episode } = panel;
    this.inputs = {
      instruction: element('input', { value: episode.instruction, ariaLabel: 'instruction' }),
      scenario: element('input', { value: episode.scenario, ariaLabel: 'scenario' }),
      outcome: element('select', { ariaLabel: 'outcome' }, ...OUTCOMES.map((name) => new Option(name))),
    };
    this.inputs.scenario.setAttribute('list', 'scenarios');
    this.inputs.outcome.value = episode.outcome;
    for (const [name, input] of Object.entries(this.inputs)) input.name = name;
    this.cutText = element('span', { className: 'muted' });
    this.save = element('button', { className: 'primary', textContent: 'Save labels', disabled: true });
    this.trim = this.button('Trim to this', () => this.sendTrim());
    const form = element(
      'form', {},
      ...Object.entries(this.inputs).flatMap(([name, input]) => [element('label', { textContent: name }), input]),
      element('div', { className: 'wide' }, this.save),
      element(
        'div', { className: 'wide' },
        this.button('Begin here  [', () => this.mark(0)), this.button('End here  ]', () => this.mark(1)),
        this.cutText, this.trim,
      ),
      element('div', { className: 'wide' }, this.button('Discard the episode', () => panel.hooks.edit(panel, { kind: 'discard' }), 'danger')),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.sendLabels();
    });
    form.addEventListener('input', () => { this.save.disabled = !Object.keys(this.changed()).length; });
    this.root = element('details', { className: 'edit' }, element('summary', { textContent: 'Edit  (e)' }), form);
    this.showCut();
  }

  button(text, act, className = '') {
    const made = element('button', { type: 'button', textContent: text, className });
    made.addEventListener('click', act);
    return made;
  }

  changed() {
    const now = Object.entries(this.inputs).map(([name, input]) => [name, input.value.trim()]);
    return Object.fromEntries(now.filter(([name, value]) => value !== this.panel.episode[name]));
  }

  sendLabels() {
    this.panel.hooks.edit(this.panel, { kind: 'relabel', labels: this.changed() });
  }

  /** Let the cut begin (0) or end (1) at the frame that is shown. */
  mark(side) {
    const { cut } = this.panel.timeline;
    cut[side] = this.panel.row;
    if (cut[0] > cut[1]) cut[1 - side] = side ? 0 : this.panel.seconds.length - 1;
    this.root.open = true;
    this.showCut();
    this.panel.timeline.redraw();
  }

  showCut() {
    const { cut: [first, last] } = this.panel.timeline;
    const whole = first === 0 && last === this.panel.seconds.length - 1;
    this.cutText.textContent = whole ? 'nothing is cut' : `frames ${first} to ${last} stay`;
    this.trim.disabled = whole;
  }

  sendTrim() {
    const { cut: [first, last] } = this.panel.timeline;
    this.panel.hooks.edit(this.panel, { kind: 'trim', first, last });
  }

  toggle() {
    this.root.open = !this.root.open;
    if (this.root.open) this.inputs.instruction.focus();
  }
}
