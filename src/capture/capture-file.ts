/**
 * One source on its way to packets: finds out what it is, inflates it where needed, and refills one packet at a time.
 * Packets of the block at hand come without waiting; only the next block is a promise.
 */

import { CaptureError } from './capture-error.js';
import type { CaptureInfo } from './capture-info.js';
import type { CaptureReader } from './capture-reader.js';
import type { CaptureSource } from './capture-source.js';
import type { Secrets } from './capture-tally.js';
import { isGzip, MAGIC_OCTETS, readerFor } from './file-format.js';
import { inflateBlocks } from './inflate-blocks.js';
import { linkTypeName } from './link-type-names.js';
import { Packet } from './packet.js';
import { type Warning, warning } from './warning.js';

type Blocks = Iterator<Uint8Array> | AsyncIterator<Uint8Array>;

export class CaptureFile {
  readonly packet = new Packet();
  /** Bytes read from the source so far. */
  bytes = 0;
  private stored: Blocks | undefined;
  private plain: Blocks | undefined;
  private reader: CaptureReader | undefined;
  private compression: 'gzip' | null = null;
  private readonly warnings: Warning[] = [];

  constructor(
    readonly source: CaptureSource,
    private readonly onBlock: (bytes: number) => void,
    private readonly onSecrets: ((secrets: Secrets) => void) | undefined,
  ) {}

  /** Reads until the first packet stands in `packet`; false: a capture without packets. Throws CaptureError. */
  async open(): Promise<boolean> {
    this.stored = await this.attempt(async () => iterate(this.source.blocks()));
    let head = await readHead(() => this.readStored());
    this.plain = { next: async () => asResult(await this.readStored()) };
    if (isGzip(head)) {
      this.compression = 'gzip';
      const plain = inflateBlocks(this.storedFrom(head), (text) => this.warnings.push(text));
      this.plain = plain;
      head = await readHead(async () => asBlock(await plain.next()));
    }
    this.reader = readerFor(head);
    this.reader.tally.onSecrets = this.onSecrets;
    this.reader.push(head);
    return this.advance();
  }

  /** Refills `packet` from the block at hand; false: it is used up. */
  next(): boolean {
    return this.reader!.next(this.packet);
  }

  /** Brings the next block; false: the file is over, or damaged from here on. */
  async more(): Promise<boolean> {
    const reader = this.reader!;
    const block = reader.broken ? undefined : asBlock(await this.plain!.next());
    if (block !== undefined) {
      reader.push(block);
      return true;
    }
    reader.end();
    await this.close();
    return false;
  }

  /** Refills `packet`, with the next blocks where needed; false: there are no more packets. */
  async advance(): Promise<boolean> {
    do {
      if (this.next()) return true;
    } while (await this.more());
    return false;
  }

  async close(): Promise<void> {
    await this.plain?.return?.();
    await this.stored?.return?.();
    this.stored = undefined;
  }

  /** Time of `packet.at` 0 in nanoseconds since 1970; null where no packet has a time. */
  get epoch(): bigint | null {
    return this.reader?.tally.epoch ?? null;
  }

  get info(): CaptureInfo {
    const { format, tally } = this.reader!;
    const { packets, truncatedPackets, droppedPackets, interfaces, secrets, resolvedNames, comments, epoch } = tally;
    const timed = packets > 0 && epoch !== null;
    return {
      file: this.source.name,
      format,
      compression: this.compression,
      linkTypes: [...new Set(interfaces.map(({ linkType }) => linkTypeName(linkType)))],
      packets,
      bytes: Math.max(this.bytes, this.source.size ?? 0),
      start: timed ? epoch + BigInt(Math.floor(tally.earliest)) : null,
      end: timed ? epoch + BigInt(Math.floor(tally.latest)) : null,
      truncatedPackets,
      droppedPackets,
      warnings: [...tally.warnings, ...this.warnings],
      interfaces,
      secrets,
      resolvedNames,
      comments,
    };
  }

  /** The next block of the file as it is stored; undefined at its end, or where the system cannot read on. */
  private async readStored(): Promise<Uint8Array | undefined> {
    const result = await this.attempt(async () => this.stored?.next());
    const block = result === undefined ? undefined : asBlock(result);
    if (block !== undefined) {
      this.bytes += block.length;
      this.onBlock(block.length);
    }
    return block;
  }

  private async *storedFrom(head: Uint8Array): AsyncGenerator<Uint8Array> {
    for (let block: Uint8Array | undefined = head; block !== undefined; block = await this.readStored()) yield block;
  }

  /** What the operating system cannot do ends the file: an error before the first byte, a warning behind it. */
  private async attempt<T>(read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      const { code, syscall } = error as NodeJS.ErrnoException;
      if (code === undefined || syscall === undefined) throw error;
      if (this.bytes === 0) throw new CaptureError(adviceFor(code));
      this.warnings.push(warning('reading-stopped', { octets: this.bytes, code }));
      return undefined;
    }
  }
}

/** The first blocks as one, long enough to tell what the file is. */
async function readHead(read: () => Promise<Uint8Array | undefined>): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < MAGIC_OCTETS) {
    const block = await read();
    if (block === undefined) break;
    head = head.length === 0 ? block : Buffer.concat([head, block]);
  }
  return head;
}

const iterate = (blocks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Blocks =>
  Symbol.asyncIterator in blocks ? blocks[Symbol.asyncIterator]() : blocks[Symbol.iterator]();

const asBlock = (result: IteratorResult<Uint8Array>): Uint8Array | undefined =>
  result.done === true ? undefined : result.value;

const asResult = (block: Uint8Array | undefined): IteratorResult<Uint8Array> =>
  block === undefined ? { done: true, value: undefined } : { done: false, value: block };

function adviceFor(code: string): string {
  if (code === 'ENOENT') return 'There is no such file: check the path';
  if (code === 'EACCES' || code === 'EPERM') {
    return 'No permission to read it: captures that were recorded as root often belong to root';
  }
  return `The system cannot read it (${code})`;
}
