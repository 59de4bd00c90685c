/**
 * TLS of one connection (RFC 8446, RFC 5246): both byte streams become TlsFacts and events for the timeline, and, with
 * the secrets of a key log, application data for the layer above. Records that decryption.ts opens are read like those
 * in clear; from the others protected-records.ts infers what it can. Whether the handshake failed is for the rules.
 */
import type { Arrival, Span } from '../stream/arrival.js';
import { copyArrival } from '../stream/arrival.js';
import type { Ending, Gap, StreamConsumer } from '../stream/consumer.js';
import type { EventData, EventSink } from '../stream/event-sink.js';
import type { PerSide, Side } from '../stream/side.js';
import { ALERT_LENGTH, CLOSE_NOTIFY, readAlert } from './alert.js';
import { readCertificates, readCertificates13 } from './certificate.js';
import { readCertificateStatus } from './certificate-status.js';
import { cipherSuiteName } from './cipher-suites.js';
import { readClientHello, readSslV2Hello } from './client-hello.js';
import { Decryption, type DecryptionOptions } from './decryption.js';
import {
  CERTIFICATE,
  CERTIFICATE_REQUEST,
  CERTIFICATE_STATUS,
  CLIENT_HELLO,
  ENCRYPTED_EXTENSIONS,
  END_OF_EARLY_DATA,
  FINISHED,
  HandshakeDecoder,
  type HandshakeMessage,
  holdsWholeMessages,
  KEY_UPDATE,
  NEW_SESSION_TICKET,
  SERVER_HELLO,
  SERVER_HELLO_DONE,
} from './handshake-decoder.js';
import { count, ProtectedRecords } from './protected-records.js';
import { ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, HEARTBEAT, type TlsRecord } from './record.js';
import { type LostRecords, type NotTls, RecordDecoder, type SslV2Hello } from './record-decoder.js';
import type { OpenedRecord } from './record-protection.js';
import { readEncryptedExtensions, readServerHello } from './server-hello.js';
import { readSessionTicket } from './session-ticket.js';
import { type ClientHelloFacts, emptyTlsFacts, type TlsFacts } from './tls-facts.js';
import { isTls13, versionName } from './versions.js';

/** Facts live as long as their session: a peer that sends more alerts or more nonsense than this is known by then. */
const MAX_ALERTS = 16;
const MAX_PROBLEMS = 16;
/** Servers give two, and few more than that later. */
const MAX_TICKETS = 16;

interface Direction {
  records: RecordDecoder;
  handshake: HandshakeDecoder;
  /** Messages out of records that were opened. */
  sealedHandshake: HandshakeDecoder;
  changeCipherSpec: boolean;
}

export class TlsLayer implements StreamConsumer {
  readonly facts: TlsFacts = emptyTlsFacts();
  private readonly directions: PerSide<Direction> = { client: direction(true), server: direction(false) };
  private readonly protectedRecords: ProtectedRecords;
  private readonly decryption: Decryption | undefined;
  /** What the last gap of TCP was, for the records it cost. */
  private gapCause: Gap['cause'] = 'not-captured';

  /** `decryption`: without it nothing is opened, and nothing is above this layer. */
  constructor(
    private readonly sink: EventSink,
    decryption?: DecryptionOptions,
  ) {
    this.protectedRecords = new ProtectedRecords(this.facts, sink);
    if (decryption !== undefined) this.decryption = new Decryption(decryption, this.facts);
  }

  bytes(side: Side, chunk: Uint8Array, arrival: Arrival): void {
    this.directions[side].records.push(chunk, arrival);
    this.drain(side);
  }

  gap(side: Side, gap: Gap): void {
    const { records } = this.directions[side];
    // The length of a protected record says as much as its body.
    if (!this.isFinished(side) && !records.isInsideSealed(gap.length)) this.facts.handshakeGap = true;
    records.gap(gap);
    this.gapCause = gap.cause;
    this.drain(side);
  }

  end(side: Side, ending: Ending): void {
    if (ending.kind !== 'capture-end') this.protectedRecords.end(side);
    this.decryption?.finish(side);
    this.decryption?.stream.end(side, ending);
  }

  private drain(side: Side): void {
    const { records } = this.directions[side];
    for (let item = records.next(); item !== undefined; item = records.next()) {
      if (item.kind === 'record') this.record(side, item);
      else if (item.kind === 'ssl-v2-hello') this.sslV2Hello(side, item);
      else if (item.kind === 'lost') this.lost(side, item);
      else this.notTls(side, item);
    }
  }

  private record(side: Side, record: TlsRecord): void {
    const { decryption } = this;
    const { sealed } = this.directions[side].records;
    if (decryption !== undefined && (sealed || record.type === APPLICATION_DATA)) {
      const opened = decryption.open(side, record);
      if (opened !== undefined) {
        this.opened(side, record, opened);
        return;
      }
      this.directions[side].sealedHandshake.lose();
    } else decryption?.pass(side, record);
    if (sealed) record.body = undefined;
    if (record.type === HANDSHAKE) this.handshake(side, record);
    else if (record.type === ALERT) this.alert(side, record);
    else if (record.type === CHANGE_CIPHER_SPEC) this.changeCipherSpec(side);
    else if (record.type === HEARTBEAT)
      this.sink.ordinary('tls', 'record', side, record.last.packet, record.last.at, record.length);
    else this.protectedRecords.see(side, record);
  }

  private handshake(side: Side, record: TlsRecord): void {
    const direction = this.directions[side];
    // After a ChangeCipherSpec whose version nobody saw, only a whole ClientHello still is one: TLS 1.3 sends a second
    // one after a HelloRetryRequest (RFC 8446 D.4).
    if (direction.changeCipherSpec && !direction.records.sealed && !this.isTls13) {
      direction.records.sealed = record.body?.[0] !== CLIENT_HELLO || !holdsWholeMessages(record);
      if (direction.records.sealed) record.body = undefined;
    }
    if (record.body === undefined) {
      this.protectedRecords.see(side, record);
      return;
    }
    // False after lost records: this one may be a fragment, or protected. Neither is claimed.
    if (!direction.handshake.push(record)) return;
    for (let message = direction.handshake.next(); message !== undefined; message = direction.handshake.next()) {
      this.decryption?.message(message.type, message.body);
      this.message(side, message);
      if (message.type === CLIENT_HELLO || message.type === SERVER_HELLO) this.keepBodies();
    }
  }

  /** A record that was protected and has been opened. */
  private opened(side: Side, record: TlsRecord, { type, content }: OpenedRecord): void {
    const { facts } = this;
    facts.encryptedFrom[side] ??= copyArrival(record.first);
    if (type === HANDSHAKE) {
      const { sealedHandshake } = this.directions[side];
      if (!sealedHandshake.push({ ...record, length: content.length, body: content })) return;
      for (let message = sealedHandshake.next(); message !== undefined; message = sealedHandshake.next())
        this.sealedMessage(side, message);
    } else if (type === ALERT && content.length === ALERT_LENGTH) this.alertRead(side, content, record.last);
    else if (type === CHANGE_CIPHER_SPEC) this.decryption?.changeCipherSpec(side);
    else if (type === APPLICATION_DATA) {
      const isEarly = side === 'client' && facts.finished.client === undefined;
      if (this.isTls13 && side === 'server' && facts.applicationData.client.records === 0)
        facts.serverRecordsBeforeClientData++;
      count(isEarly ? facts.earlyData : facts.applicationData[side], record);
      this.decryption?.stream.bytes(side, content, record.last);
    }
  }

  /** A message out of an opened record; hellos and all that belong to a renegotiation leave the facts as they are. */
  private sealedMessage(side: Side, message: HandshakeMessage): void {
    const { facts } = this;
    const { type, body, span } = message;
    this.decryption?.message(type, body);
    if (type === FINISHED) {
      if (facts.finished[side] === undefined) {
        facts.finished[side] = span.last;
        this.event('finished', side, span.last, {});
      }
      if (this.isTls13) this.decryption?.advance(side);
      if (this.isTls13 && side === 'client') this.protectedRecords.clientFinished();
    } else if (!this.isTls13) return;
    else if (type === ENCRYPTED_EXTENSIONS && body !== undefined) this.encryptedExtensions(side, body, span);
    else if (READ_SEALED.has(type)) this.message(side, message);
    else if (type === KEY_UPDATE) {
      this.event('key-update', side, span.last, {});
      this.decryption?.advance(side);
    } else if (type === END_OF_EARLY_DATA) this.decryption?.advance(side);
  }

  private encryptedExtensions(side: Side, body: Uint8Array, span: Span): void {
    const { facts } = this;
    const { alpn, settings } = readEncryptedExtensions(body);
    facts.applicationSettings[side] = settings;
    if (side === 'client' || facts.serverHello === undefined) return;
    facts.serverHello.alpn = alpn;
    if (alpn !== null) facts.alpnAt = span.last;
  }

  private message(side: Side, message: HandshakeMessage): void {
    const { type, body, span } = message;
    if (type === CERTIFICATE_REQUEST) {
      this.facts.certificateRequest = span;
      this.event('certificate-request', side, span.last, {});
    } else if (type === CERTIFICATE_STATUS && body !== undefined) this.certificateStatus(side, body, span);
    else if (type === NEW_SESSION_TICKET && body !== undefined) this.sessionTicket(side, body, span);
    else if (type === SERVER_HELLO_DONE) this.facts.serverHelloDone = span;
    else if (type === CLIENT_HELLO || type === SERVER_HELLO || type === CERTIFICATE) {
      if (body === undefined) {
        this.unread(side, message);
        return;
      }
      if (type === CLIENT_HELLO) this.clientHello(side, readClientHello(body, span), span);
      else if (type === SERVER_HELLO) this.serverHello(side, body, span);
      else this.certificate(side, body, span);
    }
  }

  /** Bodies of protected records are kept only where some secret is known. */
  private keepBodies(): void {
    const keep = this.decryption?.promising ?? false;
    for (const { records } of Object.values(this.directions)) records.keepSealed = keep;
  }

  private clientHello(side: Side, hello: ClientHelloFacts | undefined, span: Span): void {
    if (hello === undefined) {
      this.problem(side, 'a ClientHello that cannot be read', span.last);
      return;
    }
    const { facts } = this;
    facts.firstClientHello ??= hello;
    facts.clientHello = hello;
    const { sni, alpn } = hello;
    this.event('client-hello', side, span.last, {
      ...(sni === null ? {} : { sni }),
      alpn,
      versions: hello.versions.map(versionName),
    });
  }

  private sslV2Hello(side: Side, { body, offset, first, last }: SslV2Hello): void {
    const span = { first, last, offset, length: body.length + 2 };
    this.clientHello(side, readSslV2Hello(body, span), span);
  }

  private serverHello(side: Side, body: Uint8Array, span: Span): void {
    const { facts } = this;
    const hello = readServerHello(body, span, facts.clientHello?.sessionId);
    if (hello === undefined) {
      this.problem(side, 'a ServerHello that cannot be read', span.last);
      return;
    }
    const { version, cipherSuite, alpn, resumed } = hello.facts;
    const data = { version: versionName(version), cipher: cipherSuiteName(cipherSuite) };
    if (hello.helloRetryRequest) {
      facts.helloRetryRequest = span;
      this.event('hello-retry-request', side, span.last, data);
      return;
    }
    facts.serverHello = hello.facts;
    if (alpn !== null) facts.alpnAt = span.last;
    this.event('server-hello', side, span.last, { ...data, ...(alpn === null ? {} : { alpn }), resumed });
  }

  private certificate(side: Side, body: Uint8Array, span: Span): void {
    const { certificates, count, problem, status } = this.isTls13 ? readCertificates13(body) : readCertificates(body);
    if (problem !== null) this.problem(side, problem, span.last);
    if (side === 'client') {
      this.facts.clientCertificates = count;
      this.event('certificate', side, span.last, { certificates: count });
      return;
    }
    this.facts.certificates = certificates;
    this.facts.certificatesAt = span;
    for (const { problem } of certificates) if (problem !== null) this.problem(side, problem, span.last);
    const [leaf] = certificates;
    if (leaf === undefined) return;
    const { subject, issuer, notAfter } = leaf;
    const until = Number.isNaN(notAfter) ? {} : { notAfter: new Date(notAfter).toISOString() };
    this.event('certificate', side, span.last, { subject, issuer, ...until });
    if (status !== undefined) this.certificateStatus(side, status, span);
  }

  private certificateStatus(side: Side, body: Uint8Array, span: Span): void {
    if (side === 'client') return;
    const status = readCertificateStatus(body, span);
    const { response, certificate, nextUpdate } = status;
    this.facts.certificateStatus = status;
    if (response === null) this.problem(side, 'a stapled OCSP response that cannot be read', span.last);
    this.event('certificate-status', side, span.last, {
      ...(response === null ? {} : { response }),
      ...(certificate === null ? {} : { certificate }),
      ...(Number.isNaN(nextUpdate) ? {} : { nextUpdate: new Date(nextUpdate).toISOString() }),
    });
  }

  private sessionTicket(side: Side, body: Uint8Array, { last }: Span): void {
    const lifetimeSeconds = readSessionTicket(body);
    const { sessionTickets } = this.facts;
    if (side === 'client' || lifetimeSeconds === undefined) return;
    if (sessionTickets.length < MAX_TICKETS) sessionTickets.push({ lifetimeSeconds, arrival: copyArrival(last) });
    this.event('new-session-ticket', side, last, { lifetimeSeconds });
  }

  private changeCipherSpec(side: Side): void {
    const { facts } = this;
    const direction = this.directions[side];
    direction.changeCipherSpec = true;
    const hello = facts.serverHello;
    // RFC 8446 D.4: in TLS 1.3 it changes nothing. In older versions everything after it is protected.
    if (hello === undefined || isTls13(hello.version)) return;
    direction.records.sealed = true;
    this.decryption?.changeCipherSpec(side);
    this.keepBodies();
    // RFC 5077 3.4: a server that takes a ticket sends no certificate and says nothing before its ChangeCipherSpec.
    const abbreviated = facts.certificates === undefined && facts.serverHelloDone === undefined;
    if (side === 'server' && abbreviated && !facts.handshakeGap) hello.resumed = true;
  }

  private alert(side: Side, record: TlsRecord): void {
    if (record.length !== ALERT_LENGTH || this.directions[side].records.sealed) {
      this.protectedRecords.see(side, record);
      return;
    }
    if (record.body === undefined || record.missing > 0) {
      this.problem(side, 'an alert whose octets are missing', record.last);
      return;
    }
    this.alertRead(side, record.body, record.last);
  }

  private alertRead(side: Side, body: Uint8Array, arrival: Arrival): void {
    const alert = readAlert(side, body, arrival);
    if (this.facts.alerts.length < MAX_ALERTS) this.facts.alerts.push(alert);
    const { level, description, code } = alert;
    this.event(code === CLOSE_NOTIFY ? 'close-notify' : 'alert', side, arrival, { level, description });
    if (code === CLOSE_NOTIFY) this.decryption?.stream.end(side, { kind: 'close-notify', arrival });
  }

  private lost(side: Side, { because, arrival }: LostRecords): void {
    this.directions[side].handshake.lose();
    this.directions[side].sealedHandshake.lose();
    this.decryption?.lose(side, because === 'garbage' ? this.gapCause : because, arrival);
    if (!this.isFinished(side)) this.facts.handshakeGap = true;
    if (because === 'garbage') this.problem(side, 'bytes that are no TLS record', arrival);
  }

  private notTls(side: Side, { arrival, preview }: NotTls): void {
    this.facts.notTls ??= { side, arrival, preview };
  }

  private unread(side: Side, { type, unread, span }: HandshakeMessage): void {
    const name = type === CLIENT_HELLO ? 'ClientHello' : type === SERVER_HELLO ? 'ServerHello' : 'Certificate message';
    this.problem(side, `a ${name} that was not read: ${unread}`, span.last);
  }

  /** The version is agreed on, and it is TLS 1.3. */
  private get isTls13(): boolean {
    const { serverHello, helloRetryRequest } = this.facts;
    return serverHello === undefined ? helloRetryRequest !== undefined : isTls13(serverHello.version);
  }

  /** What `side` sends from now on is no longer handshake. */
  private isFinished(side: Side): boolean {
    return this.facts.finished[side] !== undefined || this.facts.applicationData[side].records > 0;
  }

  private problem(from: Side, what: string, arrival: Arrival): void {
    const { problems } = this.facts;
    if (problems.length < MAX_PROBLEMS) problems.push({ from, what, arrival: copyArrival(arrival) });
  }

  private event(name: string, side: Side, { packet, at }: Arrival, data: EventData): void {
    this.sink.event('tls', name, side, packet, at, data);
  }
}

/** Messages of TLS 1.3 out of opened records that are read like those in clear. */
const READ_SEALED: ReadonlySet<number> = new Set([CERTIFICATE, CERTIFICATE_REQUEST, NEW_SESSION_TICKET]);

const direction = (mayBeSslV2: boolean): Direction => ({
  records: new RecordDecoder(mayBeSslV2),
  handshake: new HandshakeDecoder(),
  sealedHandshake: new HandshakeDecoder(),
  changeCipherSpec: false,
});
