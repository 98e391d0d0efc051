/** Seals a data file into as many messages as its limits ask for: one when it fits. Nothing half-done is left behind. */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { DataFormat } from '../../shared/domain/data-file.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { Recipient } from '../keys/recipient.ts';
import { tap } from './bytes.ts';
import type { ByteSink, ByteSource } from './bytes.ts';
import type { CompressionChoice } from './compression.ts';
import { openInput } from './input-file.ts';
import { OutputFile } from './output-file.ts';
import { PartCutter } from './part-cutter.ts';
import type { CutPart, PartLimits } from './part-cutter.ts';
import { seal } from './seal.ts';
import type { SealOutcome } from './seal.ts';
import type { SealedSize } from './sealed-size.ts';

export type { PartLimits } from './part-cutter.ts';

/** Where one sealed part goes. */
export interface PartOutput extends ByteSink {
  /** The part is whole. */
  commit(): Promise<void>;
  /** Removes it, whole or not. Never throws: it runs on the way out of another failure. */
  discard(): Promise<void>;
}

export interface SealPartsRequest {
  /** A regular file. */
  readonly inputPath: string;
  /** As the user knows it; shown in errors, and carried by the messages. */
  readonly fileName: string;
  readonly format: DataFormat;
  /** What the bytes of the input pass before they are cut: UTF-8 with commas comes out. */
  readonly transform?: (bytes: ByteSource) => ByteSource;
  /** Makes what a part is written to, from 1. How many there are is known only in the end. */
  readonly output: (number: number) => Promise<PartOutput>;
  readonly recipient: Recipient;
  readonly compress: CompressionChoice;
  readonly limits: PartLimits;
  /** An earlier attempt's cut, which stands. Its parts marked `isDelivered` are read and not sealed. */
  readonly settled?: readonly SettledPart[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: { readonly readBytes: number; readonly part: number }) => void;
}

export interface SettledPart {
  readonly rows: number;
  readonly plainSha256: string;
  readonly isDelivered: boolean;
}

export interface PlainPart {
  readonly number: number;
  readonly rows: number;
  readonly plainBytes: number;
  /** SHA-256 as lower-case hex, as all others. */
  readonly plainSha256: string;
  /** Absent for a part that was delivered before. */
  readonly sealed?: SealOutcome;
}

export interface SealedParts {
  readonly parts: readonly PlainPart[];
  /** Of the whole text that was cut: of a file that is one part the same as that part's. */
  readonly plainBytes: number;
  readonly plainSha256: string;
}

/**
 * @throws AppError the file errors of `sealFile`, what `seal` throws, RECORD_TOO_LARGE, RECORDS_TORN,
 *   RECORD_FITS_NO_PART, PARTS_DIFFER, PART_FITS_NO_MORE. The parts sealed until then are gone.
 */
export async function sealParts(request: SealPartsRequest): Promise<SealedParts> {
  const input = await openInput(request.inputPath);
  const outputs: PartOutput[] = [];
  try {
    return await new PartSealer(request, input.bytes, outputs).run();
  } catch (error) {
    for (const output of outputs) await output.discard();
    throw error;
  } finally {
    await input.close();
  }
}

/** Parts as files, each of which has its name once it is whole. */
export function partFiles(path: (number: number) => string): SealPartsRequest['output'] {
  return async (number) => {
    const file = await OutputFile.create(path(number), { overwrite: false });
    let isCommitted = false;
    return {
      write: (chunk) => file.write(chunk),
      commit: async () => {
        await file.commit();
        isCommitted = true;
      },
      discard: async () => {
        if (isCommitted) await rm(path(number), { force: true }).catch(() => undefined);
        else await file.discard();
      },
    };
  };
}

class PartSealer {
  readonly #request: SealPartsRequest;
  readonly #cutter: PartCutter;
  readonly #outputs: PartOutput[];
  readonly #whole = createHash('sha256');
  #wholeBytes = 0;
  #readBytes = 0;

  constructor(request: SealPartsRequest, bytes: ByteSource, outputs: PartOutput[]) {
    this.#request = request;
    this.#outputs = outputs;
    const read = tap(bytes, (chunk) => (this.#readBytes += chunk.length));
    const text = request.transform ? request.transform(read) : read;
    this.#cutter = new PartCutter({
      ...request,
      source: tap(text, (chunk) => {
        this.#whole.update(chunk);
        this.#wholeBytes += chunk.length;
      }),
      rowsOfParts: request.settled?.map(({ rows }) => rows),
    });
  }

  async run(): Promise<SealedParts> {
    const { settled, fileName } = this.#request;
    const parts: PlainPart[] = [];
    do {
      const known = settled?.[parts.length];
      if (settled && !known) throw new AppError('PARTS_DIFFER', { file: fileName });
      const part = known?.isDelivered ? await this.#readPart() : await this.#sealPart();
      if (known && known.plainSha256 !== part.plainSha256) {
        throw new AppError('PARTS_DIFFER', { file: fileName });
      }
      parts.push(part);
    } while (!this.#cutter.isAtEnd);
    if (settled && settled.length !== parts.length) {
      throw new AppError('PARTS_DIFFER', { file: fileName });
    }
    return { parts, plainBytes: this.#wholeBytes, plainSha256: this.#whole.digest('hex') };
  }

  async #readPart(): Promise<PlainPart> {
    const { signal, fileName } = this.#request;
    const hash = createHash('sha256');
    let plainBytes = 0;
    for await (const chunk of this.#cutter.nextPart()) {
      if (signal?.aborted) throw new AppError('CANCELLED', { file: fileName });
      hash.update(chunk);
      plainBytes += chunk.length;
      this.#report();
    }
    const { number, rows } = this.#cutter.part;
    return { number, rows, plainBytes, plainSha256: hash.digest('hex') };
  }

  async #sealPart(): Promise<PlainPart> {
    const { fileName, recipient, compress, limits, signal, settled } = this.#request;
    const output = await this.#request.output(this.#cutter.part.number + 1);
    this.#outputs.push(output);
    const source = (size: SealedSize): ByteSource =>
      this.#cutter.nextPart(settled ? undefined : size);
    const onProgress = (): void => this.#report();
    const how = { fileName, recipient, compress, limitBytes: limits.sealedBytes };
    const sealed = await seal({ source, ...how, ...(signal && { signal }), onProgress }, output);
    const { part } = this.#cutter;
    this.#refuseSize(part, sealed, settled?.length);
    await output.commit();
    const { plainBytes, plainSha256 } = sealed;
    return { number: part.number, rows: part.rows, plainBytes, plainSha256, sealed };
  }

  /** `settledParts`: where the cut stands, which may have been made for another limit or compression. */
  #refuseSize(part: CutPart, sealed: SealOutcome, settledParts: number | undefined): void {
    const { number, rows, firstRow, firstLine } = part;
    const { fileName: file, limits } = this.#request;
    const fits = sealed.sealedBytes < limits.sealedBytes && sealed.plainBytes <= limits.openedBytes;
    if (fits) return;
    const { sealedBytes, plainBytes } = sealed;
    const sizes = { sealedBytes, plainBytes, limitBytes: limits.sealedBytes };
    if (settledParts !== undefined) {
      const counted = { part: number, parts: settledParts };
      throw new AppError('PART_FITS_NO_MORE', { file, ...counted, ...sizes });
    }
    if (rows > 1) throw new Error('a part was cut too large');
    throw new AppError('RECORD_FITS_NO_PART', { file, row: firstRow, line: firstLine, ...sizes });
  }

  #report(): void {
    const { number } = this.#cutter.part;
    this.#request.onProgress?.({ readBytes: this.#readBytes, part: number });
  }
}
