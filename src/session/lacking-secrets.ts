/**
 * Sessions of TLS 1.3 that a key log opens on one side only: one that was cut, or begun in the middle of a handshake, has
 * the secrets of the server and not those of the client, or the other way round (RFC 9850). Told of the whole capture,
 * since the key log is one for all.
 */
import { type Warning, warning } from '../capture/warning.js';
import { opposite, SIDES, type Side } from '../stream/side.js';
import type { Session } from './session.js';

export const lackingSecrets = (sessions: readonly Session[]): Warning[] =>
  SIDES.flatMap((side) => {
    const connections = sessions.filter((session) => isClosedOn(session, side)).length;
    return connections === 0 ? [] : [warning(`key-log-lacks-${side}`, { connections })];
  });

/** Records of that side stayed closed for want of its secret, and the other side's secret is known. */
const isClosedOn = ({ tls, stream }: Session, side: Side): boolean =>
  tls?.decrypted === 'partly' &&
  stream === undefined &&
  tls.missingSecrets.includes(SECRETS[side]) &&
  !tls.missingSecrets.includes(SECRETS[opposite(side)]);

const SECRETS = { client: 'CLIENT_TRAFFIC_SECRET_0', server: 'SERVER_TRAFFIC_SECRET_0' } as const;
