/** What a page says, read with patterns that its own templates keep to. */
export const idsOf = (page: string): string[] => [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id ?? '');

export const targetsOf = (page: string): string[] =>
  [...page.matchAll(/ href="([^"]+)"/g)].map(([, target]) => target ?? '');

/** Without style and script, which are ours. */
export const bodyOf = (page: string): string =>
  page.replace(/<style>[\s\S]*?<\/style>/, '').replace(/<script>[\s\S]*?<\/script>/, '');

export const tagsOf = (page: string): string[] => [...bodyOf(page).matchAll(/<[a-z!][^>]*>/gi)].map(([tag]) => tag);

/** Tags that are opened and not closed, or the other way round. */
export const unbalanced = (page: string): string[] => {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, close, name = '', empty] of bodyOf(page).matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/gi)) {
    if (empty === '/' || VOID.has(name)) continue;
    if (close === '') open.push(name);
    else if (open.pop() !== name) wrong.push(name);
  }
  return [...wrong, ...open];
};

const VOID: ReadonlySet<string> = new Set(['meta', 'br', 'input', 'hr']);
