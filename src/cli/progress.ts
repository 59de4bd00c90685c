/** A line about how far reading is, on a terminal only and only for work longer than half a second. */
import { formatBytes } from '../report/format-value.js';

export interface Terminal {
  isTTY?: boolean;
  write(text: string): unknown;
}

/** In milliseconds: quicker work needs no company. */
const PATIENCE = 500;
const BETWEEN = 100;
const CLEAR_LINE = '\r\x1b[K';

export class Progress {
  private shown = false;
  private next: number;

  constructor(
    private readonly terminal: Terminal,
    private readonly now: () => number = Date.now,
  ) {
    this.next = now() + PATIENCE;
  }

  readonly update = (bytesRead: number, bytesTotal: number | undefined): void => {
    if (this.terminal.isTTY !== true) return;
    const now = this.now();
    if (now < this.next) return;
    this.next = now + BETWEEN;
    this.shown = true;
    const share = bytesTotal ? `${Math.min(100, Math.floor((100 * bytesRead) / bytesTotal))} % of ` : '';
    this.terminal.write(`${CLEAR_LINE}reading ${share}${formatBytes(bytesTotal ?? bytesRead)}`);
  };

  /** Takes the line away. */
  end(): void {
    if (this.shown) this.terminal.write(CLEAR_LINE);
    this.shown = false;
  }
}
