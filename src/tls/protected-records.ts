/**
 * What protected records tell without keys: where each side's handshake ends, and which records carry application data.
 * In TLS <= 1.2 the record types say so (RFC 5246 6.2.1); in TLS 1.3 all look alike (RFC 8446 5.2), and order and
 * length have to do: what is inferred that way is marked so where it is computed.
 */
import { type Arrival, copyArrival } from '../stream/arrival.js';
import type { EventSink } from '../stream/event-sink.js';
import type { PerSide, Side } from '../stream/side.js';
import { hashLength, tagLength } from './cipher-suites.js';
import { ALERT, APPLICATION_DATA, HANDSHAKE, refill, type TlsRecord } from './record.js';
import type { RecordCounts, TlsFacts } from './tls-facts.js';
import { isTls13 } from './versions.js';

/** Facts live as long as their session: more encrypted alerts than this tell nothing new. */
const MAX_ENCRYPTED_ALERTS = 16;
/** Records a client may send from its Certificate to its Finished: a certificate over several records, and a proof. */
const MAX_CLIENT_FLIGHT = 8;
/**
 * Octets of the shortest record with a NewSessionTicket (RFC 8446 4.6.1): header 4, lifetime and age 8, empty nonce 1,
 * ticket of one octet 3, extensions 2, content type 1, tag 16.
 */
const SHORTEST_TICKET = 35;
/** Records remembered of a connection that stays closed: an upgrade and some rounds of pings. */
const SEALED_KEPT = 64;
/** Octets of a Certificate message without a certificate (RFC 8446 4.4.2): header 4, empty context 1, empty list 3. */
const EMPTY_CERTIFICATE = 8;

export class ProtectedRecords {
  /** TLS 1.3: the last record of the server before the client's Finished, once there is one. */
  private serverFlight: Arrival | undefined;
  /** TLS 1.3: protected records of the client since the first that may be its Finished; 0 once that is settled. */
  private clientFlight = 0;
  /** TLS 1.3: length of the first of these. */
  private clientFlightLength = 0;
  private ticketsPossible = true;
  private firstTicket: number | undefined;
  /** The side's last record has the length of an alert: what `applicationData` was before it. */
  private readonly beforeAlert: PerSide<{ record: Arrival; length: number; counts: RecordCounts } | undefined> = {
    client: undefined,
    server: undefined,
  };
  private handshakeSealed = false;

  constructor(
    private readonly facts: TlsFacts,
    private readonly sink: EventSink,
  ) {}

  see(side: Side, record: TlsRecord): void {
    this.facts.encryptedFrom[side] ??= copyArrival(record.first);
    this.beforeAlert[side] = undefined;
    if (record.type === HANDSHAKE) this.seeHandshake(side, record);
    else if (record.type === ALERT) this.encryptedAlert(side, record.last, record.length, false);
    else if (record.type === APPLICATION_DATA) {
      if (this.isTls13) this.seeTls13(side, record);
      else this.data(side, record);
    }
  }

  /** TLS 1.3: a last record of the length of an alert, right before its sender's end, was one (inferred). */
  end(side: Side): void {
    const last = this.beforeAlert[side];
    if (last === undefined) return;
    this.facts.applicationData[side] = last.counts;
    this.encryptedAlert(side, last.record, last.length, true);
    this.beforeAlert[side] = undefined;
  }

  /** TLS 1.3: the client's Finished was decrypted. It answers that of the server, which may not have been. */
  clientFinished(): void {
    if (this.facts.finished.server === undefined && this.serverFlight !== undefined)
      this.finish('server', this.serverFlight);
  }

  /** Negotiated; or, where the ServerHello was not seen, offered and contradicted by no record. */
  private get isTls13(): boolean {
    const { serverHello, clientHello, helloRetryRequest } = this.facts;
    if (serverHello !== undefined) return isTls13(serverHello.version);
    if (helloRetryRequest !== undefined) return true;
    return !this.handshakeSealed && (clientHello?.versions.some(isTls13) ?? false);
  }

  /** TLS <= 1.2: the first protected handshake record is the Finished; what follows is a renegotiation. */
  private seeHandshake(side: Side, record: TlsRecord): void {
    this.handshakeSealed = true;
    if (this.facts.finished[side] === undefined) this.finish(side, record.last);
    else this.sink.ordinary('tls', 'record', side, record.last.packet, record.last.at, record.length);
  }

  private seeTls13(side: Side, record: TlsRecord): void {
    if (side === 'server') this.seeServer(record);
    else this.seeClient(record);
  }

  private seeServer(record: TlsRecord): void {
    this.clientFlight = 0;
    if (this.facts.finished.client === undefined) {
      // No handshake message is as short as an alert, so this one is certain.
      if (this.isAlertLength(record)) this.encryptedAlert('server', record.last, record.length, true);
      else this.serverFlight = copyArrival(record.last);
      return;
    }
    this.countTickets(record);
    this.data('server', record);
  }

  private countTickets(record: TlsRecord): void {
    const { facts } = this;
    const early = facts.applicationData.client.records === 0;
    if (early) facts.serverRecordsBeforeClientData++;
    // Inferred: several tickets come out equally long. What differs, once the client has asked, is an answer, also where
    // both stand in one packet.
    this.firstTicket ??= record.length;
    const mayBe = record.length >= SHORTEST_TICKET && (early || record.length === this.firstTicket);
    this.ticketsPossible &&= mayBe;
    if (this.ticketsPossible) facts.possibleTickets++;
  }

  private seeClient(record: TlsRecord): void {
    const { facts } = this;
    const exact = this.isFinishedLength(record);
    if (facts.finished.client === undefined) {
      if (this.isAlertLength(record)) {
        this.encryptedAlert('client', record.last, record.length, true);
        return;
      }
      const offeredEarly = facts.clientHello?.earlyData === true || facts.firstClientHello?.earlyData === true;
      if (offeredEarly && (!exact || this.serverFlight === undefined)) {
        count(facts.earlyData, record);
        return;
      }
      // Inferred: the first record after the server's flight. A client with a certificate sends that first, so a
      // record of exactly the length of a Finished, before the server says anything more, is the better one.
      this.clientFlight = exact ? 0 : 1;
      this.clientFlightLength = record.length;
      // BoringSSL writes both messages into one record.
      if (this.isFinishedLength(record, EMPTY_CERTIFICATE)) facts.inferredClientCertificate = 'none';
      if (this.serverFlight !== undefined) this.finish('server', this.serverFlight);
      this.finish('client', record.last);
      return;
    }
    if (this.clientFlight > 0 && exact) {
      facts.finished.client = copyArrival(record.last);
      facts.applicationData.client = { records: 0, bytes: 0, first: undefined, last: undefined };
      const isEmpty = this.clientFlightLength === EMPTY_CERTIFICATE + 1 + this.tagLength;
      // A certificate is followed by its proof: two records at least, if every message has its own.
      if (isEmpty && this.clientFlight === 1) facts.inferredClientCertificate = 'none';
      else if (!isEmpty && this.clientFlight > 1) facts.inferredClientCertificate = 'sent';
      this.clientFlight = 0;
      return;
    }
    if (this.clientFlight > 0) this.clientFlight = this.clientFlight < MAX_CLIENT_FLIGHT ? this.clientFlight + 1 : 0;
    this.data('client', record);
  }

  private data(side: Side, record: TlsRecord): void {
    const { last, length } = record;
    const counts = this.facts.applicationData[side];
    if (this.isTls13 && this.isAlertLength(record)) {
      const before = { ...counts, last: counts.last && copyArrival(counts.last) };
      this.beforeAlert[side] = { record: copyArrival(last), length, counts: before };
    }
    this.noteTraffic(side, record);
    count(counts, record);
    this.sink.ordinary('tls', 'record', side, last.packet, last.at, length);
  }

  private noteTraffic(side: Side, { last, length }: TlsRecord): void {
    const { sealedTraffic: traffic, applicationData } = this.facts;
    const before = Math.max(applicationData.client.last?.at ?? 0, applicationData.server.last?.at ?? 0);
    if (before > 0 && last.at - before > traffic.longestSilence) {
      traffic.longestSilence = last.at - before;
      traffic.silenceUntil = last.at;
    }
    if (traffic.times.length >= SEALED_KEPT) return;
    traffic.times.push(last.at);
    traffic.lengths.push(side === 'client' ? length : -length);
  }

  private finish(side: Side, arrival: Arrival): void {
    this.facts.finished[side] = copyArrival(arrival);
    this.sink.event('tls', 'finished', side, arrival.packet, arrival.at);
  }

  private encryptedAlert(from: Side, arrival: Arrival, length: number, inferred: boolean): void {
    const { encryptedAlerts } = this.facts;
    if (encryptedAlerts.length < MAX_ENCRYPTED_ALERTS)
      encryptedAlerts.push({ from, arrival: copyArrival(arrival), length, inferred });
    this.sink.event('tls', 'alert', from, arrival.packet, arrival.at, { encrypted: true, inferred });
  }

  /** RFC 8446 5.2: level, description, content type, tag. */
  private isAlertLength(record: TlsRecord): boolean {
    return record.length === 3 + this.tagLength;
  }

  /** RFC 8446 4.4.4: header, hash, content type, tag, and `more` octets. The hash is SHA-256 or SHA-384 where the suite was not seen. */
  private isFinishedLength(record: TlsRecord, more = 0): boolean {
    const suite = this.facts.serverHello?.cipherSuite;
    const rest = 5 + this.tagLength + more;
    if (suite !== undefined) return record.length === rest + hashLength(suite);
    return record.length === rest + 32 || record.length === rest + 48;
  }

  private get tagLength(): number {
    const suite = this.facts.serverHello?.cipherSuite;
    return suite === undefined ? 16 : tagLength(suite);
  }
}

/** Counts one record. */
export function count(counts: RecordCounts, record: TlsRecord): void {
  counts.records++;
  counts.bytes += record.length;
  counts.first ??= copyArrival(record.first);
  if (counts.last === undefined) counts.last = copyArrival(record.last);
  else refill(counts.last, record.last);
}
