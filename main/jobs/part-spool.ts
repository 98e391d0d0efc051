/**
 * The sealed parts of one delivery on this machine, each a file that can be read while it is written: the sealer
 * fills it, and the upload follows, at its own pace and as often as it must begin anew. Only when all parts are
 * whole are they of use to a later attempt: what a crash leaves of a half one cannot be gone on with, since its
 * session key is gone.
 */
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import type { UploadSource } from '../delivery/upload-source.ts';
import { syncFolder } from '../platform/atomic-file.ts';
import { readError, writeError } from '../platform/file-errors.ts';
import { writeWhole } from '../seal/output-file.ts';
import type { PartOutput } from '../seal/seal-parts.ts';
import type { SendPlan } from './send-plan.ts';

type SpoolPlace = Pick<SendPlan, 'spoolDir' | 'jobId'>;

/** Wakes whoever waits for the next change. */
export class Change {
  #waiting: (() => void)[] = [];

  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  tell(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

export class PartSpool {
  readonly #place: SpoolPlace;
  readonly #expectedBytes: number;
  /** In the order in which they were begun. */
  readonly #parts: SpooledPart[] = [];
  readonly #change = new Change();
  #isOver = false;

  private constructor(place: SpoolPlace, expectedBytes: number) {
    this.#place = place;
    this.#expectedBytes = expectedBytes;
  }

  /**
   * An empty spool.
   * @param expectedBytes to which a part will grow at most, roughly
   */
  static async open(place: SpoolPlace, expectedBytes: number): Promise<PartSpool> {
    await discardSpool(place);
    await mkdir(place.spoolDir, { recursive: true, mode: 0o700 });
    return new PartSpool(place, expectedBytes);
  }

  /** The whole parts of an earlier attempt; undefined: one of them is missing, or is not what was noted of it. */
  static async reopen(
    place: SpoolPlace,
    files: readonly SpooledFile[],
  ): Promise<PartSpool | undefined> {
    const spool = new PartSpool(place, 0);
    for (const { part, sizeBytes } of files) {
      const path = spoolPath(place, part);
      const found = await stat(path).catch(() => undefined);
      if (!found?.isFile() || found.size !== sizeBytes) return undefined;
      spool.#parts.push(SpooledPart.whole(path, part, sizeBytes));
    }
    spool.end();
    return spool;
  }

  /**
   * Resolves when all parts that are there are on the disk, so that a crash, or the loss of power, leaves them.
   * @throws AppError DISK_FULL, FILE_NOT_WRITABLE
   */
  async sync(): Promise<readonly SpooledFile[]> {
    const files: SpooledFile[] = [];
    for (const part of this.#parts) {
      if (!part.isWhole) continue;
      await flush(part.path);
      files.push({ part: part.number, sizeBytes: part.sizeBytes });
    }
    await syncFolder(this.#place.spoolDir);
    return files;
  }

  /** @param number from 1. @throws AppError DISK_FULL, FILE_NOT_WRITABLE */
  async begin(number: number): Promise<SpooledPart> {
    const part = await SpooledPart.create(
      spoolPath(this.#place, number),
      number,
      this.#expectedBytes,
    );
    this.#parts.push(part);
    this.#change.tell();
    return part;
  }

  /** No further part begins: all are sealed, or sealing has failed. */
  end(): void {
    this.#isOver = true;
    this.#change.tell();
  }

  /** The parts as they are begun; over when sealing is. */
  async *parts(): AsyncGenerator<SpooledPart> {
    for (let next = 0; ;) {
      const part = this.#parts[next];
      if (part) {
        next += 1;
        yield part;
      } else if (this.#isOver) return;
      else await this.#change.wait();
    }
  }

  /** What is written of all parts and was not read yet; undefined while none of them has been read. */
  get backlogBytes(): number | undefined {
    if (this.#parts.every(({ readBytes }) => readBytes === 0)) return undefined;
    return this.#parts.reduce((sum, { sizeBytes, readBytes }) => sum + sizeBytes - readBytes, 0);
  }

  part(number: number): SpooledPart | undefined {
    return this.#parts.find((part) => part.number === number);
  }

  path(number: number): string {
    return spoolPath(this.#place, number);
  }
}

/** A whole part as it lies in the spool. */
interface SpooledFile {
  /** From 1. */
  readonly part: number;
  readonly sizeBytes: number;
}

/** One part: written once, read as it grows. */
export class SpooledPart implements PartOutput {
  readonly number: number;
  readonly path: string;
  /** Undefined: it was written by an earlier attempt. */
  readonly #handle: FileHandle | undefined;
  readonly #expectedBytes: number;
  readonly #change = new Change();
  #bytes = 0;
  #readBytes = 0;
  #state: 'growing' | 'whole' | 'gone' = 'growing';

  private constructor(
    handle: FileHandle | undefined,
    path: string,
    number: number,
    expectedBytes: number,
  ) {
    this.#handle = handle;
    this.path = path;
    this.number = number;
    this.#expectedBytes = expectedBytes;
  }

  static async create(path: string, number: number, expectedBytes: number): Promise<SpooledPart> {
    try {
      return new SpooledPart(await open(path, 'wx', 0o600), path, number, expectedBytes);
    } catch (error) {
      throw writeError(path, error);
    }
  }

  static whole(path: string, number: number, sizeBytes: number): SpooledPart {
    const part = new SpooledPart(undefined, path, number, sizeBytes);
    part.#bytes = sizeBytes;
    part.#state = 'whole';
    return part;
  }

  get isWhole(): boolean {
    return this.#state === 'whole';
  }

  /** So far. */
  get sizeBytes(): number {
    return this.#bytes;
  }

  /** How far the source made last was read. */
  get readBytes(): number {
    return this.#readBytes;
  }

  /** @throws AppError DISK_FULL, FILE_NOT_WRITABLE */
  async write(chunk: Uint8Array): Promise<void> {
    if (!this.#handle) throw new Error('a whole part is written to');
    try {
      await writeWhole(this.#handle, chunk);
    } catch (error) {
      throw writeError(this.path, error);
    }
    this.#bytes += chunk.length;
    this.#change.tell();
  }

  /** @throws AppError DISK_FULL, FILE_NOT_WRITABLE */
  async commit(): Promise<void> {
    try {
      await this.#handle?.close();
    } catch (error) {
      throw writeError(this.path, error);
    }
    this.#state = 'whole';
    this.#change.tell();
  }

  /** Removes it. Whoever follows it fails with CANCELLED. */
  async discard(): Promise<void> {
    this.#state = 'gone';
    this.#change.tell();
    await this.#handle?.close().catch(() => undefined);
    await rm(this.path, { force: true }).catch(() => undefined);
  }

  /**
   * The part from its beginning; `read` waits until there is as much as the buffer holds, or the part is whole.
   * @throws AppError FILE_NOT_FOUND, FILE_NOT_READABLE; from `read` CANCELLED, FILE_NOT_READABLE
   */
  async source(): Promise<UploadSource> {
    const handle = await open(this.path, 'r').catch((error: unknown) => {
      throw readError(this.path, error);
    });
    let position = 0;
    const totalBytes = (): number =>
      this.#state === 'whole' ? this.#bytes : Math.max(this.#bytes, this.#expectedBytes);
    return {
      get totalBytes() {
        return totalBytes();
      },
      read: async (into) => {
        const wanted = await this.#available(position, into.length);
        const { bytesRead } = await handle.read(into, 0, wanted, position).catch((error) => {
          throw readError(this.path, error);
        });
        position += bytesRead;
        this.#readBytes = position;
        return bytesRead;
      },
      close: () => handle.close(),
    };
  }

  /** How many bytes behind `position` may be read now: `wanted`, or all that are left of a whole part. */
  async #available(position: number, wanted: number): Promise<number> {
    for (;;) {
      if (this.#state === 'gone') throw new AppError('CANCELLED');
      const there = this.#bytes - position;
      if (there >= wanted || this.#state === 'whole') return Math.min(there, wanted);
      await this.#change.wait();
    }
  }
}

async function flush(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r+');
    await handle.datasync().finally(() => handle.close());
  } catch (error) {
    throw writeError(path, error);
  }
}

/** Removes all sealed parts. */
export async function discardSpool({ spoolDir, jobId }: SpoolPlace): Promise<void> {
  const names = await namesIn(spoolDir);
  for (const name of names.filter((one) => one.startsWith(`${jobId}.`))) {
    await rm(join(spoolDir, name), { force: true });
  }
}

/**
 * Removes sealed parts of deliveries that nobody knows any more.
 * @param knownJobs is asked after the folder was read: a delivery that begins meanwhile is known first
 */
export async function discardUnknown(
  spoolDir: string,
  knownJobs: () => Promise<readonly string[]>,
): Promise<void> {
  const names = await namesIn(spoolDir);
  const known = await knownJobs();
  for (const name of names.filter((one) => !known.some((id) => one.startsWith(`${id}.`)))) {
    await rm(join(spoolDir, name), { recursive: true, force: true });
  }
}

async function namesIn(spoolDir: string): Promise<string[]> {
  return readdir(spoolDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

/** `<job id>.asc`, and with the part's number before that from the second on. */
function spoolPath({ spoolDir, jobId }: SpoolPlace, number: number): string {
  return join(spoolDir, number === 1 ? `${jobId}.asc` : `${jobId}.${number}.asc`);
}
