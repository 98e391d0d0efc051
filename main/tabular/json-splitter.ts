/**
 * Where the records of a JSON data file begin and end, found by brackets, quotes and line ends alone,
 * in chunks cut anywhere. Parses nothing: what a record says is the reader's affair.
 */

const LF = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** `{"d":[…]}`, a bare array, or one record a line (spec: "Data files"). */
type JsonForm = 'wrapped' | 'array' | 'lines';

const WRAPPED = /^[ \t\r\n]*\{[ \t\r\n]*"d"[ \t\r\n]*:[ \t\r\n]*\[/;
const ARRAY = /^[ \t\r\n]*\[/;
/** What may yet become the one or the other. */
const UNDECIDED = /^[ \t\r\n]*(?:\{[ \t\r\n]*(?:"(?:d(?:"[ \t\r\n]*(?::[ \t\r\n]*)?)?)?)?)?$/;
/** A file whose form is not clear by then holds lines. */
const HEAD_BYTES = 4096;

/** Spans follow one another without a gap, from the file's first byte (a BOM apart) to the last record's end. */
export interface JsonSpan {
  readonly bytes: Buffer;
  /** Bytes at its front that belong to no record: the file's opening, a comma, or a line end. ASCII. */
  readonly lead: number;
  /** Of the first byte, in the file. */
  readonly offset: number;
  /** Blanks alone are no record here; elsewhere they are a record that is missing. */
  readonly mayBeBlank: boolean;
}

/** How the file ended: what follows the last span, as an advance in the text. */
export interface JsonEnding {
  /** `unclosed`: the last span, if any is left, is a torn record. `trailing`: something follows the array. */
  readonly kind: 'complete' | 'unclosed' | 'trailing';
  readonly lines: number;
  /** Behind the last span, or behind the last line end when there are `lines`. */
  readonly columns: number;
}

export class JsonSplitter {
  #form: JsonForm | undefined;
  #isStarted = false;
  /** The span that has not ended yet. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #lead = 0;
  #offset = 0;

  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #isFirst = true;

  #isArrayClosed = false;
  #isWrapClosed = false;
  #isTrailing = false;
  #tailLines = 0;
  #tailColumns = 0;

  /** `lines`: the file's name says that it holds a record a line. */
  constructor(options: { readonly lines: boolean }) {
    if (options.lines) this.#form = 'lines';
  }

  /** Bytes held back because their record has not ended. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Undefined until the first bytes have told it. */
  get form(): JsonForm | undefined {
    return this.#form;
  }

  get isArrayClosed(): boolean {
    return this.#isArrayClosed;
  }

  /** Takes the chunk over: the caller does not write to it again. */
  push(chunk: Uint8Array): JsonSpan[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#isStarted) return this.#split(bytes, 0);
    this.#keep(bytes);
    return this.#start(false);
  }

  /** The file is at its end: the span that is left, whole only when `ending` says so. */
  end(): JsonSpan[] {
    const spans = this.#isStarted ? [] : this.#start(true);
    if (!this.#isArrayClosed && this.#pendingBytes > 0) {
      spans.push(this.#take(Buffer.alloc(0), this.#form === 'lines'));
    }
    return spans;
  }

  /** Known after `end`. */
  get ending(): JsonEnding {
    const isOpen =
      (this.#form !== 'lines' && !this.#isArrayClosed) ||
      (this.#form === 'wrapped' && !this.#isWrapClosed);
    const kind = this.#isTrailing ? 'trailing' : isOpen ? 'unclosed' : 'complete';
    return { kind, lines: this.#tailLines, columns: this.#tailColumns };
  }

  /** What is held back, for the place of a record that is too large. */
  peek(): { readonly bytes: Buffer; readonly lead: number } {
    return { bytes: Buffer.concat(this.#pending), lead: this.#lead };
  }

  #keep(bytes: Buffer): void {
    if (bytes.length > 0) this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
  }

  /** Nothing is split before the form is known, and whether there is a BOM. */
  #start(isFinal: boolean): JsonSpan[] {
    let head = Buffer.concat(this.#pending);
    if (head.length < BOM.length && !isFinal) return [];
    const hasBom = head.subarray(0, BOM.length).equals(BOM);
    if (hasBom) head = head.subarray(BOM.length);
    if (!this.#form) {
      const text = head.toString('latin1', 0, HEAD_BYTES);
      if (!isFinal && head.length < HEAD_BYTES && UNDECIDED.test(text)) return [];
      const opening = WRAPPED.exec(text) ?? ARRAY.exec(text);
      this.#lead = opening?.[0].length ?? 0;
      this.#form = !opening ? 'lines' : opening[0].includes('{') ? 'wrapped' : 'array';
    }
    this.#isStarted = true;
    this.#offset = hasBom ? BOM.length : 0;
    this.#pending = [];
    this.#pendingBytes = 0;
    return this.#split(head, this.#lead);
  }

  #split(bytes: Buffer, from: number): JsonSpan[] {
    if (this.#isArrayClosed) {
      this.#readTail(bytes);
      return [];
    }
    return this.#form === 'lines' ? this.#splitLines(bytes) : this.#splitArray(bytes, from);
  }

  /** JSON has no raw line end within quotes. */
  #splitLines(bytes: Buffer): JsonSpan[] {
    const spans: JsonSpan[] = [];
    let start = 0;
    for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
      spans.push(this.#take(bytes.subarray(start, at), true));
      start = at;
    }
    this.#keep(bytes.subarray(start));
    return spans;
  }

  #splitArray(bytes: Buffer, from: number): JsonSpan[] {
    const spans: JsonSpan[] = [];
    let start = 0;
    for (let at = from; at < bytes.length; at += 1) {
      const boundary = this.#boundaryAt(bytes[at] ?? 0);
      if (!boundary) continue;
      spans.push(
        this.#take(bytes.subarray(start, at), this.#isFirst && boundary === CLOSE_BRACKET),
      );
      this.#isFirst = false;
      start = at;
      if (boundary === CLOSE_BRACKET) {
        this.#isArrayClosed = true;
        this.#tailColumns = 1;
        this.#readTail(bytes.subarray(at + 1));
        return spans;
      }
    }
    this.#keep(bytes.subarray(start));
    return spans;
  }

  /** The byte itself when it is a comma between records or the end of the array, else 0. */
  #boundaryAt(byte: number): number {
    if (this.#isInString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) this.#isInString = false;
      return 0;
    }
    switch (byte) {
      case QUOTE:
        this.#isInString = true;
        return 0;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        this.#depth += 1;
        return 0;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        if (this.#depth === 0) return byte === CLOSE_BRACKET ? byte : 0;
        this.#depth -= 1;
        return 0;
      case COMMA:
        return this.#depth === 0 ? byte : 0;
      default:
        return 0;
    }
  }

  #take(last: Buffer, mayBeBlank: boolean): JsonSpan {
    const bytes = this.#pending.length === 0 ? last : Buffer.concat([...this.#pending, last]);
    const span = { bytes, lead: this.#lead, offset: this.#offset, mayBeBlank };
    this.#offset += bytes.length;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#lead = 1;
    return span;
  }

  #readTail(bytes: Buffer): void {
    for (let at = 0; at < bytes.length && !this.#isTrailing; at += 1) {
      const byte = bytes[at] ?? 0;
      const isClosing = byte === CLOSE_BRACE && this.#form === 'wrapped' && !this.#isWrapClosed;
      if (isClosing) this.#isWrapClosed = true;
      else if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== LF) {
        this.#isTrailing = true;
        return;
      }
      this.#tailColumns = byte === LF ? 0 : this.#tailColumns + 1;
      if (byte === LF) this.#tailLines += 1;
    }
  }
}
