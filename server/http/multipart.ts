/**
 * A multipart form with one file at its end, read as it comes: fields first, so that they can be judged
 * before the first byte of the file is looked at.
 */
import { once } from 'node:events';
import { Busboy } from '@fastify/busboy';
import type { BusboyFileStream, BusboyInstance } from '@fastify/busboy';
import { SdsFailure } from '../sds/failure.ts';

const LIMITS = {
  fields: 20,
  fieldSize: 64 * 1024,
  fieldNameSize: 100,
  headerPairs: 20,
  headerSize: 16 * 1024,
  files: 1,
};
/** Encodings under which the bytes of a part are the file's own. */
const PLAIN_ENCODINGS: readonly string[] = ['7bit', '8bit', 'binary'];

export interface Form {
  readonly fields: ReadonlyMap<string, string>;
  /** As the client named it, which may be a path. */
  readonly fileName: string | undefined;
  /** Ends when the whole form was as it should be. @throws SdsFailure UPLOAD_BROKEN, and what `body` throws */
  readonly content: AsyncIterable<Buffer>;
  /** Reads no further: for when the file is not wanted. */
  abandon(): void;
}

/**
 * Reads until the file begins.
 * @throws SdsFailure UPLOAD_BROKEN, REQUEST_INVALID; what `body` throws
 */
export function openForm(body: AsyncIterable<Buffer>, contentType: string): Promise<Form> {
  return new FormReader(makeParser(contentType)).open(body);
}

function makeParser(contentType: string): BusboyInstance {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits: LIMITS,
      preservePath: true,
    });
  } catch {
    throw broken('The Content-Type of the form names no boundary.');
  }
}

class FormReader {
  readonly #parser: BusboyInstance;
  readonly #fields = new Map<string, string>();
  #file: BusboyFileStream | undefined;
  /** Rejects with the first thing that is wrong. */
  readonly #fault: Promise<never>;
  #raise: (error: unknown) => void = () => undefined;

  constructor(parser: BusboyInstance) {
    this.#parser = parser;
    this.#fault = new Promise((_, reject) => {
      this.#raise = (error) => {
        const fault = error instanceof Error ? error : new Error('The form was given up');
        this.#file?.destroy(fault);
        reject(fault);
      };
    });
    // Whoever is waiting hears of it; when nobody is, the form was given up.
    this.#fault.catch(() => undefined);
  }

  async open(body: AsyncIterable<Buffer>): Promise<Form> {
    const parser = this.#parser;
    parser.on('error', () => this.#raise(broken('The form is not whole, or not well-formed.')));
    parser.on('field', (name, value, _nameCut, isCut) => this.#takeField(name, value, isCut));
    parser.on('filesLimit', () => this.#raise(broken('A form brings one file.')));
    parser.on('fieldsLimit', () => this.#raise(broken(`At most ${LIMITS.fields} fields.`)));
    const ended = once(parser, 'finish');
    ended.catch(() => undefined);
    const opened = new Promise<Omit<Form, 'content' | 'abandon'>>((resolve) => {
      parser.on('file', (_name, stream, fileName, encoding) => {
        this.#file = stream;
        stream.on('error', () => undefined);
        if (!PLAIN_ENCODINGS.includes(encoding)) {
          this.#raise(broken('Send the file as it is, without a Content-Transfer-Encoding.'));
        }
        resolve({ fields: this.#fields, fileName });
      });
    });
    this.#pump(body).catch((error: unknown) => this.#raise(error));
    const noFile = ended.then(() => {
      throw broken('The form ends without a file.');
    });
    noFile.catch(() => undefined);
    const form = await Promise.race([opened, noFile, this.#fault]);
    return {
      ...form,
      content: this.#content(ended),
      abandon: () => this.#raise(new Error('The form was given up')),
    };
  }

  #takeField(name: string | undefined, value: string, isCut: boolean): void {
    if (this.#file) this.#raise(broken('The file must be the last part of the form.'));
    else if (isCut) this.#raise(broken('A field of the form is too long.'));
    else if (name === undefined) this.#raise(broken('A field of the form has no name.'));
    else if (this.#fields.has(name)) this.#raise(broken('A field of the form is there twice.'));
    else this.#fields.set(name, value);
  }

  async #pump(body: AsyncIterable<Buffer>): Promise<void> {
    for await (const bytes of body) {
      if (this.#parser.write(bytes)) continue;
      await Promise.race([once(this.#parser, 'drain'), this.#fault]);
    }
    this.#parser.end();
  }

  async *#content(ended: Promise<unknown>): AsyncGenerator<Buffer> {
    try {
      for await (const bytes of this.#file!) yield bytes as Buffer;
    } catch (error) {
      await Promise.race([this.#fault, Promise.resolve()]);
      throw error;
    }
    // After the file nothing but the end of the form may come.
    await Promise.race([ended, this.#fault]);
  }
}

function broken(description: string): SdsFailure {
  return new SdsFailure('UPLOAD_BROKEN', description);
}
