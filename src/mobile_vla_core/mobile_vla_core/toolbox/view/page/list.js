// Copyright 2026 The Mobile VLA Authors
// SPDX-License-Identifier: Apache-2.0
// The list of episodes and its filters.

import { thumbnailAddress } from './api.js';

const NONE = '\u0000';
const WORST = ['error', 'warning', 'note'];

export const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

export function duration(seconds) {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${Math.round(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const worst = (findings) => WORST.find((level) => findings.some((f) => f.severity === level));

export class EpisodeList {
  /** `choose(episode, beside)` is called when one is clicked, `beside` with Shift. */
  constructor(choose) {
    this.choose = choose;
    this.episodes = [];
    this.shown = [];
    this.rows = new Map();
    this.slots = [];
    this.byId = (id) => document.getElementById(id);
    const filters = this.byId('filters');
    filters.addEventListener('input', () => this.draw());
    filters.addEventListener('submit', (event) => event.preventDefault());
  }

  update(episodes) {
    this.episodes = episodes;
    this.offer('scenario', 'every scenario', (e) => [e.scenario ?? NONE], 'no scenario');
    this.offer('outcome', 'every outcome', (e) => [e.outcome ?? NONE], 'not known');
    this.offerFindings();
    this.draw();
  }

  offer(id, every, values, none) {
    const found = new Map();
    for (const episode of this.episodes) {
      if (!episode.frames) continue;
      for (const value of values(episode)) found.set(value || NONE, (found.get(value || NONE) ?? 0) + 1);
    }
    const options = [...found].sort(([a], [b]) => a.localeCompare(b));
    this.setOptions(id, [['', every], ...options.map(([value, count]) => [
      value, `${value === NONE ? none : value} (${count})`,
    ])]);
  }

  offerFindings() {
    const codes = new Map();
    for (const { findings } of this.episodes) {
      for (const code of new Set((findings ?? []).map((f) => f.code))) {
        codes.set(code, (codes.get(code) ?? 0) + 1);
      }
    }
    const damaged = this.episodes.filter((e) => e.problem).length;
    this.setOptions('finding', [
      ['', 'with and without findings'], ['any', 'with findings'], ['no', 'without findings'],
      ...(damaged ? [['damaged', `not readable (${damaged})`]] : []),
      ...[...codes].sort().map(([code, count]) => [`=${code}`, `${code} (${count})`]),
    ]);
  }

  setOptions(id, options) {
    const select = this.byId(id);
    const before = select.value;
    const known = [...select.options].map((option) => option.text).join('|');
    if (known === options.map(([, text]) => text).join('|')) return;
    select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
    select.value = options.some(([value]) => value === before) ? before : '';
  }

  matches(episode) {
    const words = this.byId('search').value.toLowerCase().split(/\s+/).filter(Boolean);
    const text = `${episode.instruction ?? ''} ${episode.name} ${episode.problem}`.toLowerCase();
    const [scenario, outcome, finding] = ['scenario', 'outcome', 'finding'].map((id) => this.byId(id).value);
    const findings = episode.findings ?? [];
    const hasFinding = {
      '': true,
      any: findings.length > 0 || episode.problem !== '',
      no: episode.findings !== null && findings.length === 0 && episode.problem === '',
      damaged: episode.problem !== '',
    }[finding] ?? findings.some((f) => `=${f.code}` === finding);
    return words.every((word) => text.includes(word))
      && (!scenario || (episode.scenario || NONE) === scenario)
      && (!outcome || (episode.outcome || NONE) === outcome)
      && hasFinding;
  }

  draw() {
    this.shown = this.episodes.filter((episode) => this.matches(episode));
    const kept = new Map();
    const rows = this.shown.map((episode) => {
      const key = JSON.stringify(episode);
      const known = this.rows.get(episode.name);
      const row = known?.key === key ? known.row : this.makeRow(episode);
      kept.set(episode.name, { key, row });
      return row;
    });
    this.rows = kept;
    const list = this.byId('list');
    const same = list.children.length === rows.length && rows.every((row, i) => list.children[i] === row);
    if (!same) list.replaceChildren(...rows);
    this.mark(this.slots);
    const seconds = this.shown.reduce((sum, episode) => sum + (episode.seconds ?? 0), 0);
    this.byId('count').textContent = `${this.shown.length} of ${this.episodes.length} episodes · ${duration(seconds)}`;
  }

  makeRow(episode) {
    const readable = episode.frames > 0;
    const picture = readable
      ? element('img', { className: 'thumb', loading: 'lazy', alt: '', src: thumbnailAddress(episode) })
      : element('span', { className: 'thumb', textContent: episode.state === 'reading' ? '…' : episode.state });
    const meta = element('span', { className: 'meta' });
    if (readable) {
      const dot = element('span', { className: `dot ${episode.outcome}`, title: episode.outcome });
      const facts = [episode.scenario, duration(episode.seconds), `${episode.frames} frames`];
      meta.append(dot, element('span', { className: 'facts', textContent: facts.filter(Boolean).join(' · ') }));
    }
    if (episode.state === 'unfinished') meta.append(element('span', { className: 'badge note', textContent: 'unfinished' }));
    if (episode.findings?.length) {
      const level = worst(episode.findings);
      meta.prepend(element('span', {
        className: `badge ${level}`,
        textContent: episode.problem ? episode.findings[0].code : episode.findings.length,
        title: [...new Set(episode.findings.map((f) => f.code))].join(', '),
      }));
    } else if (episode.problem) {
      meta.append(element('span', { className: 'badge error', textContent: episode.state }));
    }
    const text = readable ? (episode.instruction || '(no instruction)') : episode.problem || episode.name;
    const row = element('li', { title: episode.name }, picture, element(
      'div', {}, element('span', { className: 'say', textContent: text }), meta,
    ));
    row.dataset.name = episode.name;
    row.dataset.state = episode.state;
    row.addEventListener('click', (event) => this.choose(episode, event.shiftKey));
    return row;
  }

  /** Show what concerns the folder as a whole. */
  setFolderFindings(findings) {
    const holder = this.byId('folder-findings');
    holder.hidden = !findings.length;
    const text = JSON.stringify(findings);
    if (holder.dataset.shown === text) return;
    holder.dataset.shown = text;
    const count = `${findings.length} finding${findings.length > 1 ? 's' : ''} of the whole folder`;
    holder.replaceChildren(element('summary', { textContent: count }), element('ul', { className: 'findings' }, ...findings.map(
      (finding) => element('li', { title: finding.remedy }, element('span', { className: `badge ${finding.severity}`, textContent: finding.code }), finding.text),
    )));
  }

  /** Mark the episodes that are shown, by name. */
  mark(names) {
    this.slots = names;
    for (const [name, { row }] of this.rows) {
      const slot = names.indexOf(name);
      if (slot < 0) delete row.dataset.slot;
      else row.dataset.slot = 'AB'[slot];
    }
  }

  /** Return the episode that is `step` rows from the one of this name. */
  neighbour(name, step) {
    const place = this.shown.findIndex((episode) => episode.name === name);
    return this.shown[Math.min(Math.max(place + step, 0), this.shown.length - 1)];
  }

  reveal(name) {
    this.rows.get(name)?.row.scrollIntoView({ block: 'nearest' });
  }
}
