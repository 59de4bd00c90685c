/** Markdown without its fenced blocks and code spans, as CommonMark 4.5 and 6.1 find them: what is left is formatted. */
export const withoutCode = (markdown: string): string => {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split('\n')) {
    const [, run] = /^(`{3,})/.exec(line) ?? [];
    if (fence === undefined && run !== undefined && !line.slice(run.length).includes('`')) fence = run;
    else if (fence !== undefined) {
      if (run !== undefined && run.length >= fence.length && line.trim() === run) fence = undefined;
    } else lines.push(line);
  }
  return spansRemoved(lines.join('\n'));
};

const spansRemoved = (text: string): string => {
  let rest = '';
  let at = 0;
  while (at < text.length) {
    const [run = ''] = /^`+/.exec(text.slice(at)) ?? [];
    if (run === '') {
      rest += text[at++];
      continue;
    }
    const end = closing(text, at + run.length, run.length);
    if (end === undefined) {
      rest += run;
      at += run.length;
    } else at = end;
  }
  return rest;
};

/** Behind the next run of exactly as many backticks. */
const closing = (text: string, from: number, length: number): number | undefined => {
  for (const { 0: run, index } of text.slice(from).matchAll(/`+/g)) {
    if (run.length === length) return from + index + length;
  }
  return undefined;
};
