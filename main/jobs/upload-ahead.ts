/**
 * The upload of sealed parts while the file is still checked and sealed: under temporary names only, following
 * the spool. It decides nothing: whether a final name is taken is for whoever waits for the check. What fails
 * here stops no sealing; over a broken line the rest is sent again from the spool.
 */
import { AppError } from '../../shared/errors/index.ts';
import { CLEAN_UP_BOUND_MS, cancellable, settleWithin } from '../delivery/cancel.ts';
import { connectSftp } from '../delivery/connect.ts';
import type { HostKeyVerifier } from '../delivery/host-key.ts';
import { knownHostsPolicy, pinPolicy } from '../delivery/known-hosts.ts';
import { isStatus } from '../delivery/remote-errors.ts';
import type { RateLimit } from '../delivery/rate-limit.ts';
import { isThere } from '../delivery/remote-file.ts';
import { remotePath, temporaryName } from '../delivery/remote-names.ts';
import { NO_SUCH_FILE } from '../delivery/sftp-session.ts';
import type { SftpSession } from '../delivery/sftp-session.ts';
import { uploadFile } from '../delivery/upload.ts';
import type { SentFile } from '../delivery/upload.ts';
import { Change } from './part-spool.ts';
import type { PartSpool, SpooledPart } from './part-spool.ts';
import type { SendPlan, SendSecrets } from './send-plan.ts';

/** A server may say that it removed what was never there. */
const MOST_SWEPT = 1_000;

export interface AheadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly limit: RateLimit | undefined;
  /** The spool is that of an earlier attempt: what the server has of it is not sent again. */
  readonly isResumed: boolean;
  /** The first that is not delivered yet, from 1. */
  readonly firstPart: number;
  /** Names that must be free for the file if it is one part; where one is taken, nothing is sent ahead. */
  readonly wantedNames: readonly string[];
  /** Bytes of a part that the server has acknowledged. */
  readonly onProgress: (part: number, sentBytes: number, totalBytes: number) => void;
}

export class UploadAhead {
  readonly #plan: SendPlan;
  readonly #secrets: SendSecrets;
  readonly #spool: PartSpool;
  readonly #options: AheadOptions;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #following: Promise<void> | undefined;
  #connection: Promise<SftpSession> | undefined;
  readonly #sent = new Map<number, SentFile>();
  /** Temporary names on the server that must not outlive a failure. */
  readonly #left = new Set<string>();
  #failure: Error | undefined;
  /** A part was sent, or none will be. */
  readonly #change = new Change();
  #isOver = false;

  constructor(plan: SendPlan, secrets: SendSecrets, spool: PartSpool, options: AheadOptions) {
    this.#plan = plan;
    this.#secrets = secrets;
    this.#spool = spool;
    this.#options = options;
    const { signal } = options;
    this.#signal = signal ? AbortSignal.any([signal, this.#stop.signal]) : this.#stop.signal;
  }

  /** Returns at once; what fails shows later. */
  begin(): void {
    this.#following = this.#follow()
      .catch((error: unknown) => {
        this.#failure =
          error instanceof Error ? error : new Error('not an error', { cause: error });
      })
      .finally(() => {
        this.#isOver = true;
        this.#change.tell();
      });
  }

  /** Waits for the part, or until it is known that it was not sent ahead. */
  async sent(part: number): Promise<SentFile | undefined> {
    while (!this.#sent.has(part) && !this.#isOver) {
      await this.#change.wait();
    }
    return this.#sent.get(part);
  }

  /**
   * The open session; a new one where the line broke, or could not be had, in a way that may pass.
   * @throws AppError what kept parts from being sent ahead, and what `connectSftp` throws
   */
  async session(): Promise<SftpSession> {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) {
      if (!(failure instanceof AppError) || failure.retry !== 'auto') throw failure;
      await this.#close();
    }
    return (this.#connection ??= this.#connect());
  }

  /** Where a part lies until it takes its final name, which depends on how many parts there are. */
  temporaryName(part: number): string {
    const { dataName, jobId } = this.#plan;
    return temporaryName(part === 1 ? dataName : `${dataName}.${part}`, jobId);
  }

  /** From now on the caller sees to the part's temporary file. */
  handOver(part: number): void {
    this.#left.delete(this.temporaryName(part));
  }

  /** Stops; what was sent stays where it is. */
  async pause(): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  /**
   * Stops, and removes what it sent.
   * @returns the temporary names that could not be removed
   */
  async abandon(): Promise<readonly string[]> {
    await this.pause();
    if (this.#left.size > 0) await settleWithin(this.#removeLeft(), CLEAN_UP_BOUND_MS);
    return [...this.#left];
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#close();
  }

  async #close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.then(
      (session) => session.close(),
      () => undefined,
    );
  }

  #connect(): Promise<SftpSession> {
    const { directory, ...server } = this.#plan.target;
    const verifyHostKey = hostKeyVerifier(this.#plan);
    return connectSftp({ ...server, ...this.#secrets }, { verifyHostKey, signal: this.#signal });
  }

  async #follow(): Promise<void> {
    const session = await (this.#connection ??= this.#connect());
    if (!this.#options.isResumed) await this.#sweep(session);
    // What cannot be renamed is written where it stays, and only when every row has passed.
    if (this.#plan.finalNames === 'direct') return;
    for (const name of this.#options.wantedNames) {
      if (await cancellable(isThere(session, this.#path(name)), this.#signal)) return;
    }
    for await (const part of this.#spool.parts()) {
      this.#sent.set(part.number, await this.#upload(session, part));
      this.#change.tell();
    }
  }

  /** Removes what a broken attempt of the same job left: it sent its parts in their order, perhaps more of them. */
  async #sweep(session: SftpSession): Promise<void> {
    const { firstPart } = this.#options;
    try {
      for (let part = firstPart; part < firstPart + MOST_SWEPT; part += 1) {
        const path = this.#path(this.temporaryName(part));
        await cancellable(session.unlink(path), this.#signal);
      }
    } catch (error) {
      if (!isStatus(error)) throw error;
    }
  }

  async #upload(session: SftpSession, part: SpooledPart): Promise<SentFile> {
    const { directory } = this.#plan.target;
    const name = this.temporaryName(part.number);
    const source = await part.source();
    let sentBytes = 0;
    try {
      this.#left.add(name);
      return await uploadFile({
        session,
        directory,
        finalName: this.#plan.dataName,
        writtenAs: name,
        source,
        there: this.#options.isResumed ? 'resume' : 'remove',
        verify: this.#plan.verify,
        limit: this.#options.limit,
        signal: this.#signal,
        onAcknowledged: (bytes) => {
          sentBytes += bytes;
          this.#options.onProgress(part.number, sentBytes, source.totalBytes);
        },
      });
    } finally {
      await source.close();
    }
  }

  async #removeLeft(): Promise<void> {
    const session = await this.#connection;
    const removed = [...this.#left].map(async (name) => {
      try {
        await session?.unlink(this.#path(name));
      } catch (error) {
        if (!isStatus(error) || error.status !== NO_SUCH_FILE) throw error;
      }
      this.#left.delete(name);
    });
    await Promise.allSettled(removed);
  }

  #path(name: string): string {
    return remotePath(this.#plan.target.directory, name);
  }
}

function hostKeyVerifier({ hostKey }: SendPlan): HostKeyVerifier {
  if ('knownHosts' in hostKey) {
    return knownHostsPolicy(hostKey.knownHosts, { acceptNew: hostKey.acceptNew });
  }
  return pinPolicy(hostKey, () => Promise.resolve());
}
