import { expect, it } from 'vitest';
import { warningText } from '../../src/capture/warning.js';
import { lackingSecrets } from '../../src/session/lacking-secrets.js';
import { opened } from '../diagnosis/sessions.js';

const half = (...missing: string[]) => {
  const session = opened().clientHello('chat.example.com').message('server', 5).build();
  Object.assign(session.tls!, { decrypted: 'partly', missingSecrets: missing });
  return session;
};
const CLIENT = ['CLIENT_HANDSHAKE_TRAFFIC_SECRET', 'CLIENT_TRAFFIC_SECRET_0'];

it('counts the sessions of which a key log has the secrets of one side only', () => {
  const warnings = lackingSecrets([half(...CLIENT), half(...CLIENT), half('SERVER_TRAFFIC_SECRET_0')]);
  expect(warnings.map(({ warning, data }) => [warning, data])).toEqual([
    ['key-log-lacks-client', { connections: 2 }],
    ['key-log-lacks-server', { connections: 1 }],
  ]);
  expect(warningText(warnings[0]!)).toMatch(/^The key log lacks the secrets of the client of 2 TLS connections/);
});

it('says nothing where the log has neither, all, or another secret is missing', () => {
  const neither = half(...CLIENT, 'SERVER_TRAFFIC_SECRET_0');
  expect(lackingSecrets([neither, half(), half('CLIENT_EARLY_TRAFFIC_SECRET')])).toEqual([]);
});
