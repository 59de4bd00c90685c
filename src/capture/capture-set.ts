/**
 * All captures of one analysis as one run of packets, in order of time; each file keeps its own order. A file that
 * cannot be used is set aside with its error and the others go on. One file alone is read without any merging.
 */

import { CaptureError } from './capture-error.js';
import { CaptureFile } from './capture-file.js';
import type { CaptureInfo } from './capture-info.js';
import type { CaptureSource } from './capture-source.js';
import type { Secrets } from './capture-tally.js';
import { linkTypeName } from './link-type-names.js';
import { CAPTURE_STRIDE, type Nanos, type Packet } from './packet.js';
import { warning } from './warning.js';

export interface CaptureSetOptions {
  /** Called once a block; `bytesTotal` is undefined where a source does not know its size. */
  onProgress?: (bytesRead: number, bytesTotal: number | undefined) => void;
  /**
   * Whether packets of a LINKTYPE_ number mean anything to the caller. Others are given out all the same, and the file
   * gets a warning, or an error where it has no others.
   */
  canRead?: (linkType: number) => boolean;
  /** Called for the secrets inside a pcapng file, before the packets that stand behind them. */
  onSecrets?: (secrets: Secrets) => void;
}

/** A file in a merge. */
interface Lane {
  file: CaptureFile;
  /** From the file's own clock to that of the set. */
  shift: Nanos;
  /** Makes references of packet numbers. */
  base: number;
}

export class CaptureSet {
  /** Files of which nothing can be used, by the name of their source, in the order given. */
  readonly errors: { file: string; error: CaptureError }[] = [];
  /** Time of `at` 0 in nanoseconds since 1970: the first packet of the file that starts first; 0 before the run. */
  epoch = 0n;
  /** Usable files; a file's index here is the capture number in its packets' references. */
  private readonly files: CaptureFile[] = [];
  private bytesRead = 0;

  constructor(
    private readonly sources: readonly CaptureSource[],
    private readonly options: CaptureSetOptions = {},
  ) {}

  /** Usable captures, by capture number. Complete when `run` is over. */
  get infos(): CaptureInfo[] {
    return this.files.map((file) => this.inform(file.info));
  }

  /** Hands every packet of all captures to `onPacket`, which is given the same object again and again. */
  async run(onPacket: (packet: Packet) => void): Promise<void> {
    const started: CaptureFile[] = [];
    try {
      for (const source of this.sources) await this.open(source, started);
      this.epoch = earliestEpoch(this.files);
      if (this.files.length === 1 && started[0] !== undefined) await runAlone(started[0], onPacket);
      else await runMerged(this.lanes(started), onPacket);
    } finally {
      for (const file of this.files) await file.close();
    }
    for (const { packets, interfaces, file } of this.files.map(({ info }) => info)) {
      if (packets > 0 && !interfaces.some((one) => one.packets > 0 && this.canRead(one.linkType))) {
        const names = [...new Set(interfaces.map(({ linkType }) => linkTypeName(linkType)))].join(', ');
        const what = `its ${packets} packets are of link type ${names}, which cannot be read`;
        this.errors.push({
          file,
          error: new CaptureError(
            `A capture without a network to look into: ${what}; record on an interface that carries IP`,
          ),
        });
      }
    }
  }

  private async open(source: CaptureSource, started: CaptureFile[]): Promise<void> {
    const file = new CaptureFile(source, (bytes) => this.progress(bytes), this.options.onSecrets);
    try {
      if (await file.open()) started.push(file);
      this.files.push(file);
    } catch (error) {
      await file.close();
      if (!(error instanceof CaptureError)) throw error;
      this.errors.push({ file: source.name, error });
    }
  }

  private lanes(started: readonly CaptureFile[]): Lane[] {
    return started.map((file) => ({
      file,
      shift: Number((file.epoch ?? this.epoch) - this.epoch),
      base: this.files.indexOf(file) * CAPTURE_STRIDE,
    }));
  }

  private progress(bytes: number): void {
    this.bytesRead += bytes;
    this.options.onProgress?.(this.bytesRead, this.bytesTotal);
  }

  private get bytesTotal(): number | undefined {
    let total = 0;
    for (const { size } of this.sources) {
      if (size === undefined) return undefined;
      total += size;
    }
    return total;
  }

  private canRead(linkType: number): boolean {
    return this.options.canRead?.(linkType) ?? true;
  }

  /** Adds what only the whole knows: packets whose link type nobody reads. */
  private inform(info: CaptureInfo): CaptureInfo {
    const unread = new Map<number, number>();
    for (const { linkType, packets } of info.interfaces) {
      if (packets > 0 && !this.canRead(linkType)) unread.set(linkType, (unread.get(linkType) ?? 0) + packets);
    }
    for (const [linkType, packets] of unread) {
      info.warnings.push(warning('link-type-unread', { packets, linkType: linkTypeName(linkType) }));
    }
    return info;
  }
}

function earliestEpoch(files: readonly CaptureFile[]): bigint {
  let first: bigint | null = null;
  for (const { epoch } of files) if (epoch !== null && (first === null || epoch < first)) first = epoch;
  return first ?? 0n;
}

async function runAlone(file: CaptureFile, onPacket: (packet: Packet) => void): Promise<void> {
  const { packet } = file;
  onPacket(packet);
  do {
    while (file.next()) onPacket(packet);
  } while (await file.more());
}

async function runMerged(lanes: Lane[], onPacket: (packet: Packet) => void): Promise<void> {
  for (const lane of lanes) translate(lane);
  while (lanes.length > 0) {
    const lane = earliest(lanes);
    onPacket(lane.file.packet);
    if (lane.file.next() || (await lane.file.advance())) translate(lane);
    else lanes.splice(lanes.indexOf(lane), 1);
  }
}

/** The lane whose packet is oldest; of equals the file that was named first. */
function earliest(lanes: readonly Lane[]): Lane {
  let first = lanes[0]!;
  for (const lane of lanes) if (lane.file.packet.at < first.file.packet.at) first = lane;
  return first;
}

function translate({ file: { packet }, shift, base }: Lane): void {
  packet.at += shift;
  packet.ref += base;
}
