// Copyright 2026 The Mobile VLA Authors
// SPDX-License-Identifier: Apache-2.0
// Requests to the server that sent this page.

const token = document.querySelector('meta[name=token]').content;

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error('the server does not answer: was it ended?');
  }
  const content = await response.json();
  if (!response.ok) throw new Error(content.error);
  return content;
}

const place = (episode) => `api/episodes/${encodeURIComponent(episode.name)}`;

export const listEpisodes = () => ask('api/episodes');
export const listEdits = async () => (await ask('api/edits')).edits;
export const readDetails = (episode) => ask(`${place(episode)}/details?v=${episode.version}`);

export const thumbnailAddress = (episode) => `${place(episode)}/thumbnail?v=${episode.version}`;

export function frameAddress(episode, frame, camera) {
  const query = new URLSearchParams({ v: episode.version, camera });
  return `${place(episode)}/frames/${frame}?${query}`;
}

function send(path, content) {
  return ask(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Mobile-Vla-Token': token },
    body: JSON.stringify(content),
  });
}

export const edit = async (content) => (await send('api/edits', content)).edit;
export const undo = async (number) => (await send('api/undo', { number })).edit;
