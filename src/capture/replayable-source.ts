/**
 * A source that can be read more than once. Files are opened again; what comes through a pipe is kept, as long as it is
 * a pcapng file (secrets in it may stand behind their packets) and fits into a limit.
 */
import type { CaptureSource } from './capture-source.js';
import { isGzip } from './file-format.js';
import { PCAPNG_SECTION_HEADER } from './pcapng.js';

/** Kept of a pipe: some 100,000 packets, and little beside what the analysis itself needs. */
const KEPT_OCTETS = 64 * 2 ** 20;

export interface ReplayableSource extends CaptureSource {
  /** Whether `blocks()` will give everything once more; known when it was read to its end. */
  readonly canReplay: boolean;
}

export function replayable(source: CaptureSource): ReplayableSource {
  const { name, size } = source;
  return size === undefined ? new KeptSource(source) : { name, size, blocks: () => source.blocks(), canReplay: true };
}

class KeptSource implements ReplayableSource {
  readonly name: string;
  private kept: Uint8Array[] | undefined = [];
  private octets = 0;
  private isOver = false;

  constructor(private readonly source: CaptureSource) {
    this.name = source.name;
  }

  get canReplay(): boolean {
    return this.isOver && this.kept !== undefined;
  }

  blocks(): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
    return this.canReplay ? this.kept! : this.read(this.source.blocks());
  }

  private async *read(blocks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const block of blocks) {
      this.keep(block);
      yield block;
    }
    this.isOver = true;
  }

  private keep(block: Uint8Array): void {
    if (this.kept === undefined || block.length === 0) return;
    if (this.octets === 0 && !mayHoldSecrets(block)) this.kept = undefined;
    this.octets += block.length;
    if (this.octets > KEPT_OCTETS) this.kept = undefined;
    this.kept?.push(block);
  }
}

/** A first block shorter than its magic number is kept as well. */
function mayHoldSecrets(head: Uint8Array): boolean {
  if (head.length < 4 || isGzip(head)) return true;
  return new DataView(head.buffer, head.byteOffset, 4).getUint32(0) === PCAPNG_SECTION_HEADER;
}
