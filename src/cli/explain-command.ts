/** `wscope explain [cause]`: the page about a cause, or all causes by stage. Exit status 2 for one that does not exist. */
import { CAUSES, type CauseId } from '../diagnosis/causes.js';
import { loadCatalogue } from '../load-catalogue.js';
import { Look } from '../report/terminal/look.js';
import { markdownLines } from '../report/terminal/markdown-page.js';
import { padRight } from '../report/terminal/text-width.js';
import { STAGES } from '../session/session.js';
import { causeInShort, causePage, causesLike, explainedCauses } from './cause-pages.js';
import type { ExplainRequest } from './command-line.js';
import { complain } from './complain.js';
import { type ExitStatus, FINE, UNUSABLE } from './exit-status.js';
import { terminalLanguage } from './language.js';
import { writeAll } from './output.js';
import { terminalLook } from './terminal-look.js';

export const runExplain = async ({ cause, ascii, language: asked }: ExplainRequest): Promise<ExitStatus> => {
  const language = terminalLanguage(asked, ascii, process.env);
  const catalogue = await loadCatalogue(language);
  const look = new Look({ ...terminalLook(process.stdout, process.env, ascii), catalogue });
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
  await writeAll([lines(markdownLines(causePage(known, language), look))], process.stdout);
  return FINE;
};

const listOf = (causes: readonly CauseId[], look: Look): string[] => {
  const said = look.catalogue.texts.explain;
  const widest = Math.max(...causes.map((cause) => cause.length));
  const stages = STAGES.flatMap((stage) => {
    const here = causes.filter((cause) => CAUSES[cause] === stage);
    if (here.length === 0) return [];
    const rows = here.flatMap((cause) =>
      look.paragraph(causeInShort(cause, look.catalogue.language), widest + 4, `  ${padRight(cause, widest)}`),
    );
    return ['', look.paint('bold', stage), ...rows];
  });
  return [...look.paragraph(said.list, 0), ...stages, '', look.say(said.more)];
};

const lines = (all: readonly string[]): string => all.map((line) => `${line.trimEnd()}\n`).join('');
