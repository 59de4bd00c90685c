/**
 * What every connection of a capture tells about the servers in it, listed or not: whether a port speaks TLS or HTTP,
 * which names it accepts, which clients got through. Some verdicts on one session rest on its neighbours.
 */
import type { Nanos } from '../capture/packet.js';
import { EnginePolling, type PolledSession } from '../subprotocol/engine-polling.js';
import { BareConnections, type HealthChecks } from './health-checks.js';
import type { Answer, ServerHistory } from './session.js';
import type { SessionLog } from './session-log.js';

/** Endpoints remembered; a scan of more ports than this is judged without its neighbours. */
const SERVERS_KEPT = 100_000;
const NAMES_KEPT = 256;
/** Answers to SYNs remembered of one port: enough to find one near any moment of a usual capture. */
const ANSWERS_KEPT = 4096;

class History implements ServerHistory {
  connections = 0;
  spokeTls = 0;
  spokeHttp = 0;
  spokeWebSocket = 0;
  workedWithPreamble = 0;
  workedWithoutPreamble = 0;
  lastHeard: Nanos = Number.NEGATIVE_INFINITY;
  private readonly answers: Answer[] = [];
  readonly sniAccepted = new Set<string | null>();
  private readonly workedBy = new Map<string, number>();
  private readonly tlsWorkedBy = new Map<string, number>();

  constructor(private readonly polling: EnginePolling) {}

  polled(sid: string): PolledSession | undefined {
    return this.polling.of(sid);
  }

  worked(clientAddress: string): number {
    return this.workedBy.get(clientAddress) ?? 0;
  }

  tlsWorked(clientAddress: string): number {
    return this.tlsWorkedBy.get(clientAddress) ?? 0;
  }

  answerNear(at: Nanos, clientAddress?: string): Answer | undefined {
    let nearest: Answer | undefined;
    for (const answer of this.answers) {
      if (clientAddress !== undefined && answer.client !== clientAddress) continue;
      if (nearest === undefined || Math.abs(answer.synAck.at - at) < Math.abs(nearest.synAck.at - at)) nearest = answer;
    }
    return nearest;
  }

  note(log: SessionLog): void {
    const { tcp } = log;
    this.connections++;
    const [synAck] = tcp.synAcks;
    if (synAck !== undefined && this.answers.length < ANSWERS_KEPT)
      this.answers.push({ client: log.client.address, synAck, vantage: tcp.vantage });
    this.lastHeard = Math.max(this.lastHeard, tcp.flows.server.lastPacket?.at ?? Number.NEGATIVE_INFINITY);
    if (tcp.flows.client.firstData !== undefined && tcp.flows.server.firstData !== undefined) {
      this.workedBy.set(log.client.address, this.worked(log.client.address) + 1);
    }
    const tls = log.tls?.facts;
    if (tls?.serverHello !== undefined) {
      this.spokeTls++;
      if (tls.clientHello !== undefined && this.sniAccepted.size < NAMES_KEPT)
        this.sniAccepted.add(tls.clientHello.sni);
    }
    if (tls !== undefined && tls.applicationData.client.records > 0 && tls.applicationData.server.records > 0) {
      this.tlsWorkedBy.set(log.client.address, this.tlsWorked(log.client.address) + 1);
    }
    const http = log.http?.facts;
    if (log.tls === undefined && http?.exchanges.some(({ response }) => response !== undefined)) this.spokeHttp++;
    if (log.tls === undefined && log.http2 !== undefined) this.spokeHttp++;
    if (log.websocket !== undefined || log.streams.length > 0) this.spokeWebSocket++;
    if (!wasUnderstood(log)) return;
    if ((log.proxy?.preambles.length ?? 0) > 0) this.workedWithPreamble++;
    else this.workedWithoutPreamble++;
  }
}

/** The server made sense of the first thing it was sent; a 400 is what a preamble earns that is taken for a request. */
const wasUnderstood = ({ tls, http, websocket }: SessionLog): boolean =>
  websocket !== undefined ||
  tls?.facts.serverHello !== undefined ||
  http?.facts.exchanges.some(({ response }) => response !== undefined && response.status !== 400) === true;

const NOTHING: ServerHistory = new History(new EnginePolling());

export class ServerHistories {
  private readonly byEndpoint = new Map<string, History>();
  private readonly polling = new EnginePolling();
  private readonly bare = new BareConnections();

  note(log: SessionLog): void {
    this.bare.note(log);
    if (log.http !== undefined) this.polling.note(log.http.facts.exchanges);
    const endpoint = log.server.text;
    let history = this.byEndpoint.get(endpoint);
    if (history === undefined) {
      if (this.byEndpoint.size >= SERVERS_KEPT) return;
      history = new History(this.polling);
      this.byEndpoint.set(endpoint, history);
    }
    history.note(log);
  }

  /** Known once the capture is over. */
  checks(): HealthChecks[] {
    return this.bare.series();
  }

  of(endpoint: string): ServerHistory {
    return this.byEndpoint.get(endpoint) ?? NOTHING;
  }
}
