/**
 * The chunked transfer coding: which bytes are payload and which are chunk sizes, extensions and trailers
 * (RFC 9112 7.1). Knows no payload; the decoder takes `remaining` bytes of it, then asks to read on.
 */

type State = 'size' | 'extension' | 'data' | 'data-end' | 'trailer-line' | 'done';

/**
 * For one chunk-size line with its extensions and for all trailers together: extensions are signatures of a hundred bytes
 * where they are used at all. What is longer is no chunked coding.
 */
const MAX_CONTROL_BYTES = 16 * 1024;

/** 2^48 bytes: no chunk is larger, and sums of them stay exact numbers. */
const MAX_SIZE_DIGITS = 12;

const LF = 0x0a;
const CR = 0x0d;

export class ChunkedBody {
  /** Payload bytes of the present chunk that are still to come. */
  remaining = 0;
  private state: State = 'size';
  private size = 0;
  private digits = 0;
  private controlBytes = 0;
  private lineIsEmpty = true;

  get done(): boolean {
    return this.state === 'done';
  }

  /** To be called when payload was taken and `remaining` is 0 again. */
  dataTaken(): void {
    this.state = 'data-end';
    this.controlBytes = 0;
  }

  /**
   * Reads what stands between payloads, until payload or the end of the body or of the bytes. Answers with the position
   * after it, or -1 when this is no chunked coding.
   */
  read(bytes: Uint8Array, position: number): number {
    let i = position;
    while (i < bytes.length && this.state !== 'data' && this.state !== 'done') {
      if (++this.controlBytes > MAX_CONTROL_BYTES || !this.take(bytes[i] ?? 0)) return -1;
      i++;
    }
    return i;
  }

  private take(byte: number): boolean {
    switch (this.state) {
      case 'size':
        return this.takeSize(byte);
      case 'extension':
        if (byte === LF) this.endSizeLine();
        return true;
      case 'data-end':
        // RFC 9112 7.1: CRLF after the data of a chunk; a bare LF is let pass, as line ends of heads are.
        if (byte === LF) this.startSizeLine();
        return byte === LF || byte === CR;
      case 'trailer-line':
        if (byte === LF) {
          if (this.lineIsEmpty) this.state = 'done';
          this.lineIsEmpty = true;
        } else if (byte !== CR) this.lineIsEmpty = false;
        return true;
      default:
        return false;
    }
  }

  private takeSize(byte: number): boolean {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      this.size = this.size * 16 + digit;
      return ++this.digits <= MAX_SIZE_DIGITS;
    }
    if (this.digits === 0) return false;
    if (byte === LF) this.endSizeLine();
    // RFC 9112 7.1.1: blanks before the semicolon of an extension are "bad" whitespace; old servers pad sizes with them.
    else if (byte === 0x3b || byte === 0x20 || byte === 0x09 || byte === CR) this.state = 'extension';
    else return false;
    return true;
  }

  private startSizeLine(): void {
    this.state = 'size';
    this.size = 0;
    this.digits = 0;
    this.controlBytes = 0;
  }

  private endSizeLine(): void {
    this.controlBytes = 0;
    this.remaining = this.size;
    this.lineIsEmpty = true;
    this.state = this.size === 0 ? 'trailer-line' : 'data';
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
