// Copyright 2026 The Mobile VLA Authors
// SPDX-License-Identifier: Apache-2.0
// The page: what is shown beside what, keys, edits.

import { edit, listEdits, listEpisodes, readDetails, undo } from './api.js';
import { showHelp } from './help.js';
import { element, EpisodeList } from './list.js';
import { Panel } from './panel.js';
import { Player } from './player.js';

const SOON = 400;
const LATER = 4000;
const TOAST = 8000;

const byId = (id) => document.getElementById(id);
const state = { panels: [], editable: false, edits: [], wanted: 0, asked: 0, shown: 0, queue: Promise.resolve() };

const player = new Player(
  (time) => {
    for (const panel of state.panels) panel.show(time);
    document.body.dataset.time = time.toFixed(3);
  },
  () => {
    byId('play').textContent = player.playing ? '❚❚' : '▶';
    document.body.dataset.playing = player.playing;
  },
);
const list = new EpisodeList((episode, beside) => open(episode, beside ? 1 : 0));

function toast(text, kind = '', action = null) {
  const shown = element('div', { className: `toast ${kind}`, textContent: text });
  if (action) {
    const button = element('button', { textContent: action.text });
    button.addEventListener('click', () => { shown.remove(); action.act(); });
    shown.append(button);
  }
  byId('toasts').append(shown);
  setTimeout(() => shown.remove(), TOAST);
}

const hooks = {
  seek(time) {
    player.pause();
    player.seek(time);
  },
  close: (panel) => layOut(state.panels.filter((other) => other !== panel)),
  edit: (panel, content) => change(() => edit({ episode: panel.episode.name, ...content })),
  arrows: () => byId('arrows').checked,
  get editable() { return state.editable; },
};

/** Show an episode as the first (0) or the second (1). */
async function open(episode, place) {
  if (!episode) return;
  if (!episode.frames) {
    toast(episode.problem || `${episode.name} has no frame`, 'error');
    return;
  }
  state.wanted += 1;
  const asked = state.wanted;
  try {
    const details = await readDetails(episode);
    if (asked !== state.wanted) return; // another was chosen meanwhile
    const panels = [...state.panels];
    panels[Math.min(place, panels.length)] = new Panel(episode, details, hooks);
    layOut(panels);
    if (panels.length === 1) player.seek(0);
  } catch (error) {
    toast(error.message, 'error');
  }
}

function layOut(panels) {
  player.pause();
  state.panels = player.panels = panels;
  const roots = panels.map((panel) => panel.root);
  const holder = byId('panels');
  for (const old of [...holder.children]) if (!roots.includes(old)) old.remove();
  roots.forEach((root, place) => holder.children[place] === root || holder.insertBefore(root, holder.children[place] ?? null));
  byId('empty').hidden = panels.length > 0;
  byId('transport').hidden = panels.length === 0;
  const names = panels.map((panel) => panel.episode.name);
  list.mark(names);
  if (names.length) list.reveal(names.at(-1));
  history.replaceState(null, '', names.length ? `#${names.map(encodeURIComponent).join('&')}` : ' ');
  player.seek(player.time);
}

/** Do an edit, after those that were asked for before. */
function change(act) {
  state.queue = state.queue.then(() => perform(act));
}

async function perform(act) {
  try {
    const done = await act();
    await refresh();
    const words = done.undone ? `undone: ${done.text}` : done.text;
    toast(`${done.episode}: ${words}`, '', done.undone ? null : { text: 'Undo', act: () => takeBack(done.number) });
  } catch (error) {
    toast(error.message, 'error');
  }
}

/** Undo an edit, the last one when no number is given. */
const takeBack = (number) => change(async () => (
  { ...(await undo(number ?? state.edits.at(-1)?.number)), undone: true }
));

/** Read the list anew; panels whose file changed are opened again, others go away. */
async function refresh() {
  state.asked += 1;
  const turn = state.asked;
  const [content, edits] = await Promise.all([listEpisodes(), listEdits()]);
  if (turn < state.shown) return content; // a later answer came first
  state.shown = turn;
  Object.assign(state, { editable: content.editable, edits });
  const last = edits.at(-1);
  byId('undo').disabled = !last;
  byId('undo').hidden = !content.editable;
  byId('undo').title = last ? `undo (u): ${last.episode}, ${last.text}` : 'nothing to undo';
  byId('folder').textContent = content.folder;
  const total = content.episodes.length;
  byId('progress').textContent = content.reading
    ? `reading, ${total - content.reading} of ${total}`
    : content.checking ? `checking, ${total - content.checking} of ${total}` : '';
  document.body.dataset.reading = content.reading;
  document.body.dataset.checking = content.checking;
  list.update(content.episodes);
  list.setFolderFindings(content.findings);
  const known = new Map(content.episodes.map((episode) => [episode.name, episode]));
  const kept = state.panels.filter((panel) => known.has(panel.episode.name));
  if (kept.length < state.panels.length) layOut(kept);
  for (const [place, panel] of state.panels.entries()) {
    const now = known.get(panel.episode.name);
    const same = now.version === panel.episode.version || now.state === 'unfinished';
    if (!same && now.state !== 'reading') await open(now, place);
    else if (same && JSON.stringify(now.findings) !== JSON.stringify(panel.episode.findings)) panel.setFindings(now.findings);
  }
  return content;
}

async function keepFresh() {
  let pause = LATER;
  try {
    const content = await refresh();
    if (content.reading || content.checking) pause = SOON;
    document.body.dataset.lost = '';
  } catch (error) {
    if (!document.body.dataset.lost) toast(error.message, 'error');
    document.body.dataset.lost = 'true';
  }
  setTimeout(keepFresh, pause);
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  localStorage.setItem('theme', theme);
  for (const panel of state.panels) panel.timeline.redraw();
}

const toggleTheme = () => setTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');

function shiftSpeed(step) {
  const select = byId('speed');
  select.selectedIndex = Math.min(Math.max(select.selectedIndex + step, 0), select.options.length - 1);
  player.speed = Number(select.value);
}

function moveInList(step, beside) {
  const panel = state.panels[beside ? 1 : 0] ?? state.panels[0];
  const episode = panel ? list.neighbour(panel.episode.name, step) : list.shown[0];
  open(episode, beside ? 1 : 0);
}

const form = () => state.panels[0]?.form;
const keys = {
  ' ': () => player.toggle(),
  ArrowLeft: (event) => player.step(event.shiftKey ? -10 : -1),
  ArrowRight: (event) => player.step(event.shiftKey ? 10 : 1),
  ArrowUp: (event) => moveInList(-1, event.shiftKey),
  ArrowDown: (event) => moveInList(1, event.shiftKey),
  Home: () => hooks.seek(0),
  End: () => hooks.seek(player.end),
  '<': () => shiftSpeed(-1),
  '>': () => shiftSpeed(1),
  a: () => byId('arrows').click(),
  '/': () => byId('search').focus(),
  e: () => form()?.toggle(),
  '[': () => form()?.mark(0),
  ']': () => form()?.mark(1),
  u: () => byId('undo').click(),
  x: () => state.panels[1] && hooks.close(state.panels[1]),
  t: toggleTheme,
  '?': showHelp,
};

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') document.activeElement?.blur();
  const writes = event.target.closest?.('input:not([type=checkbox]), select, textarea, dialog');
  if (writes || event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
  if (event.key === ' ' && event.target.closest?.('button, summary')) event.target.blur();
  event.preventDefault();
  keys[event.key](event);
});

const presses = {
  first: keys.Home, back: () => player.step(-1), play: () => player.toggle(),
  forward: () => player.step(1), last: keys.End,
};
byId('transport').addEventListener('click', (event) => presses[event.target.dataset.do]?.());
byId('speed').addEventListener('change', () => { player.speed = Number(byId('speed').value); });
byId('arrows').addEventListener('change', () => state.panels.forEach((panel) => panel.draw()));
byId('undo').addEventListener('click', () => takeBack());
byId('theme').addEventListener('click', toggleTheme);
byId('help-button').addEventListener('click', showHelp);

setTheme(localStorage.getItem('theme')
  ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));

/** Open what the address names, so that a page loaded again shows the same. */
async function start() {
  const names = location.hash.slice(1).split('&').filter(Boolean).map(decodeURIComponent);
  for (let wait = 0; names.length && wait < 50; wait += 1) {
    const { episodes, reading } = await listEpisodes();
    const found = names.map((name) => episodes.find((episode) => episode.name === name));
    if (found.every((episode) => episode?.frames) || !reading) {
      for (const [place, episode] of found.filter(Boolean).entries()) await open(episode, place);
      break;
    }
    await new Promise((go) => { setTimeout(go, SOON); });
  }
}

keepFresh().then(start);
