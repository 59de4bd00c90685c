/**
 * Header blocks of one direction → header fields (HPACK, RFC 7541). Keeps the dynamic table, bounded. Where its past is
 * not known (a capture that starts midway, a block that was lost or broken), what refers to it is left out and said so.
 */

import { STATIC_TABLE } from './hpack-static-table.js';
import type { Header } from './http-facts.js';
import { decodeHuffman } from './huffman.js';

/** Encoders stay at the default of 4,096 bytes or go to 64 KiB where the peer allows it; more is taken for an attack. */
export const MAX_TABLE_BYTES = 64 * 1024;
const DEFAULT_TABLE_BYTES = 4096;
/** RFC 7541 4.1: what an entry costs beside its text. */
const ENTRY_BYTES = 32;
/** Of one block: as many fields as of an HTTP/1 head, and as many bytes. One reference can stand for a large entry. */
const MAX_FIELDS = 2000;
const MAX_LIST_BYTES = 256 * 1024;

export interface HeaderBlock {
  fields: Header[];
  /** Fields are missing: they refer to a table that is not known, or there were too many. */
  cut: boolean;
  /** The block is no HPACK, in words; the table is not known from here on. */
  error: string | undefined;
}

/** A field whose name is not known stands in the table all the same: those around it keep their places. */
interface Entry {
  name: string | undefined;
  value: string;
  size: number;
}

export class HpackDecoder {
  /** Newest first; at most MAX_TABLE_BYTES / ENTRY_BYTES. */
  private entries: Entry[] = [];
  private tableBytes = 0;
  private tableLimit = DEFAULT_TABLE_BYTES;
  private octets: Uint8Array = new Uint8Array(0);
  private at = 0;
  private block: HeaderBlock = { fields: [], cut: false, error: undefined };
  private listBytes = 0;

  /** `known`: from the first block on; otherwise the table holds entries that were never seen. */
  constructor(private known = true) {
    if (!known) this.tableLimit = MAX_TABLE_BYTES;
  }

  /** Blocks are missing: what the table holds is not known any more. */
  lose(): void {
    this.entries = [];
    this.tableBytes = 0;
    this.known = false;
    // It may have been resized in what was lost; entries of a smaller table are never referred to.
    this.tableLimit = MAX_TABLE_BYTES;
  }

  decode(octets: Uint8Array): HeaderBlock {
    this.octets = octets;
    this.at = 0;
    this.block = { fields: [], cut: false, error: undefined };
    this.listBytes = 0;
    while (this.at < octets.length && this.block.error === undefined) this.field();
    const { block } = this;
    if (block.error !== undefined) {
      block.cut = true;
      this.lose();
    }
    return block;
  }

  /** RFC 7541 6: one field, or a new size of the table. */
  private field(): void {
    const first = this.octets[this.at] ?? 0;
    if (first >= 0x80) {
      const index = this.integer(7);
      const entry = this.lookUp(index);
      if (entry !== undefined) this.add(entry.name, entry.value);
    } else if (first >= 0x40) this.literal(6, true);
    else if (first >= 0x20) this.resize(this.integer(5));
    else this.literal(4, false);
  }

  private literal(prefix: number, indexed: boolean): void {
    const index = this.integer(prefix);
    const name = index === 0 ? this.text() : this.lookUp(index)?.name;
    const value = this.text();
    if (this.block.error !== undefined || value === undefined) return;
    this.add(name, value);
    if (indexed) this.insert(name, value);
  }

  private add(name: string | undefined, value: string): void {
    const { block } = this;
    this.listBytes += (name?.length ?? 0) + value.length + ENTRY_BYTES;
    const fits = block.fields.length < MAX_FIELDS && this.listBytes <= MAX_LIST_BYTES;
    if (name !== undefined && fits) block.fields.push([name, value]);
    else block.cut = true;
  }

  /** RFC 7541 2.3.3: static entries first, then the newest dynamic one. */
  private lookUp(index: number): Entry | undefined {
    if (index === 0) this.fail('index 0');
    const fixed = STATIC_TABLE[index - 1];
    if (fixed !== undefined) return { name: fixed[0], value: fixed[1], size: 0 };
    const entry = this.entries[index - 1 - STATIC_TABLE.length];
    if (entry === undefined) {
      if (this.known) this.fail(`index ${index} is not in the table`);
      else this.block.cut = true;
    }
    return entry;
  }

  private insert(name: string | undefined, value: string): void {
    const size = (name?.length ?? 0) + value.length + ENTRY_BYTES;
    this.entries.unshift({ name, value, size });
    this.tableBytes += size;
    this.evict();
  }

  private resize(limit: number): void {
    if (limit > MAX_TABLE_BYTES) this.fail(`a table of ${limit} bytes`);
    else {
      this.tableLimit = limit;
      this.evict();
    }
  }

  /** RFC 7541 4.3 and 4.4: the oldest leave; an entry larger than the table empties it. */
  private evict(): void {
    while (this.tableBytes > this.tableLimit) this.tableBytes -= this.entries.pop()?.size ?? this.tableBytes;
  }

  /** RFC 7541 5.1: a prefix of so many bits, then groups of 7 bits. */
  private integer(prefix: number): number {
    const mask = (1 << prefix) - 1;
    let value = (this.octets[this.at++] ?? 0) & mask;
    if (value < mask) return value;
    for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
      const octet = this.octets[this.at++];
      if (octet === undefined) return this.fail('an integer that never ends');
      value += (octet & 0x7f) * scale;
      if (octet < 0x80) return value;
    }
    return this.fail('an integer that is too large');
  }

  /** RFC 7541 5.2. ISO 8859-1, one character an octet, as heads of HTTP/1 are read. */
  private text(): string | undefined {
    const isCoded = ((this.octets[this.at] ?? 0) & 0x80) !== 0;
    const length = this.integer(7);
    if (this.block.error !== undefined) return undefined;
    const end = this.at + length;
    if (end > this.octets.length) {
      this.fail('a string that is longer than the block');
      return undefined;
    }
    const raw = this.octets.subarray(this.at, end);
    this.at = end;
    const plain = isCoded ? decodeHuffman(raw) : raw;
    if (plain === undefined) {
      this.fail('a string that is no Huffman code');
      return undefined;
    }
    return Buffer.from(plain.buffer, plain.byteOffset, plain.length).toString('latin1');
  }

  private fail(error: string): 0 {
    this.block.error ??= error;
    return 0;
  }
}
