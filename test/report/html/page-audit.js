/**
 * Runs inside the browser, on a page that is open, and answers with what is wrong with it: controls without a name,
 * headings that skip a level, links that lead nowhere, ids that are there twice, letters with too little contrast, a page
 * wider than its window. A person who checks a page by hand looks at the same (WCAG 2.2 1.3.1, 1.4.3, 1.4.10, 2.4.4, 4.1.2).
 */
(() => {
  /** WCAG 2.2 1.4.3, for letters of any size. */
  const LEAST_CONTRAST = 4.5;
  const wrong = [];

  const ids = new Set();
  for (const { id } of document.querySelectorAll('[id]')) {
    if (ids.has(id)) wrong.push(`id ${id} is there twice`);
    ids.add(id);
  }
  for (const link of document.querySelectorAll('a[href]')) {
    const target = link.getAttribute('href');
    if (!target.startsWith('#') || !ids.has(target.slice(1))) wrong.push(`link to ${target} leads nowhere`);
  }

  const nameOf = (control) => {
    const labels = [...(control.labels ?? [])].map((label) => label.textContent);
    const byId = (control.getAttribute('aria-labelledby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent ?? '');
    return [control.getAttribute('aria-label') ?? '', ...byId, ...labels, control.textContent].join('').trim();
  };
  for (const control of document.querySelectorAll(
    'a, button, input, summary, [tabindex="0"], [role=img], [role=region]',
  )) {
    if (nameOf(control) === '') wrong.push(`no name: ${control.outerHTML.slice(0, 100)}`);
  }
  for (const table of document.querySelectorAll('table')) {
    if (table.tHead === null && table.querySelector('th[scope=row]') === null) wrong.push('a table without heads');
  }

  let level = 0;
  for (const heading of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
    const next = Number(heading.tagName.slice(1));
    if (next > level + 1) wrong.push(`heading of level ${next} after ${level}: ${heading.textContent.slice(0, 60)}`);
    level = next;
  }
  if (document.querySelectorAll('h1').length !== 1) wrong.push('not one h1');
  for (const landmark of ['header', 'main', 'footer']) {
    if (document.querySelectorAll(`body > ${landmark}`).length !== 1) wrong.push(`not one ${landmark}`);
  }
  if (document.documentElement.lang === '') wrong.push('no language');
  if (!document.documentElement.classList.contains('scripted')) wrong.push('the script did not run');

  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) wrong.push(`${scrollWidth} wide in a window of ${innerWidth}`);

  /** Light of a colour as sRGB tells it (WCAG 2.2, relative luminance). */
  const luminance = (colour) => {
    const [r, g, b] = colour.map((octet) => {
      const part = octet / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const partsOf = (colour) => colour.match(/[\d.]+/g).map(Number);
  const backgrounds = new Map();
  const backgroundOf = (element) => {
    if (element === null) return [255, 255, 255];
    const known = backgrounds.get(element);
    if (known !== undefined) return known;
    const [r, g, b, alpha = 1] = partsOf(getComputedStyle(element).backgroundColor);
    const found = alpha === 0 ? backgroundOf(element.parentElement) : [r, g, b];
    backgrounds.set(element, found);
    return found;
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const told = new Set();
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() === '' || element.closest('title, desc, .hidden, .skip') !== null) continue;
    const style = getComputedStyle(element);
    const isDrawn = element.ownerSVGElement != null;
    // In a drawing, words about a silence stand on its shade.
    const shade = isDrawn && element.classList.contains('quiet') ? document.querySelector('.k-silence') : null;
    const behind = shade === null ? backgroundOf(element) : partsOf(getComputedStyle(shade).fill).slice(0, 3);
    const ratio = contrast(partsOf(isDrawn ? style.fill : style.color).slice(0, 3), behind);
    const where = `${element.tagName}.${element.getAttribute('class')}`;
    if (ratio < LEAST_CONTRAST && !told.has(where)) {
      told.add(where);
      wrong.push(`contrast ${ratio.toFixed(2)} of ${where}: ${node.data.trim().slice(0, 40)}`);
    }
  }
  return wrong;
})();
