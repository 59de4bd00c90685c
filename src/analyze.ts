/**
 * The whole pipeline on one page: captures in, report out. Reading packets is the only part that waits; everything else
 * is synchronous. Same captures and language, same report: no clock, locale or path has a say in it.
 */

import type { CaptureInfo } from './capture/capture-info.js';
import { CaptureSet } from './capture/capture-set.js';
import type { CaptureSource } from './capture/capture-source.js';
import type { Nanos, PacketRef } from './capture/packet.js';
import { replayable } from './capture/replayable-source.js';
import { warning } from './capture/warning.js';
import { diagnose, diagnoseCapture, diagnoseLookup } from './diagnosis/diagnose.js';
import { legsOf } from './diagnosis/measures/legs.js';
import { READABLE_LINK_TYPES } from './link/locate-datagram.js';
import { loadCatalogue } from './load-catalogue.js';
import { ProvisionalReports } from './provisional-reports.js';
import { buildReport } from './report/build-report.js';
import type { Catalogue, Language } from './report/language/catalogue.js';
import type { Report, SessionReport } from './report/report.js';
import { buildSession } from './session/build-session.js';
import { lackingSecrets } from './session/lacking-secrets.js';
import { type Ways, waysOf } from './session/legs.js';
import { listingOf } from './session/listing.js';
import { failedLookups, type LookupSession, namesOf, numberEntries } from './session/lookup-session.js';
import { relate } from './session/relations.js';
import { Resolutions } from './session/resolution.js';
import { type CaptureView, type Session, startOf } from './session/session.js';
import { subrequestsOf } from './session/subrequests.js';
import { tellLikeness } from './session/websocket-likeness.js';
import { Stack } from './stack.js';
import { KeyLog, TLS_KEY_LOG } from './tls/key-log.js';

export interface AnalyzeOptions {
  /**
   * Sessions, by id, whose timelines are to be kept whole: every frame a row of its own and no limit. The captures are
   * read twice for that, except where a source can be read only once: then every timeline is kept whole.
   */
  completeTimelines?: ReadonlySet<number>;
  /** Messages of every session are kept; without it, of those in `completeTimelines`. */
  keepMessages?: boolean;
  /** TCP's numbers over time are kept of every session, the first 500; without it, of those in `completeTimelines`. */
  keepSeries?: boolean;
  /** TLS secrets in the SSLKEYLOGFILE format; those inside a pcapng are used beside them. */
  keyLog?: string;
  /** Credentials stay readable in the report. */
  showSecrets?: boolean;
  /** Of the report's sentences: verdicts, findings, stages. English when absent; keys and codes are the same in all. */
  language?: Language;
  /**
   * Called for each session when its connection is over, while the capture is being read, and for those still open at its
   * end. Provisional: judged alone, without the lookups, other legs and retries that the report at the end knows, and
   * numbered in the order of the ends. Everything else is as in the report.
   */
  onSession?: (session: SessionReport) => void;
  /** Called once a block; the total is undefined for standard input. */
  onProgress?: (bytesRead: number, bytesTotal: number | undefined) => void;
}

export interface Analysis {
  report: Report;
  /** Captures of which nothing could be used, by name, with a line for the user. */
  errors: { file: string; message: string }[];
}

/** Throws nothing for bad captures: they are in `errors`. */
export async function analyze(sources: readonly CaptureSource[], options: AnalyzeOptions = {}): Promise<Analysis> {
  const { completeTimelines } = options;
  const keyLog = new KeyLog();
  keyLog.add(options.keyLog ?? '');
  const again = sources.map(replayable);
  const isRepeatable = sources.every(({ size }) => size !== undefined);
  const wantsAll = completeTimelines !== undefined && completeTimelines.size > 0;
  const catalogue = await loadCatalogue(options.language);
  const { onSession, showSecrets = false } = options;
  const provisional = onSession && new ProvisionalReports(onSession, catalogue, showSecrets);
  const isWhole = () => wantsAll && !isRepeatable;
  let reading = await read(again, options, keyLog, isWhole, isWhole, provisional);
  // A program that records live writes secrets behind the first packets that need them.
  if (keyLog.late > 0 && again.every(({ canReplay }) => canReplay)) {
    reading = await read(again, options, keyLog, isWhole);
  } else if (keyLog.late > 0) reading.captures[0]?.warnings.push(warning('secrets-too-late'));
  // Ids are given at the end; only then is it known whose events to keep.
  if (wantsAll && isRepeatable) {
    const wanted = new Set<PacketRef>();
    const carriers = new Set<PacketRef>();
    for (const { id, tcp, stream } of reading.sessions) {
      if (!completeTimelines.has(id)) continue;
      wanted.add(tcp.first.packet);
      carriers.add((stream?.tcp ?? tcp).first.packet);
    }
    reading = await read(
      again,
      options,
      keyLog,
      (firstPacket) => wanted.has(firstPacket),
      (firstPacket) => carriers.has(firstPacket),
    );
  }
  return tell(reading, options, catalogue);
}

/** Everything that was read, before it is judged. */
interface Reading {
  captures: CaptureInfo[];
  errors: Analysis['errors'];
  epoch: bigint;
  start: Nanos;
  sessions: Session[];
  lookups: LookupSession[];
  view: CaptureView;
  ways: Ways;
  notListed: Stack['notListed'];
}

async function read(
  sources: readonly CaptureSource[],
  { onProgress, keepMessages = false, keepSeries = false, completeTimelines }: AnalyzeOptions,
  keyLog: KeyLog,
  isComplete: (firstPacket: PacketRef) => boolean,
  isCharted = isComplete,
  provisional?: ProvisionalReports,
): Promise<Reading> {
  const set = new CaptureSet(sources, {
    canRead: (linkType) => READABLE_LINK_TYPES.has(linkType),
    onSecrets: ({ kind, octets }) => {
      if (kind === TLS_KEY_LOG) keyLog.add(Buffer.from(octets).toString('latin1'));
    },
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const isAll = completeTimelines === undefined;
  const stack = new Stack(
    isComplete,
    keyLog,
    (firstPacket) => (keepMessages && isAll) || isComplete(firstPacket),
    (firstPacket) => (keepSeries && isAll) || isCharted(firstPacket),
    provisional && ((log) => provisional.tell(log, { ...spanOf(stack), epoch: set.epoch, server: servers })),
  );
  const servers = (endpoint: string) => stack.servers.of(endpoint);
  await set.run((packet) => stack.packet(packet));
  stack.finish();

  const { firstAt: start, lastAt: end } = spanOf(stack);
  const bounds = { start, end };
  const { notListed } = stack;
  const resolutions = new Resolutions(stack.lookups.lookups);
  const found: Session[] = [];
  const checks = stack.servers.checks();
  const checking = new Set(checks.flatMap((series) => series.checks.map(({ first }) => first.packet)));
  for (const log of stack.logs) {
    const listing = checking.has(log.firstPacket) ? 'spare' : listingOf(log, servers(log.server.text));
    if (listing === 'session') found.push(buildSession(log, bounds, resolutions));
    else notListed[listing]++;
  }
  found.sort(
    (a, b) =>
      startOf(a).at - startOf(b).at || a.tcp.first.at - b.tcp.first.at || a.tcp.first.packet - b.tcp.first.packet,
  );
  // What a proxy asks beside is known once the client's own request is.
  const beside = subrequestsOf(found);
  const sessions = found.filter((session) => !beside.has(session));
  notListed.http += beside.size;
  const lookups = failedLookups(resolutions.all, namesOf(sessions), bounds.end);
  numberEntries(sessions, lookups);
  tellLikeness(sessions);
  const ways = waysOf(sessions);
  const captures = set.infos;
  captures[0]?.warnings.push(...stack.warnings(), ...keyLog.warnings(), ...lackingSecrets(sessions));
  return {
    captures,
    errors: set.errors.map(({ file, error }) => ({ file, message: error.message })),
    epoch: set.epoch,
    start,
    sessions,
    lookups,
    view: { sessions, legs: ways.legs, checks, server: servers, epoch: set.epoch },
    ways,
    notListed,
  };
}

/** 0 without packets. */
const spanOf = ({ firstAt, lastAt }: Stack): { firstAt: Nanos; lastAt: Nanos } => ({
  firstAt: Number.isFinite(firstAt) ? firstAt : 0,
  lastAt: Number.isFinite(lastAt) ? lastAt : 0,
});

function tell(
  { captures, errors, epoch, start, sessions, lookups, view, ways, notListed }: Reading,
  options: AnalyzeOptions,
  catalogue: Catalogue,
): Analysis {
  const diagnosed = sessions.map((session) => ({ session, diagnosis: diagnose(session, view) }));
  const attempts = diagnosed.map(({ session, diagnosis: { outcome } }) => ({ session, outcome }));
  const ties = relate(attempts, ways);
  const unresolved = lookups.map((lookup) => ({ lookup, diagnosis: diagnoseLookup(lookup) }));
  const diagnoses = new Map(diagnosed.map(({ session, diagnosis }) => [session, diagnosis]));
  const overall = diagnoseCapture({ ...view, diagnosis: (session) => diagnoses.get(session) });
  const report = buildReport({
    captures,
    epoch,
    start,
    sessions: diagnosed.map((entry) => ({
      ...entry,
      ...ties.get(entry.session.id),
      legs: legsOf(entry.session, view),
    })),
    lookups: unresolved,
    captureFindings: overall.findings,
    captureCrashes: overall.crashed,
    notListed,
    showSecrets: options.showSecrets ?? false,
    catalogue,
  });
  return { report, errors };
}
