/**
 * What TLS tells of one connection: hellos, visible certificates, alerts, and how far the handshake got (RFC 8446, RFC
 * 5246). What is inferred without keys is proven with them. The TLS layer fills this in; sessions and rules only read it.
 */
import type { Nanos } from '../capture/packet.js';
import type { Arrival, Span } from '../stream/arrival.js';
import type { PerSide, Side } from '../stream/side.js';

export interface ClientHelloFacts {
  span: Span;
  /** Null when the hello has no server_name. */
  sni: string | null;
  /** legacy_version, e.g. 0x0303. */
  legacyVersion: number;
  /** Versions offered, highest first, as numbers (0x0304) without GREASE; from supported_versions, else legacy_version. */
  versions: number[];
  /** Cipher suite numbers as offered, without GREASE. */
  cipherSuites: number[];
  /** Protocol names; empty without ALPN. */
  alpn: string[];
  groups: number[];
  keyShareGroups: number[];
  signatureAlgorithms: number[];
  /** A pre_shared_key or a session ticket or session id was offered. */
  offersResumption: boolean;
  earlyData: boolean;
  /** encrypted_client_hello present: the SNI is the outer one. */
  ech: boolean;
  /** Protocols for which the client would exchange settings inside the handshake (ALPS); empty without that extension. */
  applicationSettings: string[];
  /** status_request: the client would like a stapled OCSP response (RFC 6066 8). */
  asksForStatus: boolean;
  sessionId: Uint8Array;
  ja3: string;
  ja4: string;
}

export interface ServerHelloFacts {
  span: Span;
  /** Negotiated version, e.g. 0x0304. */
  version: number;
  cipherSuite: number;
  /** Null without an ALPN that is visible (in TLS 1.3 it is encrypted). */
  alpn: string | null;
  /** TLS 1.3 group of the key share; null when absent. */
  group: number | null;
  /** Session resumed: TLS 1.3 pre_shared_key selected, TLS 1.2 session id echoed, or a ticket taken (no certificate came). */
  resumed: boolean;
  /** RFC 8446 4.1.3: the server says in its random that it speaks a newer version than it negotiated. */
  downgradeSentinel: boolean;
  ja3s: string;
}

export interface CertificateFacts {
  /** Distinguished names in one line, e.g. "CN=example.com, O=Example". */
  subject: string;
  issuer: string;
  /** DNS names and IP addresses of subjectAltName, else the CN. */
  names: string[];
  /** Milliseconds since 1970, NaN where the certificate cannot be read. */
  notBefore: number;
  notAfter: number;
  sha256: string;
  selfSigned: boolean;
  /** What could not be read, null when all was. */
  problem: string | null;
  /** Absent where the certificate cannot be read. */
  traits?: CertificateTraits;
}

/** What decides, beside names and dates, whether a client takes a certificate. */
export interface CertificateTraits {
  /** No subjectAltName with a DNS name or an address: `names` is the common name, which RFC 9525 2 no longer allows. */
  namesFromCommonName: boolean;
  /** basicConstraints says that it may issue others. */
  isAuthority: boolean;
  /** As node:crypto names it: rsa, ec, ed25519, dsa, … */
  keyType: string;
  /** 0 where that is not known. */
  keyBits: number;
  /** As OpenSSL names it, or its object identifier. */
  signature: string;
  /** Object identifiers of extendedKeyUsage; undefined where it is for anything. */
  purposes: string[] | undefined;
  /** Where its issuer's certificate can be had (RFC 5280 4.2.2.1): public authorities say so. */
  issuerUrl: string | undefined;
}

/** A stapled OCSP response. Times in milliseconds since 1970, NaN where there is none or it cannot be read. */
export interface CertificateStatusFacts {
  span: Span;
  /** Whether the authority could answer (`successful`, `tryLater`, …, RFC 6960 4.2.1); null where it cannot be read. */
  response: string | null;
  /** What it says of the server's certificate. */
  certificate: 'good' | 'revoked' | 'unknown' | null;
  thisUpdate: number;
  /** Until when it holds; without one, newer answers are to be had at any time. */
  nextUpdate: number;
  revokedAt: number;
}

/** A NewSessionTicket (RFC 8446 4.6.1, RFC 5077 3.3). */
export interface SessionTicketFacts {
  /** Seconds; in TLS 1.2 a hint, where 0 says nothing. */
  lifetimeSeconds: number;
  arrival: Arrival;
}

export interface AlertFacts {
  from: Side;
  level: 'warning' | 'fatal' | (string & {});
  /** Registered name such as certificate_expired, or "unknown (201)". */
  description: string;
  code: number;
  arrival: Arrival;
}

export interface RecordCounts {
  records: number;
  /** Length of the record bodies. */
  bytes: number;
  first: Arrival | undefined;
  last: Arrival | undefined;
}

/** Application data that stayed closed, as sizes and times; both sides in the order of arrival. */
export interface SealedTraffic {
  /** When the first records arrived; no more are kept than tell an upgrade and some rounds of pings. */
  times: Nanos[];
  /** Lengths of their bodies: positive the client's, negative the server's. */
  lengths: number[];
  /** The longest silence between two records, and when the later one ended it. */
  longestSilence: Nanos;
  silenceUntil: Nanos;
}

/** What speaks for and against WebSocket inside records that stayed closed. */
export type LikenessReason =
  | 'upgrade-shape'
  | 'requests-shape'
  | 'pings'
  | 'only-http1-offered'
  | 'no-alpn-offered'
  | 'h2-offered'
  | 'h2-chosen'
  | 'long-lived'
  | 'short-records-both-ways'
  | 'one-way'
  | 'sibling-is-websocket';

export interface WebSocketLikeness {
  websocket: 'likely' | 'possible' | 'unlikely';
  /** The weightiest first. */
  because: LikenessReason[];
  /** The higher, the more like WebSocket; good for an order and for nothing else. */
  score: number;
}

export interface TlsFacts {
  /** The last ClientHello (after a HelloRetryRequest: the second). */
  clientHello: ClientHelloFacts | undefined;
  firstClientHello: ClientHelloFacts | undefined;
  helloRetryRequest: Span | undefined;
  serverHello: ServerHelloFacts | undefined;
  /** Where the server chose an application protocol: its hello, or EncryptedExtensions that were opened. */
  alpnAt: Arrival | undefined;
  /** The server's chain as sent, leaf first; undefined when not visible (TLS 1.3, resumption, not captured). */
  certificates: CertificateFacts[] | undefined;
  certificatesAt: Span | undefined;
  /** The OCSP response stapled to the server's certificate; undefined when none was visible. */
  certificateStatus: CertificateStatusFacts | undefined;
  /** Octets of the settings (ALPS) each side sent; undefined where it sent none or they are encrypted. */
  applicationSettings: PerSide<number | undefined>;
  /** NewSessionTickets that could be read, at most 16: in TLS 1.3 with keys only. `possibleTickets` is about the others. */
  sessionTickets: SessionTicketFacts[];
  /** The server asked for a client certificate; in TLS 1.3 only with keys. */
  certificateRequest: Span | undefined;
  /** Certificates in the client's Certificate message, which may be empty; undefined when no message was seen. */
  clientCertificates: number | undefined;
  /**
   * TLS 1.3 without keys: what the lengths in the client's last flight say of an answer to a CertificateRequest (RFC 8446
   * 4.4.2). Undefined where there was none, or where it does not show.
   */
  inferredClientCertificate: 'none' | 'sent' | undefined;
  serverHelloDone: Span | undefined;
  /** Visible alerts, at most 16. */
  alerts: AlertFacts[];
  /**
   * Records that carry an encrypted alert, at most 16. In TLS <= 1.2 the record type says so; in TLS 1.3 only the
   * length does (`inferred`): certain inside the handshake, likely for the last record before an end.
   */
  encryptedAlerts: { from: Side; arrival: Arrival; length: number; inferred: boolean }[];
  /** First record of each side that is protected: from here on only record types and sizes are visible. */
  encryptedFrom: PerSide<Arrival | undefined>;
  /** TLS <= 1.2: the encrypted Finished; TLS 1.3: the first protected record that can hold it (inferred). */
  finished: PerSide<Arrival | undefined>;
  /** Protected records of type application_data after the handshake (TLS 1.3: after the client's Finished). */
  applicationData: PerSide<RecordCounts>;
  /** TLS 1.3: the client's protected records before its Finished where it offered early data (0-RTT). */
  earlyData: RecordCounts;
  /**
   * TLS 1.3: application_data records of the server after the client's Finished and before the client's first data.
   * Usually NewSessionTickets, and never an answer to something the client said.
   */
  serverRecordsBeforeClientData: number;
  /**
   * TLS 1.3: how many of the server's first application_data records may be NewSessionTickets: those before the client's
   * first data, and those of the length of the first one. Only what `applicationData.server` counts
   * beyond them is an answer to the client.
   */
  possibleTickets: number;
  sealedTraffic: SealedTraffic;
  /** Of a conversation that stayed closed, once the whole capture is known (session/websocket-likeness.ts). */
  likeness: WebSocketLikeness | undefined;
  /** One side's bytes are not TLS: who, where, the first printable bytes. */
  notTls: { side: Side; arrival: Arrival; preview: Uint8Array } | undefined;
  /** Records or messages that could not be parsed, in words for the report, at most 16. */
  problems: { from: Side; what: string; arrival: Arrival }[];
  /** Bytes were missing inside the handshake: what follows was not judged. */
  handshakeGap: boolean;
  /** Whether protected records were opened: all that were captured whole, or some of them. */
  decrypted: boolean | 'partly';
  /** Labels of secrets that the key log, if there is one, lacks for this connection. */
  missingSecrets: string[];
  /** What key logs know this connection by, in hexadecimal; undefined without a key log. */
  clientRandom: string | undefined;
  /** Cipher suite, or another part of the protection, that cannot be undone even with the secrets. */
  undecryptable: string | undefined;
}

const noRecords = (): RecordCounts => ({ records: 0, bytes: 0, first: undefined, last: undefined });

export const emptyTlsFacts = (): TlsFacts => ({
  clientHello: undefined,
  firstClientHello: undefined,
  helloRetryRequest: undefined,
  serverHello: undefined,
  alpnAt: undefined,
  certificates: undefined,
  certificatesAt: undefined,
  certificateStatus: undefined,
  applicationSettings: { client: undefined, server: undefined },
  sessionTickets: [],
  certificateRequest: undefined,
  clientCertificates: undefined,
  inferredClientCertificate: undefined,
  serverHelloDone: undefined,
  alerts: [],
  encryptedAlerts: [],
  encryptedFrom: { client: undefined, server: undefined },
  finished: { client: undefined, server: undefined },
  applicationData: { client: noRecords(), server: noRecords() },
  earlyData: noRecords(),
  serverRecordsBeforeClientData: 0,
  possibleTickets: 0,
  sealedTraffic: { times: [], lengths: [], longestSilence: 0, silenceUntil: 0 },
  likeness: undefined,
  notTls: undefined,
  problems: [],
  handshakeGap: false,
  decrypted: false,
  missingSecrets: [],
  clientRandom: undefined,
  undecryptable: undefined,
});
