/**
 * Bytes that are no HTTP in answer to the upgrade request: another protocol lives on that port. A TLS alert among them
 * is for another rule.
 */

import { looksLikeTls } from '../../../tls/looks-like-tls.js';
import { evidence } from '../../evidence.js';
import { quote } from '../../measures/headers.js';
import { text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const malformedAnswer = defineRule({
  meta: {
    id: 'upgrade/malformed-answer',
    title: 'The answer is not HTTP',
    severity: 'error',
    causes: ['upgrade-response-malformed'],
    needs: ['both-sides'],
    precedence: 'violation',
    reference: ['RFC 9112 2.1', 'RFC 9112 4'],
    messages: {
      text: 'The server answered the upgrade request with something that is not HTTP: “{preview}”.',
      bytes: 'The server answered the upgrade request with bytes that are not HTTP: {preview}.',
    },
    notes: { request: 'upgrade request', answer: 'first bytes of the answer' },
    remedies: {
      port: 'See which program listens on port {port}: ss -ltnp "sport = :{port}". The bytes above often name it.',
      raw: 'If it is your own server, it begins to send frames or text before it has answered 101.',
    },
  },
  *check(session) {
    const answer = session.http?.notHttp;
    const request = session.upgrade?.request;
    if (answer?.side !== 'server' || request === undefined || session.websocket !== undefined) return;
    if (answer.arrival.at < request.span.first.at || looksLikeTls(answer.preview) !== undefined) return;
    const bytes = Buffer.from(answer.preview.subarray(0, 64));
    const printable = /^[\t\r\n\x20-\x7e]+$/.test(bytes.toString('latin1'));
    yield {
      message: printable ? 'text' : 'bytes',
      cause: 'upgrade-response-malformed',
      data: {
        preview: text((printable ? quote(bytes.toString('latin1'), 60) : bytes.subarray(0, 16).toString('hex')) ?? ''),
        port: text(session.server.port),
      },
      evidence: evidence([request.span, 'request'], [answer.arrival, 'answer']),
      struckAt: answer.arrival.at,
      confidence: 'proven',
      remedies: ['port', 'raw'],
    };
  },
});
