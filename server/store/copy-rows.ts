/**
 * Rows in the binary form of `COPY … FROM` (PostgreSQL, "COPY", Binary Format): each row as it is
 * added, into one buffer that is used again. Several times as fast for the database as an INSERT.
 */

/** Signature, flags, length of the header's extension. */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
/** In place of a row's count of fields, after the last row. */
const END = -1;
const LENGTH_BYTES = 4;
const BIGINT_BYTES = 8;
const FIRST_BYTES = 512 * 1024;
/** A buffer that a few long rows made larger than this is not kept. */
const KEPT_BYTES = 2 * 1024 * 1024;
const MAX_BYTES_A_UNIT = 3;
/** Shorter ASCII is copied faster one by one than by a call into native code. */
const SHORT_CHARACTERS = 64;
const TWO_TO_32 = 2 ** 32;

export class CopyRows {
  #buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #length = 0;
  #count = 0;
  readonly #fields: number;

  /** @param fields how many each row has */
  constructor(fields: number) {
    this.#fields = fields;
    this.#begin();
  }

  /** Rows added since the last `take`. */
  get count(): number {
    return this.#count;
  }

  /** How much they come to. */
  get bytes(): number {
    return this.#length;
  }

  /** Starts the next row: its fields must follow, in the order of the statement's columns. */
  row(): void {
    this.#reserve(2);
    this.#length = this.#buffer.writeInt16BE(this.#fields, this.#length);
    this.#count += 1;
  }

  /** A field of type text. */
  text(value: string): void {
    this.#reserve(LENGTH_BYTES + value.length * MAX_BYTES_A_UNIT);
    const start = this.#length + LENGTH_BYTES;
    const bytes = this.#ascii(value, start) ? value.length : this.#buffer.write(value, start);
    this.#buffer.writeInt32BE(bytes, this.#length);
    this.#length = start + bytes;
  }

  /** A field of type bigint. @param value a safe integer */
  bigint(value: number): void {
    this.#reserve(LENGTH_BYTES + BIGINT_BYTES);
    const high = Math.floor(value / TWO_TO_32);
    this.#length = this.#buffer.writeInt32BE(BIGINT_BYTES, this.#length);
    this.#length = this.#buffer.writeInt32BE(high, this.#length);
    this.#length = this.#buffer.writeUInt32BE(value - high * TWO_TO_32, this.#length);
  }

  /** A field as it is: a uuid's 16 bytes. */
  raw(value: Uint8Array): void {
    this.#reserve(LENGTH_BYTES + value.length);
    this.#length = this.#buffer.writeInt32BE(value.length, this.#length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  /** The rows so far, for `Queries.copy`; valid until the next row is added, which begins anew. */
  take(): Buffer<ArrayBuffer> {
    this.#reserve(2);
    const end = this.#buffer.writeInt16BE(END, this.#length);
    const rows = this.#buffer.subarray(0, end);
    if (this.#buffer.length > KEPT_BYTES) this.#buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
    this.#begin();
    return rows;
  }

  #begin(): void {
    this.#buffer.set(HEADER);
    this.#length = HEADER.length;
    this.#count = 0;
  }

  /** Writes the value if it is short and ASCII. */
  #ascii(value: string, start: number): boolean {
    if (value.length > SHORT_CHARACTERS) return false;
    const buffer = this.#buffer;
    for (let at = 0; at < value.length; at += 1) {
      const unit = value.charCodeAt(at);
      if (unit > 0x7f) return false;
      buffer[start + at] = unit;
    }
    return true;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/** The 16 bytes of a UUID in its text form. */
export function uuidBytes(uuid: string): Uint8Array {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}
