/**
 * A server that wants a certificate of the client, and an end without an alert in clear that says so: the messages of TLS
 * 1.2 (RFC 5246 7.4.4, 7.4.6), those of TLS 1.3 that were opened, or else the lengths of the client's flight (RFC 8446
 * 4.4.2) show what was asked and given, or an HTTP answer says it. A client that has none to give may leave by itself.
 */
import type { TlsFacts } from '../../../tls/tls-facts.js';
import { evidence } from '../../evidence.js';
import { certificateFaults } from '../../measures/certificate-faults.js';
import { bodyText } from '../../measures/headers.js';
import { AT_ONCE, fatalAlert, firstToLeave, hidesRecords, leftOverRequest } from '../../measures/tls-progress.js';
import { refusal } from '../../measures/upgrade-attempt.js';
import { duration, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

const NONE_SENT = /No required SSL certificate was sent/i;
const NOT_ACCEPTED = /The SSL certificate error/i;

/** An upgrade request fits into one record, rarely two. */
const REQUEST_RECORDS = 2;

export const clientCertificate = defineRule({
  meta: {
    id: 'tls/client-certificate',
    title: 'The server wants a client certificate',
    severity: 'error',
    causes: ['tls-client-certificate-required', 'tls-client-certificate-rejected'],
    needs: ['both-sides'],
    precedence: 'violation',
    reference: ['RFC 5246 7.4.4', 'RFC 5246 7.4.6', 'RFC 8446 4.3.2'],
    messages: {
      none: 'The server asked for a certificate, the client sent an empty list, and the server ended the connection {after} later.',
      left: 'The server asked for a certificate, and the client left {after} later without sending one. A client that has none to give, or whose user chose none, leaves like this.',
      leftEmpty:
        'The server asked for a certificate; the client sent an empty list and left by itself {after} after the request, before it used the connection.',
      answered:
        'The server asked for a certificate, the client sent an empty list; its request got one short answer, and the server ended the connection {after} after it. A server that answers such requests by an error page looks like this.',
      refused:
        'The server asked for a certificate, the client sent one, and the server ended the connection {after} later.',
      inferredNone:
        'The server ended the connection {after} after the client’s Finished, which follows a message of the length of an empty Certificate: the server asked for a certificate and the client had none. TLS 1.3 encrypts the messages; this is inferred from their lengths.',
      inferredRefused:
        'The server ended the connection {after} after the client’s Finished, before which the client sent more than a Finished: a certificate and its proof, as the lengths go. TLS 1.3 encrypts the messages; this is inferred from their lengths.',
      saysNone: 'The server answered {status}: it requires a client certificate and got none.',
      saysRefused: 'The server answered {status}: it did not accept the certificate of the client.',
    },
    notes: {
      request: 'the server asks for a certificate',
      given: 'last message of the client’s handshake',
      end: 'the server ends the connection',
      left: 'the client leaves',
      answer: 'answer',
    },
    remedies: {
      give: 'Give the client a certificate and key that the server’s CA has issued: Node cert and key; Python load_cert_chain; curl --cert and --key.',
      optional:
        'Or do not require one: nginx ssl_verify_client optional; Node rejectUnauthorized: false on the server.',
      ca: 'See that the CA of the client certificate is among those the server accepts (nginx ssl_client_certificate) and that it has not expired.',
    },
  },
  *check(session, capture) {
    const { tls } = session;
    const answer = refusal(session);
    if (tls !== undefined && answer?.response.status === 400) {
      const body = bodyText(answer.response);
      const none = NONE_SENT.test(body);
      if (!none && !NOT_ACCEPTED.test(body)) return;
      yield {
        message: none ? 'saysNone' : 'saysRefused',
        cause: none ? 'tls-client-certificate-required' : 'tls-client-certificate-rejected',
        data: { status: text(answer.response.status) },
        evidence: evidence([answer.response.span, 'answer']),
        struckAt: answer.response.span.first.at,
        confidence: 'proven',
        remedies: none ? ['give', 'optional'] : ['ca', 'give'],
      };
      return;
    }
    const over = tls === undefined ? undefined : leftOverRequest(session);
    if (tls !== undefined && over !== undefined) {
      // What is wrong with the server's own certificate explains more.
      if (certificateFaults(session, capture).some(({ cause }) => cause !== null)) return;
      const since = tls.certificateRequest!.last.at;
      yield {
        message: over.answered ? 'leftEmpty' : 'left',
        cause: 'tls-client-certificate-required',
        data: { after: duration(over.at.at - since) },
        evidence: evidence([tls.certificateRequest, 'request'], [over.at, 'left']),
        struckAt: over.at.at,
        confidence: 'likely',
        remedies: ['give', 'optional'],
      };
      return;
    }
    const given = tls === undefined ? undefined : certificatesOf(tls);
    const left = firstToLeave(session);
    if (tls === undefined || given === undefined || left === undefined) return;
    if (left.by !== 'server' || fatalAlert(session) !== undefined) return;
    const asked = tls.certificateRequest?.last ?? tls.serverHello?.span.last;
    if (session.tcp.gaps.some((gap) => gap.at >= (asked?.at ?? 0) && hidesRecords(gap))) return;
    const { client, server } = tls.applicationData;
    const isOneAnswer = client.records > 0 && server.records > 0;
    const since = (isOneAnswer ? client.last : undefined) ?? tls.finished.client ?? asked;
    const after = left.at.at - (since?.at ?? left.at.at);
    // One answer and the end right after it, where 101 would have kept the connection: a page that says so.
    if (after > AT_ONCE || client.records > REQUEST_RECORDS || (isOneAnswer && given.count > 0)) return;
    const none = given.count === 0;
    yield {
      message: messageOf(given, isOneAnswer),
      cause: none ? 'tls-client-certificate-required' : 'tls-client-certificate-rejected',
      data: { after: duration(after) },
      evidence: evidence(
        [tls.certificateRequest, 'request'],
        [given.inferred ? tls.finished.client : undefined, 'given'],
        [left.at, 'end'],
      ),
      struckAt: left.at.at,
      confidence: !isOneAnswer && (none || (given.inferred && left.alerted)) ? 'likely' : 'possible',
      remedies: none ? ['give', 'optional'] : ['ca', 'give'],
    };
  },
});

const messageOf = ({ count, inferred }: Given, isOneAnswer: boolean): string => {
  if (isOneAnswer) return 'answered';
  if (count === 0) return inferred ? 'inferredNone' : 'none';
  return inferred ? 'inferredRefused' : 'refused';
};

interface Given {
  count: number;
  inferred: boolean;
}

/** What the client gave when it was asked: seen, or inferred from lengths; undefined where it was not asked. */
const certificatesOf = (tls: TlsFacts): Given | undefined => {
  const { certificateRequest, clientCertificates, inferredClientCertificate } = tls;
  if (clientCertificates !== undefined && certificateRequest !== undefined)
    return { count: clientCertificates, inferred: false };
  if (inferredClientCertificate === undefined) return undefined;
  return { count: inferredClientCertificate === 'none' ? 0 : 1, inferred: true };
};
