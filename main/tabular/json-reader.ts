/**
 * JSON data files from bytes to records (RFC 8259; UTF-8; BOM dropped) with their places, fed in
 * chunks cut anywhere. Never holds more than one record beyond the chunk in hand; knows no manifest.
 */
import { isAscii, isUtf8 } from 'node:buffer';
import { LIMITS } from '../../shared/domain/manifest.ts';
import { AppError } from '../../shared/errors/index.ts';
import { JsonSyntaxError, parseJsonRecord, type JsonMember } from './json-parser.ts';
import { JsonSplitter, type JsonEnding, type JsonSpan } from './json-splitter.ts';
import { invalidUtf8Offset } from './utf8.ts';

/**
 * What is wrong with a record itself, the first kind that applies in this order. `damaged`: the
 * file's brackets are, and no reader takes any of it.
 */
export type JsonFault =
  | {
      readonly kind: 'encoding';
      /** Of the first wrong byte, from 0. */ readonly byteOffset: number;
    }
  | { readonly kind: 'nul' }
  | {
      readonly kind: 'syntax' | 'damaged';
      /** A whole sentence without values from the file. */
      readonly message: string;
      /** Both from 1, columns in UTF-16 units. */
      readonly line: number;
      readonly column: number;
    };

export interface JsonRec {
  /** The first record is 1. A fault behind the last record has the last record's row. */
  readonly row: number;
  /** Where the record begins, both from 1, columns in UTF-16 units. Each LF ends a line. */
  readonly line: number;
  readonly column: number;
  /** Empty when there is a fault. Texts may be slices that keep a block of the file in memory. */
  readonly members: readonly JsonMember[];
  readonly fault?: JsonFault;
  /** The record as written, where the reader was asked to keep it. */
  readonly text?: string;
}

export interface JsonReaderOptions {
  /** Shown in errors. */
  readonly fileName: string;
  /** The name says that each line is a record; else the first bytes tell the form. */
  readonly lines: boolean;
  /** Bytes of one record with the blanks around it. */
  readonly maxRecordBytes?: number;
  /** Hands on each record's text, too. Default: false. */
  readonly keepText?: boolean | undefined;
}

const NO_MEMBERS: readonly JsonMember[] = [];

/** Feed it with `push`, finish with `end`; each hands back the records completed so far. Throws RECORD_TOO_LARGE. */
export class JsonReader {
  readonly #fileName: string;
  readonly #maxRecordBytes: number;
  readonly #keepText: boolean;
  readonly #splitter: JsonSplitter;
  #row = 0;
  #line = 1;
  #column = 1;

  constructor(options: JsonReaderOptions) {
    this.#fileName = options.fileName;
    this.#maxRecordBytes = options.maxRecordBytes ?? LIMITS.recordBytes;
    this.#keepText = options.keepText ?? false;
    this.#splitter = new JsonSplitter({ lines: options.lines });
  }

  /** Takes the chunk over: the caller does not write to it again. */
  push(chunk: Uint8Array): JsonRec[] {
    const records = this.#readAll(this.#splitter.push(chunk));
    if (this.#splitter.pendingBytes > this.#maxRecordBytes) {
      const { bytes, lead } = this.#splitter.peek();
      if (bytes.length - lead > this.#maxRecordBytes) throw this.#tooLarge(bytes, lead);
    }
    return records;
  }

  end(): JsonRec[] {
    const spans = this.#splitter.end();
    const { ending } = this.#splitter;
    if (ending.kind === 'complete') return this.#readAll(spans);
    const torn = ending.kind === 'unclosed' ? spans.pop() : undefined;
    const records = this.#readAll(spans);
    records.push(torn ? this.#tornRecord(torn) : this.#faultBehind(ending));
    return records;
  }

  #readAll(spans: readonly JsonSpan[]): JsonRec[] {
    const records: JsonRec[] = [];
    for (const span of spans) {
      if (span.bytes.length - span.lead > this.#maxRecordBytes) {
        throw this.#tooLarge(span.bytes, span.lead);
      }
      const text = decode(span.bytes);
      const start = endOfBlanks(text, span.lead);
      this.#advance(text, 0, start);
      if (start < text.length || !span.mayBeBlank) records.push(this.#record(span, text, start));
      this.#advance(text, start, text.length);
    }
    return records;
  }

  #record(span: JsonSpan, text: string, start: number): JsonRec {
    this.#row += 1;
    const place = {
      ...{ row: this.#row, line: this.#line, column: this.#column },
      ...(this.#keepText ? { text: text.slice(start).trimEnd() } : {}),
    };
    const fault = encodingFault(span) ?? nulFault(text);
    if (fault) return { ...place, members: NO_MEMBERS, fault };
    try {
      return { ...place, members: parseJsonRecord(text, start) };
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error;
      const at = placeIn(text, start, error.offset, place);
      const syntax: JsonFault = { kind: 'syntax', message: error.message, ...at };
      return { ...place, members: NO_MEMBERS, fault: syntax };
    }
  }

  /** What is left of a file that ends within its array: told where the torn record begins. */
  #tornRecord(span: JsonSpan): JsonRec {
    const text = decode(span.bytes);
    const start = endOfBlanks(text, span.lead);
    this.#advance(text, 0, start);
    if (start < text.length) this.#row += 1;
    const fault = encodingFault(span);
    return fault
      ? { row: this.#row, line: this.#line, column: this.#column, members: NO_MEMBERS, fault }
      : this.#damaged('The file ends before its brackets are closed.');
  }

  #faultBehind({ kind, lines, columns }: JsonEnding): JsonRec {
    this.#column = lines > 0 ? columns + 1 : this.#column + columns;
    this.#line += lines;
    return this.#damaged(
      kind === 'trailing'
        ? 'Nothing may follow the array of records.'
        : 'The file ends before its brackets are closed.',
    );
  }

  #damaged(message: string): JsonRec {
    const place = { line: this.#line, column: this.#column };
    const fault: JsonFault = { kind: 'damaged', message, ...place };
    return { row: this.#row, ...place, members: NO_MEMBERS, fault };
  }

  /** Moves the place over `text` from `from` to `to`. */
  #advance(text: string, from: number, to: number): void {
    let lineStart = -1;
    for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) {
      this.#line += 1;
      lineStart = at + 1;
    }
    this.#column = lineStart < 0 ? this.#column + to - from : to - lineStart + 1;
  }

  #tooLarge(bytes: Buffer, lead: number): AppError {
    const text = bytes.toString('latin1');
    this.#advance(text, 0, endOfBlanks(text, lead));
    const limitBytes = this.#maxRecordBytes;
    return new AppError('RECORD_TOO_LARGE', { file: this.#fileName, line: this.#line, limitBytes });
  }
}

/** Where an offset lies in a text that begins at `place`. */
function placeIn(
  text: string,
  start: number,
  offset: number,
  place: { readonly line: number; readonly column: number },
): { line: number; column: number } {
  const lines = text.slice(start, offset).split('\n');
  const columns = lines.at(-1)?.length ?? 0;
  return lines.length === 1
    ? { line: place.line, column: place.column + columns }
    : { line: place.line + lines.length - 1, column: columns + 1 };
}

function decode(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
}

function encodingFault({ bytes, offset }: JsonSpan): JsonFault | undefined {
  return isUtf8(bytes)
    ? undefined
    : { kind: 'encoding', byteOffset: offset + invalidUtf8Offset(bytes) };
}

function nulFault(text: string): JsonFault | undefined {
  return text.includes('\0') ? { kind: 'nul' } : undefined;
}

function endOfBlanks(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x09 && code !== 0x0d && code !== 0x0a) break;
  }
  return at;
}
