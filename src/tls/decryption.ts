/**
 * Decryption of one connection with the secrets of a key log: records in, opened records out, and what is lost or stays
 * closed as gaps for the layer above. Keeps count, so that "decrypted" is said only of what was. What the opened records
 * mean for the handshake is read in tls-layer.ts.
 */
import type { Arrival } from '../stream/arrival.js';
import { copyArrival } from '../stream/arrival.js';
import type { Gap, GapCause } from '../stream/consumer.js';
import { type PerSide, SIDES, type Side } from '../stream/side.js';
import { ApplicationStream, type OpenAbove } from './application-stream.js';
import type { KeyLog } from './key-log.js';
import { APPLICATION_DATA, HEADER_LENGTH, type TlsRecord } from './record.js';
import { RecordOpener } from './record-opener.js';
import type { OpenedRecord } from './record-protection.js';
import { SessionSecrets } from './session-secrets.js';
import type { TlsFacts } from './tls-facts.js';

export interface DecryptionOptions {
  keyLog: KeyLog;
  above: OpenAbove;
}

/** Records that are missing before the next one. */
interface Loss {
  cause: GapCause;
  arrival: Arrival;
}

interface Direction {
  opener: RecordOpener;
  /** Where the next record begins, if none is lost before it: octets since the start of the stream. */
  offset: number;
  loss: Loss | undefined;
  /** What is missing, as far as the layer above has not heard of it: it may have been handshake, until something opens. */
  untold: Gap | undefined;
}

export class Decryption {
  readonly stream: ApplicationStream;
  private readonly secrets: SessionSecrets;
  private readonly directions: PerSide<Direction>;
  private opened = 0;
  private closed = 0;

  constructor(
    { keyLog, above }: DecryptionOptions,
    private readonly facts: TlsFacts,
  ) {
    this.stream = new ApplicationStream(above);
    const secrets = new SessionSecrets(keyLog);
    this.secrets = secrets;
    const direction = (side: Side): Direction => ({
      opener: new RecordOpener(() => secrets.first(side)),
      offset: 0,
      loss: undefined,
      untold: undefined,
    });
    this.directions = { client: direction('client'), server: direction('server') };
  }

  /** Whether to keep the bodies of protected records. */
  get promising(): boolean {
    return this.secrets.promising;
  }

  /** A handshake message, in clear or decrypted. */
  message(type: number, body: Uint8Array | undefined): void {
    this.secrets.message(type, body);
    this.facts.clientRandom ??= this.secrets.clientRandom;
  }

  /** TLS <= 1.2: from the next record of this side on, the keys are those of the last handshake. */
  changeCipherSpec(side: Side): void {
    this.directions[side].opener.switchTo(this.secrets.afterChange(side));
  }

  /** TLS 1.3: the side's last message under these keys was read. */
  advance(side: Side): void {
    this.directions[side].opener.advance();
  }

  /** Records are missing before the side's next one. */
  lose(side: Side, cause: GapCause, arrival: Arrival): void {
    this.directions[side].loss ??= { cause, arrival: copyArrival(arrival) };
  }

  /** Keeps the place of a record that is in clear. */
  pass(side: Side, record: TlsRecord): void {
    const direction = this.directions[side];
    if (direction.loss !== undefined) direction.opener.lose(lostBefore(record, direction));
    direction.offset = endOf(record);
    direction.loss = undefined;
  }

  /** Undefined: the record stays closed, and the layer above knows, where it carried something for it. */
  open(side: Side, record: TlsRecord): OpenedRecord | undefined {
    const direction = this.directions[side];
    const { opener, loss } = direction;
    const lostOctets = lostBefore(record, direction);
    direction.offset = endOf(record);
    direction.loss = undefined;
    if (loss !== undefined) opener.lose(lostOctets);
    const isPast = this.facts.finished[side] !== undefined;
    const opened = this.attempt(side, record);
    if (loss !== undefined) {
      const framing = opener.skipped * (HEADER_LENGTH + (opener.overhead ?? 0));
      direction.untold ??= { ...loss, length: 0 };
      direction.untold.length += Math.max(0, (lostOctets ?? 0) - framing);
    }
    if (direction.untold !== undefined && (isPast || opened?.type === APPLICATION_DATA)) {
      this.stream.gap(side, direction.untold);
      direction.untold = undefined;
    }
    if (opened === undefined && isPast && record.type === APPLICATION_DATA) {
      const length = Math.max(0, record.length - (opener.overhead ?? 0));
      const cause = record.missing > 0 ? 'not-captured' : 'not-decrypted';
      this.stream.gap(side, { length, cause, arrival: record.last });
    }
    return opened;
  }

  /** Nothing more comes of this side: records lost at its very end become a gap. */
  finish(side: Side): void {
    const { loss } = this.directions[side];
    if (loss !== undefined && this.facts.finished[side] !== undefined) this.stream.gap(side, { ...loss, length: 0 });
  }

  private attempt(side: Side, { type, version, body, missing }: TlsRecord): OpenedRecord | undefined {
    const { opener } = this.directions[side];
    if (missing > 0) {
      opener.pass();
      return undefined;
    }
    // Without a body nothing is known of this connection; what would be needed is noted with its first record.
    if (body === undefined && this.closed === 0) for (const each of SIDES) this.secrets.first(each);
    const opened = body === undefined ? undefined : opener.open({ type, version, body });
    this.facts.undecryptable = this.secrets.unsupported;
    if (opened === undefined) {
      this.closed++;
      this.facts.missingSecrets = this.secrets.missing;
    } else this.opened++;
    this.facts.decrypted = this.opened > 0 && (this.closed === 0 || 'partly');
    return opened;
  }
}

const endOf = ({ offset, length }: TlsRecord): number => offset + HEADER_LENGTH + length;

/** Octets between the last record and this one; undefined where a gap did not say its length. */
const lostBefore = (record: TlsRecord, { offset }: Direction): number | undefined =>
  record.offset > offset ? record.offset - offset : undefined;
