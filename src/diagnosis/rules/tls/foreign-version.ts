/**
 * Version ranges that do not meet, as the two hellos show: the server chose a version that the client had not offered,
 * and the connection ended there (RFC 8446 4.1.3, 4.2.1).
 */

import { versionName } from '../../../tls/versions.js';
import { evidence } from '../../evidence.js';
import { tcpEnd } from '../../measures/ending.js';
import { isHandshakeDone } from '../../measures/tls-progress.js';
import { list, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const foreignVersion = defineRule({
  meta: {
    id: 'tls/foreign-version',
    title: 'No TLS version in common',
    severity: 'error',
    causes: ['tls-protocol-version'],
    needs: ['both-sides'],
    precedence: 'violation',
    reference: ['RFC 8446 4.1.3', 'RFC 8446 4.2.1', 'RFC 5246 E.1'],
    messages: {
      chosen: 'The server chose {chosen}; the client offers {versions} only and left.',
    },
    notes: { hello: 'ClientHello', serverHello: 'ServerHello with another version', end: 'end of the connection' },
    remedies: {
      versions:
        'Let them share a version: nginx ssl_protocols TLSv1.2 TLSv1.3; update a peer that knows no more than TLS 1.1.',
      oldServer:
        'Let the server speak TLS 1.2 and 1.3: nginx ssl_protocols TLSv1.2 TLSv1.3. The client is not the one that is old: it offers nothing below {lowest}.',
    },
  },
  *check(session) {
    const { tls } = session;
    const end = tcpEnd(session);
    if (tls?.clientHello === undefined || tls.serverHello === undefined || end === undefined) return;
    const { versions } = tls.clientHello;
    if (isHandshakeDone(tls) || versions.length === 0 || offers(versions, tls.serverHello.version)) return;
    const lowest = Math.min(...versions);
    yield {
      message: 'chosen',
      cause: 'tls-protocol-version',
      data: {
        chosen: text(versionName(tls.serverHello.version)),
        versions: list(versions.map(versionName)),
        lowest: text(versionName(lowest)),
      },
      evidence: evidence([tls.clientHello.span, 'hello'], [tls.serverHello.span, 'serverHello'], [end.at, 'end']),
      struckAt: tls.serverHello.span.first.at,
      confidence: 'proven',
      remedies: [tls.serverHello.version < lowest ? 'oldServer' : 'versions'],
    };
  },
});

/** Without supported_versions, a hello offers everything up to the one it names (RFC 5246 E.1). */
const offers = (versions: readonly number[], chosen: number): boolean =>
  versions.includes(chosen) || (versions.length === 1 && chosen < (versions[0] ?? 0));
