/**
 * TLS records of one direction (RFC 8446 5.1, RFC 5246 6.2). Handshake and alert bodies in clear come out whole; the
 * body of a protected record, unless there may be keys for it, is passed over by its length without a copy. A gap inside a record costs
 * that record only; any other gap, and bytes that are no record, start a search for the next one.
 */
import { type Arrival, copyArrival } from '../stream/arrival.js';
import type { Gap } from '../stream/consumer.js';
import type { Decoder } from '../stream/decoder.js';
import {
  ALERT,
  APPLICATION_DATA,
  HANDSHAKE,
  HEADER_LENGTH,
  type Hole,
  plausibleHeader,
  plausibleSslV2Hello,
  refill,
  sslV2Length,
  type TlsRecord,
} from './record.js';
import { RecordSearch } from './record-search.js';

/** The ClientHello of a client that could still speak SSL 2.0, without its two octets of length. */
export interface SslV2Hello {
  kind: 'ssl-v2-hello';
  body: Uint8Array;
  offset: number;
  first: Arrival;
  last: Arrival;
}

/** The stream does not begin with a record: nothing more comes from this decoder. */
export interface NotTls {
  kind: 'not-tls';
  arrival: Arrival;
  /** The first octets of the stream, at most PREVIEW_LENGTH of those that came so far. */
  preview: Uint8Array;
}

/** Records were lost: how many is not known. `garbage`: bytes are there, but no record begins where one should. */
export interface LostRecords {
  kind: 'lost';
  because: Gap['cause'] | 'garbage';
  arrival: Arrival;
}

export type RecordItem = TlsRecord | SslV2Hello | NotTls | LostRecords;

/** Octets, enough for the first line of an HTTP or SSH answer. */
const PREVIEW_LENGTH = 64;

const NO_HOLES: readonly Hole[] = [];

export class RecordDecoder implements Decoder<RecordItem> {
  /** Set by the layer: from the next record on, this side's bodies are encrypted. */
  sealed = false;
  /** Set by the layer: bodies of protected records are wanted too, because there may be keys. */
  keepSealed = false;

  private state: 'header' | 'body' | 'search' | 'stopped' = 'header';
  /** No record was seen yet, and no gap. */
  private fresh = true;
  private offset = 0;

  /** The chunk being read; the inputs after it wait in `inputs`. */
  private chunk: Uint8Array = new Uint8Array(0);
  private position = 0;
  private readonly arrival: Arrival = { packet: 0, at: 0, readyAt: 0 };
  private inputs: ({ chunk: Uint8Array; arrival: Arrival } | Gap)[] = [];

  private readonly header = new Uint8Array(HEADER_LENGTH);
  private headerLength = 0;
  /** Octets of the body passed so far, missing ones included. */
  private received = 0;
  private sslV2 = false;
  private collecting = false;
  private holes: Hole[] | undefined;
  private search = new RecordSearch();
  private readonly record: TlsRecord = {
    kind: 'record',
    type: 0,
    version: 0,
    length: 0,
    offset: 0,
    first: { packet: 0, at: 0, readyAt: 0 },
    last: { packet: 0, at: 0, readyAt: 0 },
    body: undefined,
    holes: NO_HOLES,
    missing: 0,
  };

  /** `mayBeSslV2`: a client may open with a hello in the format of SSL 2.0. */
  constructor(private readonly mayBeSslV2 = false) {}

  push(chunk: Uint8Array, arrival: Arrival): void {
    if (this.state === 'stopped' || chunk.length === 0) return;
    if (this.position === this.chunk.length && this.inputs.length === 0) this.take(chunk, arrival);
    else this.inputs.push({ chunk, arrival: copyArrival(arrival) });
  }

  gap(gap: Gap): void {
    if (this.state !== 'stopped') this.inputs.push({ ...gap, arrival: copyArrival(gap.arrival) });
  }

  /** A gap of this length, coming now, would lie inside the body of one protected record. */
  isInsideSealed(length: number): boolean {
    const { state, record, received } = this;
    const isSealed = this.sealed || record.type === APPLICATION_DATA;
    return state === 'body' && isSealed && length > 0 && length <= record.length - received;
  }

  next(): RecordItem | undefined {
    for (;;) {
      if (this.state === 'stopped') return undefined;
      if (this.position === this.chunk.length) {
        if (this.inputs.length === 0) return undefined;
        const input = this.inputs.shift()!;
        if (!('chunk' in input)) {
          const item = this.passGap(input);
          if (item !== undefined) return item;
          continue;
        }
        this.take(input.chunk, input.arrival);
      }
      const item = this.step();
      if (item !== undefined) return item;
    }
  }

  handOver(to: (chunk: Uint8Array, arrival: Arrival) => void): void {
    if (this.state === 'header' && this.headerLength > 0)
      to(this.header.slice(0, this.headerLength), this.record.first);
    if (this.position < this.chunk.length) to(this.chunk.subarray(this.position), this.arrival);
    for (const input of this.inputs) if ('chunk' in input) to(input.chunk, input.arrival);
    this.stop();
  }

  private step(): RecordItem | undefined {
    if (this.state === 'header') return this.readHeader();
    if (this.state === 'body') return this.readBody();
    return this.searchOn();
  }

  private take(chunk: Uint8Array, arrival: Arrival): void {
    this.chunk = chunk;
    this.position = 0;
    refill(this.arrival, arrival);
  }

  private readHeader(): RecordItem | undefined {
    const { header, record } = this;
    if (this.headerLength === 0) {
      refill(record.first, this.arrival);
      record.offset = this.offset;
    }
    while (this.headerLength < HEADER_LENGTH && this.position < this.chunk.length)
      header[this.headerLength++] = this.chunk[this.position++]!;
    refill(record.last, this.arrival);
    const { headerLength } = this;
    if (this.fresh && this.mayBeSslV2 && plausibleSslV2Hello(header, 0, headerLength)) {
      return headerLength < HEADER_LENGTH ? undefined : this.startSslV2();
    }
    if (!plausibleHeader(header, 0, headerLength)) return this.fresh ? this.refuse() : this.startSearchIn();
    if (headerLength < HEADER_LENGTH) return undefined;
    record.type = header[0]!;
    record.version = header[1]! * 0x100 + header[2]!;
    record.length = header[3]! * 0x100 + header[4]!;
    const inClear = !this.sealed && (record.type === HANDSHAKE || record.type === ALERT);
    const isSealed = this.sealed || record.type === APPLICATION_DATA;
    this.startBody(inClear || (this.keepSealed && isSealed));
    return record.length === 0 ? this.finish() : undefined;
  }

  private startBody(collecting: boolean): void {
    this.fresh = false;
    this.headerLength = 0;
    this.offset += HEADER_LENGTH;
    this.received = 0;
    this.collecting = collecting;
    this.holes = undefined;
    this.record.body = undefined;
    this.state = 'body';
  }

  private startSslV2(): RecordItem | undefined {
    const { record, header } = this;
    record.length = sslV2Length(header, 0);
    this.startBody(true);
    this.sslV2 = true;
    record.body = new Uint8Array(record.length);
    record.body.set(header.subarray(2));
    this.received = HEADER_LENGTH - 2;
    return undefined;
  }

  private readBody(): RecordItem | undefined {
    const { record, received } = this;
    const take = Math.min(record.length - received, this.chunk.length - this.position);
    const end = this.position + take;
    if (this.collecting) {
      if (take === record.length) record.body = this.chunk.subarray(this.position, end);
      else {
        record.body ??= new Uint8Array(record.length);
        record.body.set(this.chunk.subarray(this.position, end), received);
      }
    }
    this.position = end;
    this.received = received + take;
    this.offset += take;
    refill(record.last, this.arrival);
    return this.received === record.length ? this.finish() : undefined;
  }

  private finish(): RecordItem {
    const { record } = this;
    this.state = 'header';
    if (this.sslV2) return this.finishSslV2();
    record.holes = this.holes ?? NO_HOLES;
    record.missing = 0;
    for (const hole of record.holes) record.missing += hole.length;
    if (this.collecting) record.body ??= new Uint8Array(record.length);
    return record;
  }

  private finishSslV2(): RecordItem {
    const { record } = this;
    this.sslV2 = false;
    const arrivals = { first: copyArrival(record.first), last: copyArrival(record.last) };
    if (this.holes !== undefined) return { kind: 'lost', because: 'not-captured', arrival: arrivals.last };
    return { kind: 'ssl-v2-hello', body: record.body!, offset: record.offset, ...arrivals };
  }

  /** |== header, body ==| hole |== body ==| loses one record; a hole that may hide a header loses the order. */
  private passGap(gap: Gap): RecordItem | undefined {
    const open = this.record.length - this.received;
    if (this.state === 'body') {
      const length = gap.length > 0 ? Math.min(gap.length, open) : open;
      this.holes ??= [];
      this.holes.push({ start: this.received, length });
      this.received += length;
      this.offset += length;
      refill(this.record.last, gap.arrival);
      if (gap.length > 0 && gap.length < open) return undefined;
      // The rest of the gap, if any, is a gap between records.
      if (gap.length !== open) this.inputs.unshift({ ...gap, length: Math.max(0, gap.length - open) });
      return this.finish();
    }
    const skippedBefore = this.search.skipped;
    this.search.clear();
    this.offset += this.search.skipped - skippedBefore + gap.length;
    return this.state === 'search' ? undefined : this.startSearch(gap.cause, gap.arrival);
  }

  private startSearch(because: LostRecords['because'], arrival: Arrival): LostRecords {
    this.state = 'search';
    this.fresh = false;
    this.offset += this.headerLength;
    this.headerLength = 0;
    this.search = new RecordSearch();
    return { kind: 'lost', because, arrival: copyArrival(arrival) };
  }

  /** Where a record should begin there is something else: the search starts with it. */
  private startSearchIn(): LostRecords {
    const header = this.header.slice(0, this.headerLength);
    this.headerLength = 0;
    const lost = this.startSearch('garbage', this.record.first);
    this.inputs.unshift({ chunk: this.chunk.subarray(this.position), arrival: copyArrival(this.arrival) });
    this.take(header, this.record.first);
    return lost;
  }

  private searchOn(): undefined {
    const skippedBefore = this.search.skipped;
    const pieces = this.search.push(this.chunk.subarray(this.position), this.arrival);
    this.offset += this.search.skipped - skippedBefore;
    this.position = this.chunk.length;
    if (pieces === undefined) return;
    this.inputs.unshift(...pieces);
    this.state = 'header';
  }

  private refuse(): NotTls {
    const header = this.header.slice(0, this.headerLength);
    const preview = new Uint8Array(PREVIEW_LENGTH);
    const more = this.chunk.subarray(this.position, this.position + PREVIEW_LENGTH - header.length);
    preview.set(header);
    preview.set(more, header.length);
    const arrival = copyArrival(this.record.first);
    this.stop();
    return { kind: 'not-tls', arrival, preview: preview.slice(0, header.length + more.length) };
  }

  private stop(): void {
    this.state = 'stopped';
    this.chunk = new Uint8Array(0);
    this.position = 0;
    this.inputs = [];
    this.headerLength = 0;
  }
}
