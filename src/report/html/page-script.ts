/**
 * The script of the page, as text: it filters and sorts the overview, opens the session that a link leads to, and copies
 * display filters. It makes no HTML out of text and asks nobody for anything; without it the page is complete.
 */
interface ScriptTexts {
  /** With `{text}`. */
  copied: string;
  /** With `{count}` and `{all}`. */
  shown: string;
}

export const pageScript = ({ copied, shown }: ScriptTexts): string => `
(() => {
  'use strict';
  const byId = (id) => document.getElementById(id);
  document.documentElement.classList.add('scripted');
  const said = byId('said');
  let quiet;
  const say = (text) => {
    said.textContent = text;
    clearTimeout(quiet);
    quiet = setTimeout(() => { said.textContent = ''; }, 2500);
  };

  const copied = (text) => say(${quoted(copied)}.replace('{text}', () => text));
  // A file opened from disk may not write to the clipboard the modern way.
  const copyFromArea = (text) => {
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const worked = document.execCommand('copy');
    area.remove();
    if (worked) copied(text);
    else say(text);
  };
  const copy = (text) => {
    if (navigator.clipboard === undefined) copyFromArea(text);
    else navigator.clipboard.writeText(text).then(() => copied(text), () => copyFromArea(text));
  };
  document.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-frame], button[data-copy]');
    if (button === null) return;
    copy(button.dataset.copy ?? 'frame.number == ' + button.dataset.frame);
  });

  const openTarget = () => {
    const target = location.hash.length > 1 ? byId(location.hash.slice(1)) : null;
    if (target === null) return;
    const session = target.closest('details.session');
    if (session !== null) {
      session.hidden = false;
      session.open = true;
    }
    target.scrollIntoView({ block: target === session ? 'start' : 'center' });
  };
  addEventListener('hashchange', openTarget);
  openTarget();
  addEventListener('beforeprint', () => {
    for (const session of document.querySelectorAll('details.session')) session.open = true;
  });

  const table = document.querySelector('.overview');
  if (table === null) return;
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({ row, words: row.textContent.toLowerCase() }));
  const controls = byId('controls');
  const find = byId('find');
  const shown = byId('shown');
  controls.hidden = rows.length < 2;
  const filter = () => {
    const words = find.value.toLowerCase().split(/ +/).filter((word) => word !== '');
    const outcomes = new Set([...controls.elements.outcome.length === undefined ? [controls.elements.outcome] : controls.elements.outcome]
      .filter((box) => box.checked).map((box) => box.value));
    let count = 0;
    for (const { row, words: text } of rows) {
      const fits = outcomes.has(row.dataset.outcome) && words.every((word) => text.includes(word));
      row.hidden = !fits;
      const session = byId('s' + row.dataset.id);
      if (session !== null && session !== row) session.hidden = !fits;
      if (fits) count++;
    }
    shown.textContent = ${quoted(shown)}.replace('{count}', count).replace('{all}', rows.length);
  };
  let waiting;
  find.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
  controls.addEventListener('change', filter);
  controls.addEventListener('submit', (event) => event.preventDefault());
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.target.closest('input') !== null || controls.hidden) return;
    event.preventDefault();
    find.focus();
  });

  const keys = {
    id: ({ row }) => Number(row.dataset.id),
    lasted: ({ row }) => Number(row.dataset.lasted),
    outcome: ({ row }) => row.cells[2].textContent,
    where: ({ row }) => row.cells[1].textContent,
    verdict: ({ row }) => row.cells[4].textContent,
  };
  for (const head of table.tHead.querySelectorAll('th[data-sort]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      for (const other of table.tHead.querySelectorAll('th[aria-sort]')) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const keyed = rows.map((each) => ({ each, key: keys[head.dataset.sort](each) }));
      keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) * (down ? -1 : 1));
      body.append(...keyed.map(({ each }) => each.row));
    });
  }
})();
`;

const quoted = (text: string): string => JSON.stringify(text);
