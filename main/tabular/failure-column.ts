/**
 * The last column of a file of failed rows, which says why each failed, and leaving it out again when
 * the mended rows are sent: of check and seal alike, the file on disk is never written to.
 */
import { LIMITS } from '../../shared/domain/manifest.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { LineRewriter } from './lines.ts';
import { closingQuote, endOfContent, QUOTE } from './lines.ts';

/** As the platform names it. */
export const FAILURE_HEADER = 'Failure Description';

/** One column alone is data, whatever its name. */
export function endsWithFailures(header: readonly string[]): boolean {
  return header.length > 1 && header.at(-1)?.trim() === FAILURE_HEADER;
}

/**
 * Takes the last cell from each record of comma-separated text that has more cells than are to stay.
 * A row that lost its reason already stays as it is; one with a cell too many keeps that fault.
 */
export class LastCellCutter implements LineRewriter {
  line = 1;
  readonly #fileName: string;
  readonly #columns: number;
  /** The record so far, where it goes on in the next line. */
  #record = '';
  #isInQuotes = false;
  #commas = 0;
  /** In the record, -1 before the first. */
  #lastComma = -1;

  /** `columns`: how many are to stay. */
  constructor(fileName: string, columns: number) {
    this.#fileName = fileName;
    this.#columns = columns;
  }

  rewrite(text: string): string {
    let out = '';
    for (let at = 0; at < text.length;) {
      const lineFeed = text.indexOf('\n', at);
      const next = lineFeed < 0 ? text.length : lineFeed + 1;
      out += this.#take(text.slice(at, next));
      at = next;
      this.line += 1;
    }
    return out;
  }

  /** What an opened quotation mark keeps from being a record. */
  end(): string {
    return this.#record;
  }

  /** Empty while the record goes on. */
  #take(line: string): string {
    this.#readMarks(line);
    this.#record += line;
    if (this.#isInQuotes) {
      const limitBytes = LIMITS.recordBytes;
      if (this.#record.length <= limitBytes) return '';
      const place = { file: this.#fileName, line: this.line, limitBytes };
      throw new AppError('RECORD_TOO_LARGE', place);
    }
    const record = this.#record;
    const isLonger = this.#commas >= this.#columns;
    const cut = isLonger
      ? record.slice(0, this.#lastComma) + record.slice(endOfContent(record))
      : record;
    this.#record = '';
    this.#commas = 0;
    this.#lastComma = -1;
    return cut;
  }

  #readMarks(line: string): void {
    const before = this.#record.length;
    for (let at = 0; ;) {
      if (this.#isInQuotes || line.startsWith(QUOTE, at)) {
        const close = closingQuote(line, this.#isInQuotes ? at : at + 1);
        this.#isInQuotes = close < 0;
        if (close < 0) return;
        at = close + 1;
      }
      const comma = line.indexOf(',', at);
      if (comma < 0) return;
      this.#commas += 1;
      this.#lastComma = before + comma;
      at = comma + 1;
    }
  }
}
