'use strict';
const tip = document.getElementById('tip');

// Crosshair: the sizes measured are few, so the nearest one is meant.
for (const plot of document.querySelectorAll('svg.plot')) {
  const cross = document.createElementNS('http://www.w3.org/2000/svg', 'line');
  cross.setAttribute('class', 'cross');
  cross.setAttribute('y1', plot.dataset.top);
  cross.setAttribute('y2', plot.dataset.bottom);
  cross.style.display = 'none';
  plot.append(cross);
  // The tooltip says more than the titles, which serve where scripts do not run.
  plot.querySelectorAll('title').forEach(title => title.remove());
  const points = [...plot.querySelectorAll('.point')].map(point => ({
    x: point.transform.baseVal[0].matrix.e,
    size: point.dataset.size,
    value: point.dataset.value,
    line: point.parentNode,
  }));
  plot.addEventListener('mousemove', event => {
    const shown = points.filter(point => !point.line.classList.contains('off'));
    if (!shown.length) return;
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(plot.getScreenCTM().inverse());
    const x = shown.reduce((a, b) => Math.abs(b.x - at.x) < Math.abs(a.x - at.x) ? b : a).x;
    const here = shown.filter(point => Math.abs(point.x - x) < 0.5);
    cross.setAttribute('x1', x);
    cross.setAttribute('x2', x);
    cross.style.display = '';
    const head = document.createElement('b');
    head.textContent = here[0].size;
    tip.replaceChildren(head, ...here.map(entry));
    tip.hidden = false;
    const left = event.clientX + 16 + tip.offsetWidth > innerWidth;
    tip.style.left = `${left ? event.clientX - 16 - tip.offsetWidth : event.clientX + 16}px`;
    tip.style.top = `${Math.min(event.clientY + 16, Math.max(0, innerHeight - tip.offsetHeight - 8))}px`;
  });
  plot.addEventListener('mouseleave', () => {
    cross.style.display = 'none';
    tip.hidden = true;
  });
}

function entry(point) {
  const row = document.createElement('div');
  row.className = [...point.line.classList].find(name => /^c\d$/.test(name));
  const name = document.createElement('span');
  name.textContent = point.line.dataset.name;
  const value = document.createElement('em');
  value.textContent = point.value;
  row.append(name, value);
  return row;
}

// Legend: a click hides or shows a line in both diagrams of its section.
for (const button of document.querySelectorAll('.legend button')) {
  button.addEventListener('click', () => {
    const shown = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', shown);
    for (const line of button.closest('section').querySelectorAll(`g[data-line="${button.dataset.line}"]`)) {
      line.classList.toggle('off', !shown);
    }
  });
}

// Tables: a click sorts by a column, another one turns the order round.
for (const table of document.querySelectorAll('table.rows')) {
  const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  const sort = (head, column) => {
    const ascending = head.getAttribute('aria-sort') !== 'ascending';
    heads.forEach(other => other.removeAttribute('aria-sort'));
    head.setAttribute('aria-sort', ascending ? 'ascending' : 'descending');
    const key = row => row.cells[column].dataset.v === undefined ? row.cells[column].textContent : Number(row.cells[column].dataset.v);
    const rows = [...table.tBodies[0].rows].map(row => [key(row), row]);
    rows.sort(([a], [b]) => (typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === 'number' ? -1 : 1) * (ascending ? 1 : -1));
    table.tBodies[0].append(...rows.map(([, row]) => row));
  };
  heads.forEach((head, column) => {
    head.addEventListener('click', () => sort(head, column));
    head.addEventListener('keydown', event => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      sort(head, column);
    });
  });
}

// A table that is cut says so, on the side where it goes on.
for (const cut of document.querySelectorAll('.cut')) {
  const scroll = cut.firstElementChild;
  const say = () => {
    cut.classList.toggle('right', scroll.scrollLeft + scroll.clientWidth < scroll.scrollWidth - 4);
    cut.classList.toggle('below', scroll.scrollTop + scroll.clientHeight < scroll.scrollHeight - 4);
  };
  scroll.addEventListener('scroll', say, {passive: true});
  new ResizeObserver(say).observe(scroll);
  say();
}

// What is folded is read on paper, too; and what a link names is shown.
addEventListener('beforeprint', () => document.querySelectorAll('details').forEach(each => { each.open = true; }));
function unfold() {
  const named = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named && named.tagName === 'DETAILS') named.open = true;
}
addEventListener('hashchange', unfold);
unfold();

for (const button of document.querySelectorAll('.download')) {
  button.addEventListener('click', () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([document.getElementById(button.dataset.of).textContent], {type: 'application/json'}));
    link.download = button.dataset.file;
    link.click();
    URL.revokeObjectURL(link.href);
  });
}
