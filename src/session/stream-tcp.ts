/**
 * The facts of TCP as one stream of HTTP/2 sees them: those of its connection, with the packets of the stream, and with
 * its own end where it came first. END_STREAM is to a stream what FIN is to a connection, RST_STREAM what RST is
 * (RFC 9113 5.1), so that rules about endings need not know what carries a session.
 */
import type { Http2StreamFacts } from '../http/h2-facts.js';
import type { Arrival } from '../stream/arrival.js';
import { SIDES, type Side } from '../stream/side.js';
import type { FlowFacts, TcpFacts } from '../tcp/tcp-facts.js';

export function tcpOfStream(tcp: TcpFacts, stream: Http2StreamFacts): TcpFacts {
  const { first, last, packets } = stream;
  const end = ownEnd(stream);
  const until = end?.at.at ?? Number.POSITIVE_INFINITY;
  // Without an end of its own it died with the connection.
  const death = end === undefined ? tcp.endPacket : undefined;
  return {
    ...tcp,
    flows: { client: flowOf(tcp, stream, 'client'), server: flowOf(tcp, stream, 'server') },
    ...(end === undefined ? {} : { endedBy: end.by, end: end.kind, endPacket: end.at }),
    first,
    last: death !== undefined && death.at > last.at ? death : last,
    packets: packets + (death === undefined ? 0 : 1),
    gaps: tcp.gaps.filter(({ at }) => at >= first.at && at <= until),
  };
}

/** Whichever came first: RST_STREAM, or END_STREAM of either side. */
function ownEnd({ ends, reset }: Http2StreamFacts): { by: Side; kind: 'fin' | 'rst'; at: Arrival } | undefined {
  const found: { by: Side; kind: 'fin' | 'rst'; at: Arrival }[] = [];
  for (const by of SIDES) {
    const at = ends[by];
    if (at !== undefined) found.push({ by, kind: 'fin', at });
  }
  if (reset !== undefined) found.push({ by: reset.from, kind: 'rst', at: reset.arrival });
  return found.sort((a, b) => a.at.at - b.at.at || a.at.packet - b.at.packet)[0];
}

/** Bytes and segments are those of the connection: TCP knows no streams. */
function flowOf(tcp: TcpFacts, { ends, reset, firstData, lastData }: Http2StreamFacts, side: Side): FlowFacts {
  const flow = tcp.flows[side];
  return {
    ...flow,
    firstData: firstData[side] ?? flow.firstData,
    lastData: lastData[side] ?? flow.lastData,
    fin: ends[side] ?? flow.fin,
    rst: reset?.from === side ? reset.arrival : flow.rst,
    rstAnswers: reset?.from === side ? undefined : flow.rstAnswers,
  };
}
