/** Where the records of a CSV begin and end, in chunks cut anywhere: by the rules of the reader, on the bytes themselves. */
import { release } from '../seal/recycle.ts';
import { SLACK_BYTES } from './sound-row.ts';

const LF = 0x0a;
const CR = 0x0d;
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

  /** What is pending, the chunk behind it, in memory of its own, with zeros behind its end. */
  #joined(chunk: Uint8Array): Buffer {
    const bytes = Buffer.allocUnsafeSlow(this.#pendingBytes + SLACK_BYTES);
    let at = 0;
    for (const piece of [...this.#pending, chunk]) {
      bytes.set(piece, at);
      at += piece.length;
    }
    bytes.fill(0, at);
    release(this.#lent);
    this.#lent = bytes;
    return bytes.subarray(0, at);
  }

  #scan(bytes: Buffer, usable: number, final: boolean): RecordSpans {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length + SLACK_BYTES);
    const starts: number[] = [];
    const ends: number[] = [];
    const hasBom = this.#isAtStart && bytes.subarray(0, BOM.length).equals(BOM);
    let at = hasBom ? BOM.length : 0;
    while (at < usable) {
      const start = at;
      const end = recordEnd(view, start, usable);
      if (end === undefined && !final) break;
      at = end ?? usable;
      if (isBlank(view, start, at)) continue;
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
 * Just behind the line end of the record that begins at `start`; undefined when the bytes end within quotation
 * marks. A mark opens a quoted cell only where a cell begins; elsewhere it is a fault that the check tells about,
 * and ends nothing. Looks at four bytes at a time, as `SoundRow.scan` does.
 */
function recordEnd(view: DataView, start: number, end: number): number | undefined {
  // Within the function for the reason that is told there.
  const aboveQuote = 0x23232323;
  const high = 0x80808080 | 0;
  let isQuoted = false;
  for (let at = start; at < end;) {
    const word = view.getInt32(at, true);
    const below = (word - aboveQuote) & ~word & high;
    at += below === 0 ? 4 : (31 - Math.clz32(below & -below)) >> 3;
    if (below === 0 || at >= end) continue;
    const byte = view.getUint8(at);
    if (byte === LF && !isQuoted) return at + 1;
    if (byte === QUOTE) {
      if (!isQuoted) isQuoted = at === start || view.getUint8(at - 1) === COMMA;
      else if (at + 1 < end && view.getUint8(at + 1) === QUOTE) at += 1;
      else isQuoted = false;
    }
    at += 1;
  }
  return isQuoted ? undefined : end;
}

/** A line with nothing in it. */
function isBlank(view: DataView, start: number, end: number): boolean {
  const first = view.getUint8(start);
  if (first === LF) return true;
  return first === CR && end === start + 2 && view.getUint8(start + 1) === LF;
}

function nothing(): RecordSpans {
  return { bytes: Buffer.alloc(0), starts: [], ends: [] };
}
