/**
 * Where the records of a CSV begin and end, in chunks cut anywhere: by the rules of the reader, on the
 * bytes themselves. All marks of CSV are ASCII, so the bytes are looked at as Latin-1 text.
 */
import { release } from '../seal/recycle.ts';
import { beforeLineEnd } from './csv-quoted.ts';

const LF = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** A run of bytes and the records in it; between them lie blank lines, or what separates records. */
export interface RecordSpans {
  readonly bytes: Buffer;
  /** Of each record, in `bytes`. */
  readonly starts: number[];
  /** Just behind each record, in `bytes`; of a CSV behind its line end. */
  readonly ends: number[];
}

/** The runs it hands back follow one another without a gap. The header is a record like the others. */
export class CsvSplitter {
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** In which the last spans lie. */
  #lent = Buffer.alloc(0);
  /** A record that goes on is not scanned again before its bytes have doubled: linear over all. */
  #scanAtBytes = 0;
  #isAtStart = true;

  /** Bytes held back because their record has not ended. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Keeps nothing of the chunk itself. The spans are lent until the next call. */
  push(chunk: Uint8Array): RecordSpans {
    this.#pendingBytes += chunk.byteLength;
    if (this.#pendingBytes < this.#scanAtBytes) {
      this.#pending.push(Buffer.from(chunk));
      return nothing();
    }
    const bytes = this.#joined(chunk);
    return this.#scan(bytes, bytes.lastIndexOf(LF) + 1, false);
  }

  /** The file is at its end: what is pending is the last record. */
  end(): RecordSpans {
    const bytes = this.#joined(Buffer.alloc(0));
    return this.#scan(bytes, bytes.length, true);
  }

  /** What is pending, the chunk behind it, in memory of its own. */
  #joined(chunk: Uint8Array): Buffer {
    const bytes = Buffer.allocUnsafeSlow(this.#pendingBytes);
    let at = 0;
    for (const piece of [...this.#pending, chunk]) {
      bytes.set(piece, at);
      at += piece.length;
    }
    release(this.#lent);
    this.#lent = bytes;
    return bytes;
  }

  #scan(bytes: Buffer, usable: number, final: boolean): RecordSpans {
    const text = bytes.toString('latin1', 0, usable);
    const starts: number[] = [];
    const ends: number[] = [];
    const hasBom = this.#isAtStart && bytes.subarray(0, BOM.length).equals(BOM);
    let at = hasBom ? BOM.length : 0;
    let quoteAt = -1;
    while (at < text.length) {
      if (quoteAt < at) quoteAt = indexOrEnd(text, '"', at);
      const lineEnd = indexOrEnd(text, '\n', at);
      const start = at;
      if (quoteAt > lineEnd || quoteAt === text.length) {
        at = Math.min(lineEnd + 1, text.length);
        if (beforeLineEnd(text, start, lineEnd) === start) continue;
      } else {
        const next = quotedRecordEnd(text, start, quoteAt);
        if (next === undefined && !final) break;
        at = next ?? text.length;
      }
      starts.push(start);
      ends.push(at);
    }
    // A BOM alone is not used up: it may be cut off from what it stands before.
    const used = this.#isAtStart && ends.length === 0 && !final ? 0 : at;
    if (used > 0) this.#isAtStart = false;
    this.#keep(bytes.subarray(used));
    return { bytes: bytes.subarray(0, used), starts, ends };
  }

  #keep(rest: Buffer): void {
    this.#pending = [rest];
    this.#pendingBytes = rest.length;
    this.#scanAtBytes = 2 * rest.length;
  }
}

/**
 * Just behind the line end of the record that begins at `start`, whose first mark is at `quoteAt`; undefined
 * when the text ends within quotation marks. A mark opens a quoted cell only where a cell begins; elsewhere
 * it is a fault that the check tells about, and ends nothing.
 */
function quotedRecordEnd(text: string, start: number, quoteAt: number): number | undefined {
  let lineEnd = indexOrEnd(text, '\n', start);
  for (let mark = quoteAt; mark < lineEnd;) {
    let next = mark + 1;
    if (mark === start || text.charCodeAt(mark - 1) === COMMA) {
      next = text.indexOf('"', next);
      while (next >= 0 && text.charCodeAt(next + 1) === QUOTE) next = text.indexOf('"', next + 2);
      if (next < 0) return undefined;
      next += 1;
      if (lineEnd < next) lineEnd = indexOrEnd(text, '\n', next);
    }
    mark = indexOrEnd(text, '"', next);
  }
  return Math.min(lineEnd + 1, text.length);
}

function nothing(): RecordSpans {
  return { bytes: Buffer.alloc(0), starts: [], ends: [] };
}

function indexOrEnd(text: string, what: string, from: number): number {
  const index = text.indexOf(what, from);
  return index < 0 ? text.length : index;
}
