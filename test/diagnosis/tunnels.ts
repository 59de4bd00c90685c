/** Sessions that speak to a proxy, or on a stream of HTTP/2, for tests of rules: facts as those layers would give them. */
import { type Http2Facts, type Http2StreamFacts, noStalls } from '../../src/http/h2-facts.js';
import type { Header } from '../../src/http/http-facts.js';
import type { PreambleFacts, TunnelFacts, TunnelOutcome } from '../../src/proxy/proxy-facts.js';
import type { Session } from '../../src/session/session.js';
import { tcpOfStream } from '../../src/session/stream-tcp.js';
import type { Arrival, Span } from '../../src/stream/arrival.js';

const MS = 1e6;

export const arrivalAt = (ms: number, packet = 5): Arrival => ({ packet, at: ms * MS, readyAt: ms * MS });
export const spanAt = (ms: number, packet?: number): Span => {
  const arrival = arrivalAt(ms, packet);
  return { first: arrival, last: arrival, offset: 0, length: 10 };
};

/** A tunnel that was asked for at 40 ms and, with an outcome, answered at 60 ms. */
export const tunnelOf = (
  outcome: TunnelOutcome | undefined,
  code = 0,
  name = '',
  changes: Partial<TunnelFacts> = {},
): TunnelFacts => ({
  protocol: 'HTTP CONNECT',
  target: 'chat.example.test:8443',
  user: null,
  steps: [{ step: 'connect', arrival: arrivalAt(40, 4) }],
  asked: spanAt(40, 4),
  reply: outcome === undefined ? undefined : { outcome, code, name, span: spanAt(60, 5) },
  assumed: false,
  exchanges: [],
  ...changes,
});

export const preambleOf = (version: 1 | 2 = 1): PreambleFacts => ({
  version,
  command: 'PROXY',
  source: '192.0.2.7:40000',
  destination: '198.51.100.1:443',
  authority: null,
  alpn: null,
  span: spanAt(21, 4),
});

/** HTTP/2 of a connection that was seen from its beginning and takes extended CONNECT. */
export const http2Of = (changes: Partial<Http2Facts> = {}): Http2Facts => ({
  settings: { client: undefined, server: { span: spanAt(22, 4), enableConnectProtocol: 1 } },
  goaways: { client: undefined, server: undefined },
  streams: 1,
  webSocketStreams: 1,
  stalls: { client: noStalls(), server: noStalls() },
  midway: false,
  lost: { client: false, server: false },
  cutHeads: { client: 0, server: 0 },
  overLimit: false,
  ...changes,
});

export const CONNECT_HEADERS: Header[] = [
  [':method', 'CONNECT'],
  [':protocol', 'websocket'],
  [':scheme', 'https'],
  [':path', '/live'],
  [':authority', 'chat.example.test'],
];

/** The session put onto stream 5, as session/ would: with the stream's end in place of the connection's. */
export const onStream = (
  session: Session,
  changes: Partial<Http2StreamFacts> = {},
  connection: Http2Facts = http2Of(),
): Session => {
  const { request, response } = session.upgrade ?? {};
  const exchange = {
    request: request && { ...request, method: 'CONNECT', httpVersion: '2' },
    response: response && { ...response, status: response.status === 101 ? 200 : response.status, httpVersion: '2' },
    interim: [],
  };
  const stream: Http2StreamFacts = {
    id: 5,
    connection,
    first: request?.span.first ?? session.tcp.first,
    last: session.tcp.last,
    packets: 4,
    exchange,
    ends: { client: undefined, server: undefined },
    reset: undefined,
    firstData: { client: undefined, server: undefined },
    lastData: { client: undefined, server: undefined },
    stalls: { client: noStalls(), server: noStalls() },
    ...changes,
  };
  const tcp = tcpOfStream(session.tcp, stream);
  return { ...session, upgrade: exchange, tcp, stream: { ...stream, tcp: session.tcp } };
};
