/**
 * `wscope slice <capture> --session <ids> -o <file>`: the packets of some sessions, and of those related to them, as a
 * pcapng of their own, with comments on the packets that are evidence. What was written is analyzed again, and where the
 * verdict is another one (some rest on other sessions) that is said.
 */
import { analyze } from '../analyze.js';
import { CaptureSet } from '../capture/capture-set.js';
import { numberOf } from '../capture/packet.js';
import {
  type AddressName,
  addressOctets,
  interfaceBlock,
  namesBlock,
  packetBlock,
  sectionBlock,
} from '../capture/pcapng-writer.js';
import type { Report, SessionReport } from '../report/report.js';
import { TLS_KEY_LOG } from '../tls/key-log.js';
import { type SliceRequest, version } from './command-line.js';
import { complain } from './complain.js';
import { type ExitStatus, FINE, UNUSABLE } from './exit-status.js';
import { readKeyLog } from './key-log-file.js';
import { writeOutputFile } from './output-file.js';
import { selectedReport } from './selected-report.js';
import { SessionPackets } from './session-packets.js';
import { STANDARD_INPUT, sourceOf } from './sources.js';

/** Of a slice, in bytes: it is held in memory until it is checked. */
const MOST_BYTES = 2 ** 30;
/** Sessions that hang together; more are a reconnect loop, not one story. */
const MOST_RELATED = 100;

export const runSlice = async (request: SliceRequest): Promise<ExitStatus> => {
  const { capture, ids, output } = request;
  if (capture === STANDARD_INPUT) {
    complain('a slice needs a file: standard input cannot be read twice');
    return UNUSABLE;
  }
  const captures = [capture];
  const selected = await selectedReport(
    { captures, filter: {}, keyLog: request.keyLog, showSecrets: false },
    { completeTimelines: ids },
  );
  if (selected === undefined) return UNUSABLE;
  const wanted = withRelated(selected.report, ids);
  const missing = [...ids].filter((id) => !wanted.some((session) => session.id === id));
  if (missing.length > 0) {
    complain(`there is no session ${missing.join(', ')}`);
    return UNUSABLE;
  }
  const slice = await cut(capture, selected.report, wanted);
  if (slice.bytes > MOST_BYTES) {
    complain(`the slice is longer than ${MOST_BYTES} bytes: choose fewer sessions`);
    return UNUSABLE;
  }
  if (!writeOutputFile(output, slice.blocks, captures)) return UNUSABLE;
  // It was readable when the capture was read.
  const keyLog = request.keyLog === undefined ? '' : (readKeyLog(request.keyLog).text ?? '');
  const chosen = wanted.filter(({ id }) => ids.has(id));
  for (const difference of await compare(slice, chosen, `${keyLog}\n${slice.secrets}`))
    complain(`${output}: ${difference}`);
  if (slice.secrets !== '') complain(`${output}: TLS secrets of the capture are not copied`);
  return FINE;
};

const withRelated = ({ sessions }: Report, ids: ReadonlySet<number>): SessionReport[] => {
  const wanted = new Set(ids);
  // A set grows while it is walked.
  for (const id of wanted) {
    const related = sessions.find((session) => session.id === id)?.related ?? [];
    for (const other of related) if (wanted.size < MOST_RELATED) wanted.add(other.id);
  }
  return sessions.filter(({ id }) => wanted.has(id));
};

interface Slice {
  blocks: Uint8Array[];
  bytes: number;
  packets: number;
  /** Secrets inside the capture: needed to check the slice, not written. */
  secrets: string;
}

const cut = async (path: string, report: Report, sessions: readonly SessionReport[]): Promise<Slice> => {
  const members = new SessionPackets(sessions);
  const survey = new CaptureSet([sourceOf(path)]);
  await survey.run((packet) => members.survey(packet));
  const [info] = survey.infos;
  const file = report.captures[0]?.file ?? '';
  const comments = commentsOf(sessions, file);
  const slice: Slice = { blocks: [], bytes: 0, packets: 0, secrets: secretsOf(info?.secrets ?? []) };
  const put = (block: Uint8Array) => {
    if (slice.bytes <= MOST_BYTES) slice.blocks.push(block);
    slice.bytes += block.length;
  };
  put(
    sectionBlock(
      `wscope ${version()}`,
      sessions.map(({ id, verdict }) => `Session ${id} of ${file}: ${verdict}`).join('\n'),
    ),
  );
  const names = namesOf(sessions);
  if (names.length > 0) put(namesBlock(names));
  const interfaces = new Map<string, number>();
  const set = new CaptureSet([sourceOf(path)]);
  await set.run((packet) => {
    if (!members.has(packet)) return;
    const key = `${packet.linkType} ${packet.interfaceId}`;
    let number = interfaces.get(key);
    if (number === undefined) {
      number = interfaces.size;
      interfaces.set(key, number);
      put(interfaceBlock(packet.linkType, info?.interfaces[packet.interfaceId]?.name || undefined));
    }
    put(
      packetBlock(packet, number, set.epoch + BigInt(Math.round(packet.at)), comments.get(numberOf(packet.ref)) ?? []),
    );
    slice.packets++;
  });
  return slice;
};

/** Of packets that are evidence, by their number in the capture. */
const commentsOf = (sessions: readonly SessionReport[], file: string): Map<number, string[]> => {
  const comments = new Map<number, string[]>();
  for (const { id, findings } of sessions) {
    for (const { title, evidence } of findings) {
      for (const { packet, note } of evidence) {
        const text = `wscope: ${title}${note === '' ? '' : `: ${note}`} (session ${id}, packet ${packet} of ${file})`;
        comments.set(packet, [...(comments.get(packet) ?? []), text]);
      }
    }
  }
  return comments;
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

const secretsOf = (secrets: readonly { kind: number; octets: Uint8Array }[]): string =>
  secrets
    .filter(({ kind }) => kind === TLS_KEY_LOG)
    .map(({ octets }) => Buffer.from(octets).toString('latin1'))
    .join('\n');

/** What the slice says of its sessions, against what the capture says, in sentences. */
const compare = async (
  { blocks, bytes }: Slice,
  sessions: readonly SessionReport[],
  keyLog: string,
): Promise<string[]> => {
  const { report } = await analyze([{ name: 'slice', size: bytes, blocks: () => blocks }], { keyLog });
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
