/** How far a long step has come, on stderr: one bar redrawn in place on a terminal, rare plain lines elsewhere. */
import type { WriteStream } from 'node:tty';
import { formatBytes, visible } from './visible.ts';

const REDRAW_MS = 100;
/** A log (cron, CI) gets a line this often: enough to see life, too few to drown in. */
const PLAIN_LINE_MS = 15_000;
const BAR_CELLS = 24;
const ERASE_LINE = '\r\u001b[K';

type Stream = Pick<WriteStream, 'isTTY' | 'write'> & { readonly columns?: number };

export class ProgressLine {
  readonly #stream: Stream;
  readonly #now: () => number;
  #label = '';
  #startedAt = 0;
  #drawnAt = 0;
  #visible = false;

  constructor(stream: Stream, now: () => number = Date.now) {
    this.#stream = stream;
    this.#now = now;
  }

  update(label: string, done: number, total?: number): void {
    const now = this.#now();
    if (label !== this.#label) {
      this.#label = label;
      this.#startedAt = now;
      this.#drawnAt = this.#stream.isTTY ? 0 : now;
    }
    const wait = this.#stream.isTTY ? REDRAW_MS : PLAIN_LINE_MS;
    if (now - this.#drawnAt < wait) return;
    this.#drawnAt = now;
    const seconds = (now - this.#startedAt) / 1000;
    const rate = seconds > 0.5 ? done / seconds : undefined;
    this.#draw(describe({ label, done, total, rate, bar: this.#stream.isTTY }));
  }

  /** Takes the bar off the screen, so that other lines can be written. */
  clear(): void {
    if (!this.#visible) return;
    this.#stream.write(ERASE_LINE);
    this.#visible = false;
  }

  #draw(text: string): void {
    if (!this.#stream.isTTY) {
      this.#stream.write(`${text}\n`);
      return;
    }
    const columns = this.#stream.columns ?? 80;
    this.#stream.write(ERASE_LINE + text.slice(0, columns - 1));
    this.#visible = true;
  }
}

interface State {
  readonly label: string;
  readonly done: number;
  readonly total: number | undefined;
  readonly rate: number | undefined;
  readonly bar: boolean;
}

function describe({ label, done, total, rate, bar }: State): string {
  const parts = [visible(label)];
  if (total !== undefined && total > 0) {
    const share = Math.min(1, done / total);
    const filled = Math.round(share * BAR_CELLS);
    if (bar) parts.push(`[${'#'.repeat(filled)}${'-'.repeat(BAR_CELLS - filled)}]`);
    parts.push(`${Math.floor(share * 100)} %`);
  }
  parts.push(formatBytes(done));
  if (rate !== undefined) parts.push(`${formatBytes(rate)}/s`);
  return parts.join('  ');
}
