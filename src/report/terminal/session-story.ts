/** The story of one session: verdict, who and where, stages on a time axis, timeline, findings, network, unseen things. */
import { fateOf, unstopped } from '../headline.js';
import type { Report, SessionReport } from '../report.js';
import { fillTemplate } from '../wording.js';
import { sessionFindingLines, type ToldRemedies } from './finding-lines.js';
import { ladderLines } from './ladder.js';
import type { Look } from './look.js';
import { networkLines, notSeenLines } from './network-lines.js';
import { stageBars } from './stage-bars.js';
import { textWidth } from './text-width.js';

export const sessionStory = (
  session: SessionReport,
  report: Report,
  look: Look,
  inFull: boolean,
  told: ToldRemedies,
): string[] => {
  const parts = [
    stageBars(session, look),
    ladderLines(session, report, look, inFull),
    sessionFindingLines(session, report, look, told),
    [...networkLines(session, look), ...notSeenLines(session, look)],
  ];
  return [
    ...headline(session, look),
    ...identity(session, look),
    ...parts.flatMap((part) => (part.length === 0 ? [] : ['', ...part])),
  ];
};

const headline = (session: SessionReport, look: Look): string[] => {
  const { id, outcome, confidence, verdict } = session;
  const { texts, terms } = look.catalogue;
  const text = fillTemplate(texts.story.headline, {
    id: String(id),
    fate: fateOf(session, look.catalogue),
    verdict: unstopped(verdict),
    confidence: terms.confidences[confidence],
  });
  return look.paragraph(text, 0).map((line) => look.paint('bold', look.paintOutcome(outcome, line)));
};

const identity = (session: SessionReport, look: Look): string[] => {
  const { client, server, url, host, upgrade, websocket, related, cause, roles } = session;
  const { texts, terms } = look.catalogue;
  const ends = `${look.say(client)} ${look.signs.to} ${look.say(server)}`;
  const agreed = [
    ...(upgrade?.subprotocol == null ? [] : [fillTemplate(texts.story.subprotocol, { name: upgrade.subprotocol })]),
    ...(websocket?.compressed === true ? ['permessage-deflate'] : []),
  ];
  const facts = [
    ...(url === null && host === null ? [] : [look.say(url ?? host ?? '')]),
    roles === undefined ? ends : fillTemplate(texts.story.guessed, { ends }),
    ...(agreed.length === 0 ? [] : [look.say(agreed.join(terms.and))]),
    ...(cause === null ? [] : [look.say(cause)]),
    ...related.map(({ id, relation }) => fillTemplate(terms.relations[relation], { id: String(id) })),
  ];
  return packed(facts, look);
};

/** Facts beside each other, as many as a line takes. */
const packed = (facts: readonly string[], look: Look): string[] => {
  const room = look.width - 2;
  const lines: string[] = [];
  for (const fact of facts) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(last) + 3 + textWidth(fact) <= room)
      lines[lines.length - 1] = `${last}   ${fact}`;
    // Said already; a fact that is longer than a line is broken inside.
    else lines.push(...(textWidth(fact) <= room ? [fact] : look.paragraph(fact, 2).map((line) => line.slice(2))));
  }
  return lines.map((line) => look.paint('dim', `  ${line}`));
};
