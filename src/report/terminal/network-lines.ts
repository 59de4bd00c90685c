/** How the network did, in one line, and what the capture could not show, in another. */
import { formatBytes, formatCount, formatDuration } from '../format-value.js';
import type { Catalogue } from '../language/catalogue.js';
import type { SessionReport, TcpReport } from '../report.js';
import { fillTemplate, wordOf } from '../wording.js';
import type { Look } from './look.js';

export const networkLines = (session: SessionReport, look: Look): string[] => {
  const facts = networkText(session, look.catalogue);
  if (facts === undefined) return [];
  return look.paragraph(fillTemplate(look.catalogue.texts.network.line, { facts }), 2);
};

/** Undefined where no connection was. */
export const networkText = (session: SessionReport, { texts, terms }: Catalogue): string | undefined => {
  const { tcp, vantage } = session;
  const said = texts.network;
  if (tcp === null) return undefined;
  const facts = [
    ...roundTrips(tcp, said),
    sentAgain(session, tcp, said, terms),
    ...counted(tcp, said),
    missing(tcp, said, terms),
  ];
  const told = facts.join(terms.comma);
  if (vantage === null) return told;
  if (vantage === 'between') return fillTemplate(said.between, { facts: told });
  return fillTemplate(said.near, { facts: told, side: terms.sides[vantage] });
};

type Texts = Catalogue['texts']['network'];

/** The side far from the capture has the round trip that matters. */
const roundTrips = ({ handshakeRttMs, rtt }: TcpReport, said: Texts): string[] => {
  const sides = (['client', 'server'] as const).filter((side) => rtt[side].samples > 0);
  if (sides.length === 0)
    return handshakeRttMs === null ? [] : [fillTemplate(said.handshake, { rtt: milliseconds(handshakeRttMs) })];
  const slower = sides.reduce((a, b) => ((rtt[b].medianMs ?? 0) > (rtt[a].medianMs ?? 0) ? b : a));
  const { medianMs, p95Ms } = rtt[slower];
  return [fillTemplate(said.rtt, { median: milliseconds(medianMs ?? 0), p95: milliseconds(p95Ms ?? 0) })];
};

const sentAgain = (
  { packets }: SessionReport,
  { retransmissions, retransmissionKinds: { client, server } }: TcpReport,
  said: Texts,
  { words, and }: Catalogue['terms'],
): string => {
  const again = retransmissions.client + retransmissions.server;
  if (again === 0) return said.nothingAgain;
  const kinds = [...new Set([...Object.keys(client), ...Object.keys(server)])]
    .filter((kind) => kind !== 'unknown')
    .map((kind) =>
      fillTemplate(said.kind, { count: String((client[kind] ?? 0) + (server[kind] ?? 0)), kind: wordOf(words, kind) }),
    );
  return fillTemplate(kinds.length === 0 ? said.again : said.againKinds, {
    count: formatCount(again),
    packets: formatCount(packets),
    kinds: kinds.join(and),
  });
};

const counted = (tcp: TcpReport, said: Texts): string[] =>
  (
    [
      [tcp.outOfOrder, said.outOfOrder],
      [tcp.zeroWindows, said.windowsClosed],
      [tcp.copies, said.copies],
    ] as const
  )
    .map(([{ client, server }, text]) => [client + server, text] as const)
    .filter(([count]) => count > 0)
    .map(([count, text]) => fillTemplate(text, { count: formatCount(count) }));

const missing = ({ missingBytes: { client, server } }: TcpReport, said: Texts, terms: Catalogue['terms']): string =>
  client + server === 0
    ? said.complete
    : fillTemplate(said.missing, { bytes: formatBytes(client + server, terms.units) });

const milliseconds = (ms: number): string => formatDuration(ms * 1e6);

export const notSeenLines = (session: SessionReport, look: Look): string[] =>
  notSeenTexts(session, look.catalogue).flatMap((text) => look.paragraph(text, 2));

/** What the capture could not show, and why it was not decrypted. */
export const notSeenTexts = (session: SessionReport, catalogue: Catalogue): string[] => {
  const { texts, terms } = catalogue;
  const said = texts.unseen;
  const stages = session.stages.filter(({ status }) => status === 'not-seen' || status === 'hidden');
  const hidden = stages.map(({ stage, status }) =>
    fillTemplate(status === 'hidden' ? said.encrypted : said.notCaptured, { stage }),
  );
  const reached = (...names: string[]) => session.stages.some(({ stage }) => names.includes(stage));
  const has = (sight: SessionReport['sight'][number]) => session.sight.includes(sight);
  const missing = (session.tcp?.missingBytes.client ?? 0) + (session.tcp?.missingBytes.server ?? 0);
  const lacks = [
    ...(has('both-sides') ? [] : [said.direction]),
    ...(has('payloads') || !has('frames') || !reached('open', 'close') ? [] : [said.payloads]),
    ...(has('ending') ? [] : [said.ending]),
    ...(has('no-gaps') ? [] : [missing > 0 ? said.missing : said.cut]),
  ];
  const things = [...hidden, ...lacks];
  return [
    ...(things.length === 0 ? [] : [fillTemplate(said.line, { things: things.join(terms.comma) })]),
    ...closedBecause(session, catalogue).map((why) => fillTemplate(said.closed, { why })),
  ];
};

/** Why the key log that was given did not open everything. */
const closedBecause = ({ tls }: SessionReport, { texts: { unseen: said }, terms }: Catalogue): string[] => {
  if (tls === null || tls.decrypted === true) return [];
  const why = tls.undecryptable === null ? [] : [fillTemplate(said.undecryptable, { suite: tls.undecryptable })];
  if (tls.missingSecrets.length === 0) return why;
  const lacking = { secrets: tls.missingSecrets.join(terms.and), random: tls.clientRandom ?? '' };
  return [...why, fillTemplate(said.secrets, lacking)];
};
