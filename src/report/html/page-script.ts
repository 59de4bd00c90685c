/**
 * The script of the page, as text: it switches the theme, filters and sorts the overview, searches messages, opens what a link
 * leads to, and copies display filters. It makes no HTML out of text and asks nobody for anything; without it the page is complete. It
 * stands in the head, so that a theme that was chosen is there from the first drawing on.
 */
interface ScriptTexts {
  /** With `{text}`. */
  copied: string;
  /** With `{count}` and `{all}`. */
  shown: string;
  /** What the switch leads to. */
  dark: string;
  light: string;
}

export const pageScript = (texts: ScriptTexts): string => `
(() => {
  'use strict';
  const TEXTS = ${JSON.stringify(texts).replaceAll('<', '\\u003c')};
  const root = document.documentElement;
  root.classList.add('scripted');
  const byId = (id) => document.getElementById(id);
${THEME}
  const prepare = () => {
    prepareTheme();
${COPYING}
${LINKS}
${SEARCHING}
${PACKETS}
${MESSAGES}
${OVERVIEW}
  };
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', prepare);
  else prepare();
})();
`;

/** The theme of the system until another one is chosen; the choice is kept where the browser allows it. */
const THEME = `
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const kept = (theme) => {
    try {
      if (theme === undefined) return localStorage.getItem('wscope-theme');
      localStorage.setItem('wscope-theme', theme);
    } catch { /* A browser that keeps nothing for pages from disk. */ }
    return null;
  };
  const chosen = kept();
  if (chosen === 'dark' || chosen === 'light') root.dataset.theme = chosen;
  const isDark = () => root.dataset.theme === undefined ? dark.matches : root.dataset.theme === 'dark';
  const prepareTheme = () => {
    const button = byId('theme');
    const name = () => { button.textContent = isDark() ? TEXTS.light : TEXTS.dark; };
    button.addEventListener('click', () => {
      root.dataset.theme = isDark() ? 'light' : 'dark';
      kept(root.dataset.theme);
      name();
    });
    dark.addEventListener('change', name);
    name();
    button.hidden = false;
  };`;

const COPYING = `
  const said = byId('said');
  let quiet;
  const say = (text) => {
    said.textContent = text;
    clearTimeout(quiet);
    quiet = setTimeout(() => { said.textContent = ''; }, 2500);
  };
  const copied = (text) => say(TEXTS.copied.replace('{text}', () => text));
  // A file opened from disk may not write to the clipboard the modern way.
  const copyFromArea = (text) => {
    const before = document.activeElement;
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const worked = document.execCommand('copy');
    area.remove();
    before?.focus({ preventScroll: true });
    if (worked) copied(text);
    else say(text);
  };
  const copy = (text) => {
    if (navigator.clipboard === undefined) copyFromArea(text);
    else navigator.clipboard.writeText(text).then(() => copied(text), () => copyFromArea(text));
  };
  const frames = ({ frame, last }) => last === undefined ? 'frame.number == ' + frame
    : 'frame.number >= ' + frame + ' && frame.number <= ' + last;
  document.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-frame], button[data-copy]');
    if (button !== null) copy(button.dataset.copy ?? frames(button.dataset));
  });`;

/** What a link leads to is opened, scrolled to and focused, so that the keyboard goes on from there. */
const LINKS = `
  const openTarget = () => {
    const target = location.hash.length > 1 ? byId(location.hash.slice(1)) : null;
    if (target === null) return;
    const session = target.closest('details.session');
    if (session !== null) {
      session.hidden = false;
      session.open = true;
    }
    target.scrollIntoView({ block: target === session || target.tagName !== 'TR' ? 'start' : 'center' });
    const focused = target === session ? session.querySelector('summary') : target;
    if (focused !== session?.firstElementChild) focused.tabIndex = -1;
    focused.focus({ preventScroll: true });
    stopAt(target.querySelector('button[data-frame]'));
  };
  addEventListener('hashchange', openTarget);
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="#"]');
    // The same link again changes no hash.
    if (link !== null && link.hash === location.hash) openTarget();
  });
  openTarget();
  let folded = [];
  addEventListener('beforeprint', () => {
    folded = [...document.querySelectorAll('details:not([open])')];
    for (const each of folded) each.open = true;
  });
  addEventListener('afterprint', () => {
    for (const each of folded) each.open = false;
  });`;

const SEARCHING = `
  const wordsOf = (text) => text.toLowerCase().split(/\\s+/).filter((word) => word !== '');
  const grouped = (count) => String(count).replace(/\\B(?=(\\d{3})+$)/g, ',');
  const shownOf = (count, all) => TEXTS.shown.replace('{count}', grouped(count)).replace('{all}', grouped(all));
  const whenTyped = (field, then) => {
    let waiting;
    field.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(then, 120); });
  };`;

/** Packets of a table are one stop of the Tab key; arrows go from one to the next. */
const PACKETS = `
  function stopAt(button) {
    const table = button?.closest('.ladder, .sent');
    if (table == null) return;
    const before = table.querySelector('button[tabindex="0"]');
    if (before !== null) before.tabIndex = -1;
    button.tabIndex = 0;
  }
  for (const table of document.querySelectorAll('.ladder, .sent')) {
    if (table.querySelector('button[tabindex="0"]') === null) stopAt(table.querySelector('button[data-frame]'));
  }
  document.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const table = step === undefined || !event.target.matches('button[data-frame]') ? null : event.target.closest('table');
    if (table === null) return;
    const buttons = [...table.querySelectorAll('button[data-frame]')];
    const next = buttons[buttons.indexOf(event.target) + step];
    if (next === undefined) return;
    event.preventDefault();
    stopAt(next);
    next.focus();
  });`;

/** Words are looked for in what unfolds as well; it is unfolded where it has them and its beginning does not. */
const MESSAGES = `
  for (const form of document.querySelectorAll('form.search')) {
    const [field, count] = [form.querySelector('input'), form.querySelector('output')];
    let rows;
    const filter = () => {
      rows ??= [...form.parentElement.querySelectorAll('.sent tbody tr')].map((row) => ({ row, words: row.textContent.toLowerCase() }));
      const words = wordsOf(field.value);
      let fitting = 0;
      for (const { row, words: text } of rows) {
        const fits = words.every((word) => text.includes(word));
        row.hidden = !fits;
        if (fits) fitting++;
        const folded = row.querySelector('details');
        if (folded === null) continue;
        const start = row.textContent.slice(0, row.textContent.length - folded.querySelector('pre').textContent.length).toLowerCase();
        folded.open = fits && words.some((word) => !start.includes(word));
      }
      count.textContent = shownOf(fitting, rows.length);
    };
    whenTyped(field, filter);
    form.addEventListener('submit', (event) => event.preventDefault());
    form.hidden = false;
  }`;

const OVERVIEW = `
  const table = document.querySelector('.overview');
  if (table === null) return;
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({ row, words: row.textContent.toLowerCase() }));
  const controls = byId('controls');
  const find = byId('find');
  const shown = byId('shown');
  controls.hidden = rows.length < 2;
  const filter = () => {
    const words = wordsOf(find.value);
    const hidden = new Set([...controls.querySelectorAll('[name=outcome]:not(:checked)')].map((box) => box.value));
    let count = 0;
    for (const { row, words: text } of rows) {
      const fits = !hidden.has(row.dataset.outcome) && words.every((word) => text.includes(word));
      row.hidden = !fits;
      const session = byId('s' + row.dataset.id);
      if (session !== null && session !== row) session.hidden = !fits;
      if (fits) count++;
    }
    shown.textContent = shownOf(count, rows.length);
  };
  whenTyped(find, filter);
  controls.addEventListener('change', filter);
  controls.addEventListener('submit', (event) => event.preventDefault());
  document.addEventListener('click', (event) => {
    const cause = event.target.closest('a[data-find]');
    if (cause === null) return;
    find.value = cause.dataset.find;
    filter();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input') !== null || controls.hidden) return;
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
  if (rows.length < 2) return;
  for (const head of table.tHead.querySelectorAll('th[data-sort]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      for (const other of table.tHead.querySelectorAll('th[aria-sort]')) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const keyed = rows.map((each) => ({ row: each.row, key: keys[head.dataset.sort](each) }));
      keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) * (down ? -1 : 1));
      body.append(...keyed.map(({ row }) => row));
    });
  }`;
