/**
 * Where the records of a CSV begin and end, in chunks cut anywhere: by the rules of the reader, on the
 * bytes themselves. All marks of CSV are ASCII, so the bytes are looked at as Latin-1 text.
 */
import { beforeLineEnd, scanQuotedRecord } from './csv-quoted.ts';

const LF = 0x0a;
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
  /** A record that goes on is not scanned again before its bytes have doubled: linear over all. */
  #scanAtBytes = 0;
  #isAtStart = true;

  /** Bytes held back because their record has not ended. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Takes the chunk over: the caller does not write to it again. */
  push(chunk: Uint8Array): RecordSpans {
    this.#pending.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.#pendingBytes += chunk.byteLength;
    if (this.#pendingBytes < this.#scanAtBytes) return nothing();
    const bytes = Buffer.concat(this.#pending);
    return this.#scan(bytes, bytes.lastIndexOf(LF) + 1, false);
  }

  /** The file is at its end: what is pending is the last record. */
  end(): RecordSpans {
    const bytes = Buffer.concat(this.#pending);
    return this.#scan(bytes, bytes.length, true);
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
        const record = scanQuotedRecord(text, at, ',', final);
        if (record === undefined) break;
        at = record.next;
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

function nothing(): RecordSpans {
  return { bytes: Buffer.alloc(0), starts: [], ends: [] };
}

function indexOrEnd(text: string, what: string, from: number): number {
  const index = text.indexOf(what, from);
  return index < 0 ? text.length : index;
}
