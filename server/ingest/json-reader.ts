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

const WRAPPED = /^\s*\{\s*"d"\s*:\s*\[/;
const ARRAY = /^\s*\[/;
/** How much of a file is looked at to tell its form. */
const HEAD_CHARACTERS = 4096;

/** @throws FileFailure TOO_LARGE, DAMAGED, and whatever `source` throws. */
export async function* readJson(
  source: AsyncIterable<Uint8Array>,
  options: { lines: boolean; recordBytes: number },
): AsyncGenerator<JsonRecord> {
  const chunks = decode(utf8Only(source));
  let head = '';
  while (head.length < HEAD_CHARACTERS) {
    const next = await chunks.next();
    if (next.done) break;
    head += next.value;
  }
  const start = options.lines ? undefined : (WRAPPED.exec(head) ?? ARRAY.exec(head));
  const cutter: Cutter = start
    ? new ArrayCutter(options.recordBytes, start[0].includes('{'))
    : new LineCutter(options.recordBytes);
  cutter.skip(start?.[0] ?? '');
  yield* cutter.push(head.slice(start?.[0].length ?? 0));
  for await (const chunk of chunks) yield* cutter.push(chunk);
  yield* cutter.end();
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
  protected pending = '';

  constructor(recordBytes: number) {
    this.#recordBytes = recordBytes;
  }

  skip(text: string): void {
    for (const char of text) if (char === '\n') this.#line += 1;
  }

  protected add(text: string): void {
    if (this.pending.trim() === '') {
      const blank = /^\s*/.exec(text)![0];
      this.#startLine = this.#line + countLines(blank);
    }
    this.pending += text;
    this.skip(text);
    if (this.pending.length > this.#recordBytes) {
      throw new FileFailure('TOO_LARGE', 'A record is larger than the platform takes.', {
        line: this.#startLine,
      });
    }
  }

  protected take(): JsonRecord {
    const text = this.pending.trim();
    this.pending = '';
    this.#row += 1;
    return { row: this.#row, line: this.#startLine, text };
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
      if (this.pending.trim() !== '') yield this.take();
      this.pending = '';
      this.skip('\n');
    }
  }

  *end(): Iterable<JsonRecord> {
    if (this.pending.trim() !== '') yield this.take();
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
        const isEmptyArray = char === ']' && !this.#anyComma && this.pending.trim() === '';
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
    if (/\s/.test(char)) return;
    if (!this.#wrapped || this.#state === 'closed' || char !== '}') {
      this.failAtLine('There is text after the array of records.');
    }
    this.#state = 'closed';
  }
}

function countLines(text: string): number {
  return text.split('\n').length - 1;
}
