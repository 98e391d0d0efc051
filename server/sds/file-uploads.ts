/**
 * How content gets in: noted as PENDING, sealed while it comes, COMPLETED when it lasts, FAILED
 * otherwise; and how it is deleted. Whatever a server that was killed left behind is failed and removed by the next.
 */
import { errorFields, log } from '../log.ts';
import { isOutOfSpace } from '../out-of-space.ts';
import type { NewFile, SdsFiles } from '../store/sds-files.ts';
import type { ContentStore } from './content-store.ts';
import { SdsFailure } from './failure.ts';
import { FILE_FAILURES } from './file-failures.ts';
import type { FileFailure } from './file-failures.ts';
import { formatId } from './ids.ts';
import type { Caller } from './permissions.ts';
import { SealedContentWriter } from './sealed-content.ts';
import type { ContentPlace } from './sealed-content.ts';
import type { Slots } from './slots.ts';
import type { TenantKeys } from './tenant-keys.ts';
import type { TransferTally } from './transfer-tally.ts';

const ALIVE_MS = 60_000;
const GONE_CODES: readonly unknown[] = ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'EPIPE'];

export interface FileUploadsDeps {
  readonly files: SdsFiles;
  readonly content: ContentStore;
  readonly slots: Slots;
  readonly tally: TransferTally;
  /** Names this server's data folder, of which only one process at a time is the owner. */
  readonly receiver: string;
  /** A callback may be queued. */
  readonly wake: () => void;
}

export class FileUploads {
  readonly #deps: FileUploadsDeps;
  readonly #underWay = new Set<Promise<string>>();
  #timer: NodeJS.Timeout | undefined;
  #isStopping = false;

  constructor(deps: FileUploadsDeps) {
    this.#deps = deps;
  }

  /** Clears up after this server's last run, before it takes anything new; and keeps an eye on others. */
  async start(): Promise<void> {
    await this.#deps.files.failAbandoned(this.#deps.receiver);
    await this.#clearUp();
    this.#timer = setInterval(() => {
      this.#keepUp().catch((error: unknown) => {
        log.warn('sds.files-not-cleared', errorFields(error));
      });
    }, ALIVE_MS);
  }

  /** The server stops: what breaks off from now on is broken off by it. */
  announceStop(): void {
    this.#isStopping = true;
  }

  /** For when no more requests come: waits until what was under way is noted as failed. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.allSettled(this.#underWay);
  }

  /** Notes a file that is a URL. @returns its id @throws as SdsFiles.begin */
  async addUrl(caller: Caller, keys: TenantKeys, file: NewFile): Promise<string> {
    const { vaultId, id } = await this.#deps.files.begin(caller, keys, file, this.#deps.receiver);
    log.info('sds.file-completed', { file: id, vault: vaultId, type: 'URL' });
    this.#deps.wake();
    return id;
  }

  /**
   * Takes a file. Vault and permission are checked before `content` is asked for its first byte.
   * @param content ends only when all of the request was as it should be
   * @returns the file's id; it is COMPLETED
   * @throws as SdsFiles.begin; SdsFailure BUSY, UPLOAD_STALLED, UPLOAD_BROKEN, STORAGE_FULL
   */
  async take(
    caller: Caller,
    keys: TenantKeys,
    file: NewFile,
    content: AsyncIterable<Buffer>,
  ): Promise<string> {
    const release = this.#deps.slots.take();
    try {
      const place = await this.#deps.files.begin(caller, keys, file, this.#deps.receiver);
      const receiving = this.#receive(keys, place, content);
      this.#underWay.add(receiving);
      return await receiving.finally(() => this.#underWay.delete(receiving));
    } finally {
      release();
    }
  }

  /** Deletes a file and its content. @throws as SdsFiles.remove */
  async remove(caller: Caller, id: string): Promise<void> {
    await this.#deps.files.remove(caller, id);
    log.info('sds.file-deleted', { file: id });
    await this.#removeContent(id);
  }

  async #receive(
    keys: TenantKeys,
    place: ContentPlace,
    content: AsyncIterable<Buffer>,
  ): Promise<string> {
    const { vaultId: vault, id: file } = place;
    try {
      const bytes = await this.#store(keys, place, content);
      this.#deps.tally.ended('upload', 'completed');
      log.info('sds.file-completed', { file, vault, type: 'FILE', bytes });
      return file;
    } catch (error) {
      const reason = this.#reasonFor(error);
      this.#deps.tally.ended('upload', 'failed');
      log.warn('sds.file-failed', { file, vault, reason });
      if (reason === 'STORAGE') log.error('sds.file-not-stored', { file, ...errorFields(error) });
      await this.#deps.files.fail(file, reason);
      await this.#removeContent(file);
      throw failureFor(error, reason, file);
    } finally {
      this.#deps.wake();
    }
  }

  /** @returns the size */
  async #store(
    keys: TenantKeys,
    place: ContentPlace,
    content: AsyncIterable<Buffer>,
  ): Promise<number> {
    const target = await this.#deps.content.create(place.id);
    const writer = new SealedContentWriter(target, place);
    try {
      for await (const bytes of content) {
        this.#deps.tally.moved('upload', bytes.length);
        await writer.write(bytes);
      }
      const secret = await writer.commit();
      if (!(await this.#deps.files.complete(keys, place, secret))) {
        throw new Error('The file was taken for abandoned while it came');
      }
      return secret.size;
    } catch (error) {
      await writer.discard().catch(() => undefined);
      throw error;
    }
  }

  #reasonFor(error: unknown): FileFailure {
    if (error instanceof SdsFailure)
      return error.kind === 'UPLOAD_STALLED' ? 'STALLED' : 'MALFORMED';
    const { code } = error as NodeJS.ErrnoException;
    // EFBIG: the file system's own limit of a file.
    if (isOutOfSpace(error) || code === 'EFBIG') return 'STORAGE_FULL';
    if (!GONE_CODES.includes(code)) return 'STORAGE';
    return this.#isStopping ? 'INTERRUPTED' : 'CLIENT_GONE';
  }

  async #keepUp(): Promise<void> {
    await this.#deps.files.touch(this.#deps.receiver);
    await this.#deps.files.failAbandoned();
    await this.#clearUp();
  }

  async #clearUp(): Promise<void> {
    const left = await this.#deps.files.leftovers();
    for (const id of left) await this.#removeContent(id);
    if (left.length > 0) log.info('sds.files-cleared', { files: left.length });
    this.#deps.wake();
  }

  /** What cannot be removed now is tried again with the next clearing up. */
  async #removeContent(id: string): Promise<void> {
    try {
      await this.#deps.content.remove(id);
      await this.#deps.files.noteRemoved(id);
    } catch (error) {
      log.warn('sds.content-not-removed', { file: id, ...errorFields(error) });
    }
  }
}

/** What the caller is told; where it is gone, nobody is. */
function failureFor(error: unknown, reason: FileFailure, file: string): SdsFailure {
  const info = { id: formatId('file', file) };
  const text = FILE_FAILURES[reason];
  if (error instanceof SdsFailure) return new SdsFailure(error.kind, error.message, info);
  if (reason === 'STORAGE_FULL') return new SdsFailure('STORAGE_FULL', text, info);
  if (reason === 'STORAGE') return new SdsFailure('INTERNAL', text, info, { cause: error });
  return new SdsFailure('UPLOAD_BROKEN', text, info);
}
