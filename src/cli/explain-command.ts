/** `wscope explain [cause]`: the page about a cause, or all causes by stage. Exit status 2 for one that does not exist. */
import { CAUSES, type CauseId } from '../diagnosis/causes.js';
import { Look } from '../report/terminal/look.js';
import { markdownLines } from '../report/terminal/markdown-page.js';
import { padRight } from '../report/terminal/text-width.js';
import { STAGES } from '../session/session.js';
import { causeInShort, causePage, causesLike, explainedCauses } from './cause-pages.js';
import type { ExplainRequest } from './command-line.js';
import { complain } from './complain.js';
import { type ExitStatus, FINE, UNUSABLE } from './exit-status.js';
import { writeAll } from './output.js';
import { terminalLook } from './terminal-look.js';

export const runExplain = async ({ cause, ascii }: ExplainRequest): Promise<ExitStatus> => {
  const look = new Look(terminalLook(process.stdout, process.env, ascii));
  const causes = explainedCauses();
  const wanted = cause?.toLowerCase();
  if (wanted === undefined) {
    await writeAll([lines(listOf(causes, look))], process.stdout);
    return FINE;
  }
  const known = causes.find((each) => each === wanted);
  if (known === undefined) {
    const near = causesLike(wanted, causes);
    const hint = near.length === 0 ? 'wscope explain lists them' : `did you mean ${near.join(', ')}?`;
    complain(`there is no cause ${cause}: ${hint}`);
    return UNUSABLE;
  }
  await writeAll([lines(markdownLines(causePage(known), look))], process.stdout);
  return FINE;
};

const listOf = (causes: readonly CauseId[], look: Look): string[] => {
  const widest = Math.max(...causes.map((cause) => cause.length));
  const stages = STAGES.flatMap((stage) => {
    const here = causes.filter((cause) => CAUSES[cause] === stage);
    if (here.length === 0) return [];
    const rows = here.flatMap((cause) =>
      look.paragraph(causeInShort(cause), widest + 4, `  ${padRight(cause, widest)}`),
    );
    return ['', look.paint('bold', stage), ...rows];
  });
  return [...look.paragraph('What wscope can find, by the stage where it usually strikes:', 0), ...stages, '', MORE];
};

const MORE = 'wscope explain <cause> shows its page.';

const lines = (all: readonly string[]): string => all.map((line) => `${line.trimEnd()}\n`).join('');
