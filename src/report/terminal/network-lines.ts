/** How the network did, in one line, and what the capture could not show, in another. */
import { formatBytes, formatCount, formatDuration } from '../format-value.js';
import type { SessionReport, TcpReport } from '../report.js';
import type { Look } from './look.js';

export const networkLines = (session: SessionReport, look: Look): string[] => {
  const { tcp, vantage, packets } = session;
  if (tcp === null) return [];
  const again = tcp.retransmissions.client + tcp.retransmissions.server;
  const facts = [
    ...roundTrips(tcp),
    again === 0
      ? 'nothing sent again'
      : `${formatCount(again)} of ${formatCount(packets)} packets sent again${kindsOf(tcp)}`,
    ...counted(tcp),
    missing(tcp),
  ];
  const where =
    vantage === null ? '' : vantage === 'between' ? '; captured in between' : `; captured near the ${vantage}`;
  return look.paragraph(`network: ${facts.join(', ')}${where}`, 2);
};

/** The side far from the capture has the round trip that matters. */
const roundTrips = ({ handshakeRttMs, rtt }: TcpReport): string[] => {
  const sides = (['client', 'server'] as const).filter((side) => rtt[side].samples > 0);
  if (sides.length === 0) return handshakeRttMs === null ? [] : [`handshake RTT ${milliseconds(handshakeRttMs)}`];
  const slower = sides.reduce((a, b) => ((rtt[b].medianMs ?? 0) > (rtt[a].medianMs ?? 0) ? b : a));
  const { medianMs, p95Ms } = rtt[slower];
  return [`RTT median ${milliseconds(medianMs ?? 0)} (p95 ${milliseconds(p95Ms ?? 0)})`];
};

const kindsOf = ({ retransmissionKinds: { client, server } }: TcpReport): string => {
  const kinds = [...new Set([...Object.keys(client), ...Object.keys(server)])].filter((kind) => kind !== 'unknown');
  if (kinds.length === 0) return '';
  return ` (${kinds.map((kind) => `${(client[kind] ?? 0) + (server[kind] ?? 0)} ${kind}`).join(', ')})`;
};

const counted = (tcp: TcpReport): string[] => {
  const kinds = [
    [tcp.outOfOrder, 'out of order'],
    [tcp.zeroWindows, 'times a window closed'],
    [tcp.copies, 'copies'],
  ] as const;
  return kinds
    .map(([{ client, server }, name]) => [client + server, name] as const)
    .filter(([count]) => count > 0)
    .map(([count, name]) => `${formatCount(count)} ${name}`);
};

const missing = ({ missingBytes: { client, server } }: TcpReport): string =>
  client + server === 0 ? 'nothing missing in the capture' : `${formatBytes(client + server)} missing in the capture`;

const milliseconds = (ms: number): string => formatDuration(ms * 1e6);

export const notSeenLines = (session: SessionReport, look: Look): string[] => {
  const stages = session.stages.filter(({ status }) => status === 'not-seen' || status === 'hidden');
  const hidden = stages.map(
    ({ stage, status }) => `${stage} (${status === 'hidden' ? 'encrypted' : 'not in the capture'})`,
  );
  const reached = (...names: string[]) => session.stages.some(({ stage }) => names.includes(stage));
  const has = (sight: SessionReport['sight'][number]) => session.sight.includes(sight);
  const missing = (session.tcp?.missingBytes.client ?? 0) + (session.tcp?.missingBytes.server ?? 0);
  const lacks = [
    ...(has('both-sides') ? [] : ['one of the two directions']),
    ...(has('payloads') || !has('frames') || !reached('open', 'close') ? [] : ['what the frames carry']),
    ...(has('ending') ? [] : ['how it ended']),
    ...(has('no-gaps')
      ? []
      : [missing > 0 ? 'bytes that were acknowledged and are missing here' : 'bytes that were cut off']),
  ];
  const all = [...hidden, ...lacks];
  return [
    ...(all.length === 0 ? [] : look.paragraph(`not seen: ${all.join(', ')}`, 2)),
    ...closedBecause(session).flatMap((why) => look.paragraph(`not decrypted: ${why}`, 2)),
  ];
};

/** Why the key log that was given did not open everything. */
const closedBecause = ({ tls }: SessionReport): string[] => {
  if (tls === null || tls.decrypted === true) return [];
  const why = tls.undecryptable === null ? [] : [`${tls.undecryptable} cannot be undone here`];
  if (tls.missingSecrets.length === 0) return why;
  return [...why, `the key log lacks ${tls.missingSecrets.join(', ')} of client random ${tls.clientRandom ?? ''}`];
};
