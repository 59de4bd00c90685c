/**
 * One sentence for each session: of a failed one the sentence of the finding that decides, of the others how they
 * ended or what could not be seen. Keyed templates; which one fits is decided here and worded in the catalogue.
 */
import { sessionEnd } from '../diagnosis/measures/ending.js';
import type { Diagnosis } from '../diagnosis/rule.js';
import { proxyLegs } from '../diagnosis/rules/upgrade/proxy-legs.js';
import type { Session } from '../session/session.js';
import type { Catalogue } from './language/catalogue.js';
import type { EventValue, FindingReport } from './report.js';
import { fillOptional, joinSentences } from './wording.js';

/** `findings`: the decisive first. Behind a proxy that was seen on both sides, the leg that broke is named as well. */
export const verdictText = (
  session: Session,
  diagnosis: Diagnosis,
  findings: readonly FindingReport[],
  { verdicts, terms }: Catalogue,
): string => {
  const [decisive] = findings;
  if (diagnosis.outcome === 'failed' && diagnosis.decisive !== undefined && decisive !== undefined) {
    const where = findings.find(({ rule, message }) => rule === PROXY_LEGS && BROKEN_LEG.has(message));
    const sentences = [decisive, ...(where === undefined ? [] : [where])].map(({ explanation }) =>
      firstSentence(explanation),
    );
    return joinSentences(sentences, terms);
  }
  return fillOptional(verdicts[verdictKey(session, diagnosis)], verdictData(session, diagnosis, terms), terms);
};

const PROXY_LEGS = proxyLegs.meta.id;
/** Messages of that rule that say where it broke. */
const BROKEN_LEG: ReadonlySet<string> = new Set([
  'next-worked',
  'client',
  'proxy',
  'other-proxy',
  'backend',
  'refused',
  'probably-refused',
  'failed',
  'unreached',
  'probably-unreached',
  'silent',
  'hung-up',
  'passed-on',
  'not-passed-on',
  'spoiled',
]);

/** Up to a full stop that a space follows: `60.0 s` and `nginx/1.22.1` have none. Chinese ones need no space. */
export const firstSentence = (text: string): string => {
  for (const { index } of text.matchAll(SENTENCE_END)) {
    const sentence = text.slice(0, index + 1);
    // Stops of what a peer said belong to the peer.
    if (sentence.split('“').length === sentence.split('”').length) return sentence;
  }
  return text;
};

const SENTENCE_END = /[.!?](?=\s)|[。！？]/g;

const verdictKey = (session: Session, { outcome, stage }: Diagnosis): VerdictKey => {
  const { websocket, tls, stages } = session;
  const encrypted = tls !== undefined && websocket === undefined && session.upgrade === undefined;
  if (outcome === 'failed') return 'failed';
  if (outcome === 'ok') return websocket?.firstClose !== undefined ? 'ok-closed' : encrypted ? 'ok-encrypted' : 'ok';
  if (outcome === 'open')
    return encrypted ? 'open-encrypted' : websocket?.midstream === true ? 'open-midstream' : 'open';
  if (isWithoutData(session)) return 'partial-without-data';
  const last = stages.find((each) => each.stage === stage);
  if (encrypted && tls.serverHello !== undefined && tls.finished.client !== undefined) return 'partial-encrypted';
  if (last?.status === 'in-progress') return 'partial-in-progress';
  if (!session.sight.has('both-sides')) return 'partial-one-side';
  if (encrypted) return 'partial-encrypted';
  return 'partial';
};

const verdictData = (session: Session, { stage }: Diagnosis, terms: Catalogue['terms']): Record<string, EventValue> => {
  const { tcp, tls, websocket } = session;
  const close = websocket?.firstClose;
  const known: Record<string, EventValue | undefined> = {
    stage,
    // What a user calls the age of a session: from the first packet of the connection to its last.
    age: tcp.last.at - tcp.first.at,
    side: close?.from,
    code: close === undefined || close.code < 0 || close.code === 1005 ? undefined : close.code,
    ender: sessionEnd(session)?.by,
    version: tls?.serverHello === undefined ? undefined : 'TLS',
    ending: tcp.end === 'rst' ? 'RST' : 'FIN',
    unseen: tcp.flows.client.missingBytes + tcp.flows.server.missingBytes,
    client: tcp.flows.client.bytes,
    server: tcp.flows.server.bytes,
    seen: tcp.flows.client.packets > 0 ? 'client' : 'server',
    missing: MISSING.filter((sight) => !session.sight.has(sight)).map((sight) => terms.missing[sight]),
  };
  return Object.fromEntries(
    Object.entries(known).filter((entry): entry is [string, EventValue] => entry[1] !== undefined),
  );
};

/** Its beginning and its end were captured, and not one byte of what was said between: as by a filter for flags. */
const isWithoutData = ({ tcp: { flows, end } }: Session): boolean =>
  (end === 'fin' || end === 'rst') &&
  flows.client.bytes + flows.server.bytes === 0 &&
  flows.client.missingBytes + flows.server.missingBytes > 0;

const MISSING = ['tcp-handshake', 'upgrade', 'frames', 'ending', 'no-gaps'] as const;

type VerdictKey = Exclude<keyof Catalogue['verdicts'], 'unresolved'>;
