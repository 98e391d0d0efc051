/**
 * JSON data files cut into records without reading the whole: `{"d":[…]}`, a bare array, or one
 * object a line. A record is handed on as text; what it says is `json-rows`'s affair.
 */
import { FileFailure } from '../failure.ts';
import { utf8Only } from './csv-reader.ts';

export interface JsonRecord {
  /** The first record is 1. */
  readonly row: number;
  /** Line of the file on which the record starts, from 1. */
  readonly line: number;
  readonly text: string;
}

const WRAPPED = /^[ \t\r\n]*\{[ \t\r\n]*"d"[ \t\r\n]*:[ \t\r\n]*\[/;
const ARRAY = /^[ \t\r\n]*\[/;
/** What JSON calls blank (RFC 8259, 2). JavaScript's own `trim` takes more. */
const BLANKS = /^[ \t\r\n]*/;
/** How much of a file is looked at to tell its form. */
const HEAD_CHARACTERS = 4096;

/**
 * As many records at a time as became whole together.
 * @throws FileFailure TOO_LARGE, DAMAGED, and whatever `source` throws.
 */
export async function* readJson(
  source: AsyncIterable<Uint8Array>,
  options: { lines: boolean; recordBytes: number },
): AsyncGenerator<readonly JsonRecord[]> {
  const chunks = decode(utf8Only(source));
  let head = '';
  while (head.length < HEAD_CHARACTERS) {
    const next = await chunks.next();
    if (next.done) break;
    head += next.value;
  }
  // Not the chunk's size but this bound decides how far the form is looked for.
  const looked = head.slice(0, HEAD_CHARACTERS);
  const start = options.lines ? undefined : (WRAPPED.exec(looked) ?? ARRAY.exec(looked));
  const cutter: Cutter = start
    ? new ArrayCutter(options.recordBytes, start[0].includes('{'))
    : new LineCutter(options.recordBytes);
  cutter.skip(start?.[0] ?? '');
  yield [...cutter.push(head.slice(start?.[0].length ?? 0))];
  for await (const chunk of chunks) yield [...cutter.push(chunk)];
  yield [...cutter.end()];
}

async function* decode(source: AsyncIterable<Buffer>): AsyncGenerator<string, undefined> {
  // Drops a byte order mark, as the CSV reader does.
  const decoder = new TextDecoder('utf-8');
  for await (const chunk of source) yield decoder.decode(chunk, { stream: true });
  return undefined;
}

interface Cutter {
  /** Counts the lines of text that belongs to no record. */
  skip(text: string): void;
  push(chunk: string): Iterable<JsonRecord>;
  end(): Iterable<JsonRecord>;
}

/** What both forms share: numbering, and the bound on one record. */
abstract class RecordCutter {
  readonly #recordBytes: number;
  #row = 0;
  #line = 1;
  #startLine = 1;
  #parts: string[] = [];
  #bytes = 0;
  #hasBegun = false;

  constructor(recordBytes: number) {
    this.#recordBytes = recordBytes;
  }

  skip(text: string): void {
    this.#line += countLines(text);
  }

  /** Whether the record in hand is more than blanks. */
  protected get hasBegun(): boolean {
    return this.#hasBegun;
  }

  protected add(text: string): void {
    if (!this.#hasBegun) {
      const blanks = BLANKS.exec(text)![0];
      this.#startLine = this.#line + countLines(blanks);
      this.#hasBegun = blanks.length < text.length;
    }
    this.#parts.push(text);
    this.#bytes += Buffer.byteLength(text);
    this.skip(text);
    if (this.#bytes > this.#recordBytes) {
      throw new FileFailure('TOO_LARGE', 'A record is larger than the platform takes.', {
        line: this.#startLine,
      });
    }
  }

  protected take(): JsonRecord {
    const text = trimBlanks(this.#parts.join(''));
    this.drop();
    this.#row += 1;
    return { row: this.#row, line: this.#startLine, text };
  }

  protected drop(): void {
    this.#parts = [];
    this.#bytes = 0;
    this.#hasBegun = false;
  }

  protected failAtLine(message: string): never {
    throw new FileFailure('DAMAGED', `${message} (line ${this.#line})`, { line: this.#line });
  }
}

/** JSON text holds no raw line break inside a value's quotes: a line is a record. */
class LineCutter extends RecordCutter implements Cutter {
  *push(chunk: string): Iterable<JsonRecord> {
    const lines = chunk.split('\n');
    for (const [index, line] of lines.entries()) {
      const isComplete = index < lines.length - 1;
      this.add(line);
      if (!isComplete) return;
      if (this.hasBegun) yield this.take();
      else this.drop();
      this.skip('\n');
    }
  }

  *end(): Iterable<JsonRecord> {
    if (this.hasBegun) yield this.take();
  }
}

/** The elements of one array, found by their brackets and quotes alone. */
class ArrayCutter extends RecordCutter implements Cutter {
  readonly #wrapped: boolean;
  #state: 'elements' | 'after' | 'closed' = 'elements';
  #depth = 0;
  #inString = false;
  #escaped = false;
  #anyComma = false;

  constructor(recordBytes: number, wrapped: boolean) {
    super(recordBytes);
    this.#wrapped = wrapped;
  }

  *push(chunk: string): Iterable<JsonRecord> {
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const char = chunk[at]!;
      if (this.#state !== 'elements') {
        this.#afterArray(char);
        from = at + 1;
      } else if (this.#isBoundary(char)) {
        this.add(chunk.slice(from, at));
        from = at + 1;
        const isEmptyArray = char === ']' && !this.#anyComma && !this.hasBegun;
        if (!isEmptyArray) yield this.take();
        this.#anyComma = true;
        if (char === ']') this.#state = 'after';
      }
    }
    if (this.#state === 'elements') this.add(chunk.slice(from));
  }

  end(): Iterable<JsonRecord> {
    if (this.#state === 'elements' || (this.#wrapped && this.#state === 'after')) {
      this.failAtLine('The JSON ends before its brackets are closed.');
    }
    return [];
  }

  /** A comma between elements, or the end of the array. */
  #isBoundary(char: string): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (char === '\\') this.#escaped = true;
      else if (char === '"') this.#inString = false;
      return false;
    }
    if (char === '"') this.#inString = true;
    else if (char === '{' || char === '[') this.#depth += 1;
    else if (this.#depth > 0 && (char === '}' || char === ']')) this.#depth -= 1;
    else return this.#depth === 0 && (char === ',' || char === ']');
    return false;
  }

  #afterArray(char: string): void {
    if (isBlank(char)) {
      this.skip(char);
      return;
    }
    if (!this.#wrapped || this.#state === 'closed' || char !== '}') {
      this.failAtLine('There is text after the array of records.');
    }
    this.#state = 'closed';
  }
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

function trimBlanks(text: string): string {
  const start = BLANKS.exec(text)![0].length;
  let end = text.length;
  while (end > start && isBlank(text[end - 1]!)) end -= 1;
  return text.slice(start, end);
}

function isBlank(char: string): boolean {
  return char === ' ' || char === '\t' || char === '\r' || char === '\n';
}
