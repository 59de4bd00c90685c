/**
 * A fatal alert after application data: TLS itself ended a connection that worked, because a record did not decrypt or
 * was malformed (RFC 8446 6.2, 5.2). Bytes changed on the way, or a second writer on the socket, look like this.
 */
import { evidence } from '../../evidence.js';
import { earliest } from '../../measures/ending.js';
import { fatalAlert, isInUse } from '../../measures/tls-progress.js';
import { side, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const alertWhileOpen = defineRule({
  meta: {
    id: 'tls/alert-while-open',
    title: 'TLS ended an open session',
    severity: 'error',
    causes: ['tls-alert-while-open'],
    needs: [],
    precedence: 'violation',
    reference: ['RFC 8446 6.2', 'RFC 8446 5.2'],
    messages: {
      alert:
        'The {from} ended the open connection by the fatal TLS alert {alert}: it got a record that it could not accept.',
    },
    notes: { data: 'first application data', alert: 'alert' },
    remedies: {
      writers:
        'Look for something that writes to the socket beside TLS, and for a middlebox that changes bytes on the way: compare the packets at both ends.',
      library: 'Update the TLS library of the {from}; read its log at this time.',
    },
  },
  *check(session) {
    const { tls } = session;
    const alert = fatalAlert(session);
    if (tls === undefined || alert === undefined || !isInUse(tls, alert)) return;
    const data = earliest(tls.applicationData.client.first, tls.applicationData.server.first);
    yield {
      message: 'alert',
      cause: 'tls-alert-while-open',
      data: { from: side(alert.from), alert: text(`${alert.description} (${alert.code})`) },
      evidence: evidence([data, 'data'], [alert.arrival, 'alert']),
      struckAt: alert.arrival.at,
      confidence: 'proven',
      remedies: ['writers', 'library'],
    };
  },
});
