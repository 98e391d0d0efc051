/** The slow path of the CSV reader: one record in which a quotation mark occurs. Pure. */

const QUOTE = 0x22;
const CR = 0x0d;

export interface QuotedRecord {
  readonly cells: readonly string[];
  /** Index just behind the record's line end. */
  readonly next: number;
  /** Line ends within the record and behind it. */
  readonly lines: number;
  /** A mark that RFC 4180 does not allow: within a bare cell, or text behind a closing mark. */
  readonly stray: boolean;
  /** The text ended within quotation marks. */
  readonly unterminated: boolean;
}

/**
 * Scans the record that begins at `start`. Returns undefined when the text ends within quotation
 * marks and is not `final`: more of it is needed. A record with faults is still cut into cells, as
 * well as it can be, so that the next one is found. The text ends with LF unless it is `final`.
 */
export function scanQuotedRecord(
  text: string,
  start: number,
  delimiter: string,
  final: boolean,
): QuotedRecord | undefined {
  const cells: string[] = [];
  let stray = false;
  let at = start;
  let lineEnd = -1;
  for (;;) {
    const isQuoted = text.charCodeAt(at) === QUOTE;
    let cell = '';
    if (isQuoted) {
      const quoted = scanQuotedCell(text, at + 1);
      if (quoted === undefined) {
        if (!final) return undefined;
        cells.push(text.slice(at + 1));
        const lines = countLineFeeds(text, start, text.length);
        return { cells, next: text.length, lines, stray, unterminated: true };
      }
      cell = quoted.cell;
      at = quoted.next;
    }
    // Kept over the cells of a line: looking it up for each would be quadratic in a long line.
    if (lineEnd < at) lineEnd = indexOrEnd(text, at);
    const cellEnd = delimiterWithin(text, delimiter, at, lineEnd);
    const isLast = cellEnd === lineEnd;
    const bare = text.slice(at, isLast ? beforeLineEnd(text, at, lineEnd) : cellEnd);
    if (isQuoted ? bare.length > 0 : bare.includes('"')) stray = true;
    cells.push(cell + bare);
    if (isLast) {
      const next = Math.min(lineEnd + 1, text.length);
      const lines = countLineFeeds(text, start, next);
      return { cells, next, lines, stray, unterminated: false };
    }
    at = cellEnd + 1;
  }
}

/** The cell whose content begins at `start`, behind its opening mark; undefined when it never closes. */
function scanQuotedCell(
  text: string,
  start: number,
): { readonly cell: string; readonly next: number } | undefined {
  let cell = '';
  let from = start;
  for (;;) {
    const mark = text.indexOf('"', from);
    if (mark < 0) return undefined;
    if (text.charCodeAt(mark + 1) !== QUOTE) {
      return { cell: cell + text.slice(from, mark), next: mark + 1 };
    }
    cell += text.slice(from, mark + 1);
    from = mark + 2;
  }
}

/** A lone CR belongs to the cell; only CR LF is a line end. */
export function beforeLineEnd(text: string, start: number, lineEnd: number): number {
  const isCrLf = lineEnd > start && lineEnd < text.length && text.charCodeAt(lineEnd - 1) === CR;
  return isCrLf ? lineEnd - 1 : lineEnd;
}

function indexOrEnd(text: string, from: number): number {
  const index = text.indexOf('\n', from);
  return index < 0 ? text.length : index;
}

/** Never looks past `end`: `indexOf` would, over the whole block, for the last cell of each record. */
function delimiterWithin(text: string, delimiter: string, from: number, end: number): number {
  const code = delimiter.charCodeAt(0);
  for (let index = from; index < end; index += 1) {
    if (text.charCodeAt(index) === code) return index;
  }
  return end;
}

function countLineFeeds(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) {
    count += 1;
  }
  return count;
}
