/**
 * `wscope slice <capture> --session <ids> -o <file>`: the packets of some sessions, and of those related to them, as a
 * pcapng of their own, with comments on the packets that are evidence. What was written is analyzed again, and where the
 * verdict is another one (some rest on other sessions) that is said.
 */

import { analyze } from '../analyze.js';
import { memorySource } from '../capture/capture-source.js';
import { type AddressName, addressOctets } from '../capture/pcapng-writer.js';
import { loadCatalogue } from '../load-catalogue.js';
import type { SessionReport } from '../report/report.js';
import { visible } from '../report/terminal/visible.js';
import { fillTemplate } from '../report/wording.js';
import { type SliceRequest, version } from './command-line.js';
import { complain } from './complain.js';
import { type ExitStatus, FINE, UNUSABLE } from './exit-status.js';
import { readKeyLog } from './key-log-file.js';
import { writeOutputFile } from './output-file.js';
import { redactSlice } from './redacted-slice.js';
import { selectedReport } from './selected-report.js';
import { cutSlice, fileOf, type Slice, type SliceTexts } from './slice-file.js';
import { STANDARD_INPUT, sourceOf } from './sources.js';

/** Sessions that hang together; more are a reconnect loop, not one story. */
const MOST_RELATED = 100;

export const runSlice = async (request: SliceRequest): Promise<ExitStatus> => {
  const { capture, ids } = request;
  if (capture === STANDARD_INPUT) {
    complain('a slice needs a file: standard input cannot be read twice');
    return UNUSABLE;
  }
  const selected = await selectedReport(
    { captures: [capture], filter: {}, keyLog: request.keyLog, showSecrets: false },
    { completeTimelines: ids, ...(request.language && { language: request.language }) },
  );
  if (selected === undefined) return UNUSABLE;
  const { report } = selected;
  const wanted = withRelated(report.sessions, ids);
  const missing = [...ids].filter((id) => !wanted.some((session) => session.id === id));
  if (missing.length > 0) {
    complain(`there is no session ${missing.join(', ')}`);
    return UNUSABLE;
  }
  const slice = await cutSlice(() => sourceOf(capture), wanted);
  if (slice === undefined) {
    complain('the slice is longer than can be held: choose fewer sessions');
    return UNUSABLE;
  }
  const file = report.captures[0]?.file ?? '';
  return request.redact ? writeRedacted(slice, wanted, request) : writeSlice(slice, wanted, file, request);
};

const writeSlice = async (
  slice: Slice,
  wanted: readonly SessionReport[],
  file: string,
  { capture, ids, output, keyLog, language }: SliceRequest,
): Promise<ExitStatus> => {
  const { slice: said } = (await loadCatalogue(language)).texts;
  const places = new Map(slice.packets.map(({ number }, index) => [number, index]));
  const texts = textsOf(wanted, places, ({ id, packet, title, note }) =>
    fillTemplate(note === '' ? said.evidenceOf : said.notedEvidenceOf, { title, note, id, packet, file }),
  );
  const comment = wanted
    .map(({ id, verdict }) => visible(fillTemplate(said.sessionOf, { id: String(id), file, verdict })))
    .join('\n');
  const blocks = fileOf(slice, { ...texts, comment, names: namesOf(wanted) });
  if (!writeOutputFile(output, blocks, [capture])) return UNUSABLE;
  // It was readable when the capture was read.
  const secrets = `${keyLog === undefined ? '' : (readKeyLog(keyLog).text ?? '')}\n${slice.secrets}`;
  const chosen = wanted.filter(({ id }) => ids.has(id));
  for (const difference of await compare(blocks, chosen, secrets)) complain(`${output}: ${difference}`);
  if (slice.secrets !== '') complain(`${output}: TLS secrets of the capture are not copied`);
  return FINE;
};

/** Says nothing of the original: what is told of sessions and packets is told of the slice as it is written. */
const writeRedacted = async (
  slice: Slice,
  wanted: readonly SessionReport[],
  { capture, output, language }: SliceRequest,
): Promise<ExitStatus> => {
  const { slice: said } = (await loadCatalogue(language)).texts;
  const redaction = await redactSlice(slice, wanted, language);
  if (typeof redaction === 'string') {
    complain(redaction);
    return UNUSABLE;
  }
  const { sessions } = redaction.report;
  const places = new Map(redaction.slice.packets.map((_, index) => [index + 1, index]));
  const texts = textsOf(sessions, places, ({ id, title, note }) =>
    fillTemplate(note === '' ? said.evidence : said.notedEvidence, { title, note, id }),
  );
  const told = sessions.map(({ id, verdict }) => visible(fillTemplate(said.session, { id: String(id), verdict })));
  const blocks = fileOf(redaction.slice, { ...texts, comment: [said.redacted, ...told].join('\n') });
  return writeOutputFile(output, blocks, [capture]) ? FINE : UNUSABLE;
};

/** Comments on packets that are evidence; `places`: number of a packet in the report to its index in the slice. */
const textsOf = (
  sessions: readonly SessionReport[],
  places: ReadonlyMap<number, number>,
  wording: (evidence: Record<'id' | 'packet' | 'title' | 'note', string>) => string,
): SliceTexts => {
  const comments = new Map<number, string[]>();
  for (const { id, findings } of sessions) {
    for (const { title, evidence } of findings) {
      for (const { packet, note } of evidence) {
        const index = places.get(packet);
        if (index === undefined) continue;
        const text = wording({ id: String(id), packet: String(packet), title, note });
        comments.set(index, [...(comments.get(index) ?? []), visible(text)]);
      }
    }
  }
  return { application: `wscope ${version()}`, comment: '', names: [], comments };
};

const withRelated = (sessions: readonly SessionReport[], ids: ReadonlySet<number>): SessionReport[] => {
  const wanted = new Set(ids);
  // A set grows while it is walked.
  for (const id of wanted) {
    const related = sessions.find((session) => session.id === id)?.related ?? [];
    for (const other of related) if (wanted.size < MOST_RELATED) wanted.add(other.id);
  }
  return sessions.filter(({ id }) => wanted.has(id));
};

/** Of servers that were spoken to without a proxy: behind one the name belongs to somebody else. */
const namesOf = (sessions: readonly SessionReport[]): AddressName[] => {
  const names = new Map<string, AddressName>();
  for (const { host, server, stages } of sessions) {
    const name = host?.replace(/:\d+$/, '') ?? '';
    const address = server.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
    const octets = addressOctets(address);
    if (
      octets === undefined ||
      !/^[a-z0-9][a-z0-9.-]*[a-z]$/i.test(name) ||
      stages.some(({ stage }) => stage === 'proxy')
    )
      continue;
    names.set(`${address} ${name}`, { octets, name });
  }
  return [...names.values()];
};

/** What the slice says of its sessions, against what the capture says, in sentences. */
const compare = async (
  blocks: readonly Uint8Array[],
  sessions: readonly SessionReport[],
  keyLog: string,
): Promise<string[]> => {
  const { report } = await analyze([memorySource('slice', Buffer.concat(blocks))], { keyLog });
  return sessions.flatMap(({ id, client, server, outcome, cause, stage }) => {
    const same = report.sessions.filter((other) => other.client === client && other.server === server);
    if (same.some((other) => other.outcome === outcome && other.cause === cause && other.stage === stage)) return [];
    const [again] = same;
    if (again === undefined) return [`session ${id} is not recognised in the slice alone`];
    return [
      `session ${id} is ${tell(outcome, cause)} in the capture and ${tell(again.outcome, again.cause)} in the slice alone: its verdict rests on packets of others`,
    ];
  });
};

const tell = (outcome: string, cause: string | null): string => (cause === null ? outcome : `${outcome} (${cause})`);
