'use strict';
const root = document.body.dataset.root;
const field = document.querySelector('input[type=search]');
const found = document.getElementById('found');
const MOST = 40;

// The index is a script of its own, for pages of a folder may load scripts but no data.
let loading;
function load() {
  loading ??= new Promise(resolve => {
    const script = document.createElement('script');
    script.src = root + 'search-index.js';
    script.onload = () => resolve(window.searchIndex.map(([url, page, heading, words]) =>
      ({url, page, heading, words, low: words.toLowerCase(), text: plain(words), head: plain(heading), name: plain(page)})));
    document.head.append(script);
  });
  return loading;
}

// in-place, in_place and InPlace are one word.
function plain(words) {
  return words.toLowerCase().replace(/[-_\s]+/g, '');
}

// All words must be there; those in a heading count more, an exact heading or rule most.
function score(entry, words, whole) {
  let sum = entry.head === whole || /^[a-z]+\d\d$/.test(whole) && entry.head.startsWith(whole) ? 100 : 0;
  for (const word of words) {
    const inHead = entry.head.includes(word);
    const inText = entry.text.includes(word);
    if (!inHead && !inText && !entry.name.includes(word)) return 0;
    sum += (inHead ? 10 : 0) + (inText ? 2 : 0) + 1;
  }
  return sum + Math.min(6, 3000 / (entry.low.length + 1));
}

async function search() {
  const asked = field.value;
  const whole = plain(asked);
  if (!whole) { found.hidden = true; return; }
  const entries = await load();
  if (asked !== field.value) return;
  const words = asked.toLowerCase().trim().split(/\s+/);
  const hits = entries.map(entry => [score(entry, words.map(plain).filter(Boolean), whole), entry])
    .filter(([points]) => points > 0).sort(([a], [b]) => b - a).slice(0, MOST);
  found.replaceChildren(...hits.map(([, entry]) => hit(entry, words)));
  if (!hits.length) found.textContent = 'Nothing found.';
  found.hidden = false;
}

function hit(entry, words) {
  const link = document.createElement('a');
  link.href = root + entry.url;
  const head = document.createElement('b');
  head.textContent = entry.heading;
  const page = document.createElement('span');
  page.textContent = entry.page === entry.heading ? '' : '  ' + entry.page;
  const text = document.createElement('p');
  const places = words.map(word => entry.low.indexOf(word)).filter(place => place >= 0);
  const at = places.length ? Math.max(0, Math.min(...places) - 60) : 0;
  const piece = entry.words.slice(at, at + 200);
  let rest = (at > 0 ? '…' : '') + piece + (at + 200 < entry.words.length ? '…' : '');
  while (rest) {
    const low = rest.toLowerCase();
    const next = words.map(word => [low.indexOf(word), word]).filter(([i]) => i >= 0).sort(([a], [b]) => a - b)[0];
    if (!next) { text.append(rest); break; }
    const mark = document.createElement('mark');
    mark.textContent = rest.slice(next[0], next[0] + next[1].length);
    text.append(rest.slice(0, next[0]), mark);
    rest = rest.slice(next[0] + next[1].length);
  }
  link.append(head, page, text);
  link.addEventListener('click', () => { found.hidden = true; });
  return link;
}

field.addEventListener('focus', load);
field.addEventListener('input', search);
field.form.addEventListener('submit', event => {
  event.preventDefault();
  const first = found.querySelector('a');
  if (first) location.href = first.href;
});
addEventListener('keydown', event => {
  if (event.key === '/' && !/^(input|textarea)$/i.test(document.activeElement.tagName)) {
    event.preventDefault();
    field.focus();
  } else if (event.key === 'Escape') {
    found.hidden = true;
    field.blur();
  } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && !found.hidden) {
    const links = [...found.querySelectorAll('a')];
    const at = links.indexOf(document.activeElement) + (event.key === 'ArrowDown' ? 1 : -1);
    event.preventDefault();
    (links[at] ?? field).focus();
  }
});
document.addEventListener('click', event => {
  if (!event.target.closest('#found, header')) found.hidden = true;
});

const menu = document.querySelector('.menu');
menu.addEventListener('click', () => {
  const open = document.querySelector('.columns > nav').classList.toggle('open');
  menu.setAttribute('aria-expanded', open);
});

// A search can be linked to: page.html?q=words
const asked = new URLSearchParams(location.search).get('q');
if (asked) { field.value = asked; search(); }
