/**
 * Brings one data file and its manifest to the remote folder (spec: "Order of things"): both go up
 * under temporary names, then the data takes its final name, and the manifest last of all, because
 * the platform starts when the manifest arrives.
 */
import { AppError } from '../../shared/errors/index.ts';
import { CLEAN_UP_BOUND_MS, cancellable, settleWithin, throwIfCancelled } from './cancel.ts';
import type { RateLimit } from './rate-limit.ts';
import { isStatus, remoteError, remoteFailure, type RemoteContext } from './remote-errors.ts';
import { isThere } from './remote-file.ts';
import { checkRemoteName, remotePath, temporaryName } from './remote-names.ts';
import {
  OP_UNSUPPORTED,
  NO_SUCH_FILE,
  SessionEndedError,
  type SftpSession,
  type SftpStatusError,
} from './sftp-session.ts';
import { uploadFile, type SentFile, type Upload, type Verification } from './upload.ts';
import { digestOf, fileSource, textSource, type UploadSource } from './upload-source.ts';

export interface DeliveryRequest {
  /** Remote folder; empty means where the login lands. */
  readonly directory: string;
  /** Names the temporary files, so that a later attempt of the same job finds and removes them. */
  readonly jobId: string;
  readonly data: {
    readonly localPath: string;
    readonly name: string;
    /** Default: the one that `name` gives. */
    readonly temporaryName?: string;
    /** It was sent already, and lies under its temporary name. */
    readonly sent?: SentFile | undefined;
  };
  readonly manifest: { readonly text: string; readonly name: string };
  /** The user agreed that files of these names are replaced. */
  readonly overwrite: boolean;
  /**
   * An earlier attempt of this job may have been broken between the two renames. The data's final
   * name is then not refused when it is there: it is taken by replacing. The manifest's still is.
   */
  readonly dataMayBeOurs?: boolean;
  /** Default: `size`. */
  readonly verify?: Verification | undefined;
  /**
   * `direct`: for a server that cannot rename. The data is written under its final name, and the manifest
   * after it in one write. Default: `rename`.
   */
  readonly finalNames?: FinalNames | undefined;
  /** The data file is the very one of an earlier attempt: what is there of it is not sent again. */
  readonly resume?: boolean | undefined;
  readonly limit?: RateLimit | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DeliveryProgress) => void;
  /** Awaited when both files are there and verified, before the first takes its final name. */
  readonly beforeFinalNames?: (sent: Delivery) => Promise<void>;
  /**
   * Awaited after that, when the manifest did not take its final name, before its temporary file is removed. Where
   * that is not known, nothing is removed.
   */
  readonly beforeCleanUp?: () => Promise<void>;
  /** Whether the data's temporary file stays for another attempt after this failure. Default: it is removed. */
  readonly keepsData?: (failure: unknown) => boolean;
}

export type FinalNames = 'rename' | 'direct';

export interface DeliveryProgress {
  /** Bytes of both files that the server has acknowledged. */
  readonly sentBytes: number;
  readonly totalBytes: number;
  readonly step: 'send' | 'confirm';
}

export interface Delivery {
  readonly data: SentFile;
  readonly manifest: SentFile;
}

/**
 * Delivers; on failure or abort nothing has a final name, data that replaced a file excepted, and the
 * temporary files are removed as far as the connection allows. The session stays open.
 *
 * @throws AppError REMOTE_*, CONNECTION_LOST, REMOTE_NO_ANSWER, DELIVERY_UNCERTAIN, FILE_*, CANCELLED
 */
export async function deliver(session: SftpSession, request: DeliveryRequest): Promise<Delivery> {
  checkRemoteName(request.data.name);
  checkRemoteName(request.manifest.name);
  throwIfCancelled(request.signal);
  const { sent, localPath } = request.data;
  const source = sent ? undefined : await fileSource(localPath);
  const delivery = new PairDelivery(session, request, source);
  try {
    return await delivery.run();
  } catch (error) {
    await settleWithin(delivery.cleanUp(error), CLEAN_UP_BOUND_MS);
    throw error;
  } finally {
    await source?.close();
  }
}

/**
 * Makes sure that none of the names is taken, before the first of several deliveries takes its own.
 * @throws AppError REMOTE_EXISTS, CONNECTION_LOST, CANCELLED
 */
export async function refuseTaken(
  session: SftpSession,
  directory: string,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const name of names) {
    const at = { session, directory, name, action: `looking for ${name}` };
    try {
      const there = await cancellable(isThere(session, remotePath(directory, name)), signal);
      if (there) throw remoteFailure('REMOTE_EXISTS', at);
    } catch (error) {
      throw await remoteError(error, at);
    }
  }
}

function isUncertain(failure: unknown): boolean {
  return failure instanceof AppError && failure.code === 'DELIVERY_UNCERTAIN';
}

class PairDelivery {
  readonly #session: SftpSession;
  readonly #request: DeliveryRequest;
  /** Undefined: the data was sent already. */
  readonly #dataSource: UploadSource | undefined;
  readonly #manifestSource: UploadSource;
  /** Paths that this delivery made and that must not outlive its failure. */
  readonly #unfinished = new Set<string>();
  #sentBytes = 0;
  #isConfirming = false;

  constructor(
    session: SftpSession,
    request: DeliveryRequest,
    dataSource: UploadSource | undefined,
  ) {
    this.#session = session;
    this.#request = request;
    this.#dataSource = dataSource;
    this.#manifestSource = textSource(request.manifest.text);
  }

  async run(): Promise<Delivery> {
    const { data, manifest, overwrite } = this.#request;
    const mayReplaceData = this.#mayReplaceData;
    if (data.sent) this.#unfinished.add(this.#path(this.#temporary(data.name)));
    // Spares a long upload that could not end well; the rename is what decides.
    const wanted = [...(mayReplaceData ? [] : [data.name]), ...(overwrite ? [] : [manifest.name])];
    await refuseTaken(this.#session, this.#request.directory, wanted, this.#signal);
    return this.#request.finalNames === 'direct' ? this.#writeDirectly() : this.#writeAndRename();
  }

  async #writeAndRename(): Promise<Delivery> {
    const { data, manifest, overwrite } = this.#request;
    const sentData = await this.#sendData();
    const sentManifest = await this.#send(manifest.name, this.#manifestSource);
    await this.#confirm({ data: sentData, manifest: sentManifest });
    this.#report('confirm');
    const replaced = await this.#takeFinalName(data.name, this.#mayReplaceData);
    // Without its manifest the data means nothing. Where it replaced a file, a manifest that the
    // account cannot see may be waiting for it.
    if (!overwrite && !replaced) this.#unfinished.add(this.#path(data.name));
    await this.#orUncertain(manifest.name, () => this.#takeFinalName(manifest.name, overwrite));
    this.#unfinished.clear();
    return { data: sentData, manifest: sentManifest };
  }

  /** The platform looks at a data file only when its manifest has come, so that the data may grow in its sight. */
  async #writeDirectly(): Promise<Delivery> {
    const { data, manifest, overwrite } = this.#request;
    if (!this.#dataSource) throw new Error('what is written directly cannot be sent before');
    const verifiedBy = 'acknowledged';
    await this.#confirm({
      data: { name: data.name, verifiedBy, ...(await digestOf(await fileSource(data.localPath))) },
      manifest: {
        name: manifest.name,
        verifiedBy,
        ...(await digestOf(textSource(manifest.text))),
      },
    });
    const sentData = await this.#sendDirectly(data.name, this.#dataSource, this.#mayReplaceData);
    this.#report('confirm');
    const sentManifest = await this.#orUncertain(manifest.name, () =>
      this.#sendDirectly(manifest.name, this.#manifestSource, overwrite),
    );
    this.#unfinished.clear();
    return { data: sentData, manifest: sentManifest };
  }

  /** Removes what this delivery made, unless it may have arrived. Fails silently: the connection may be gone. */
  async cleanUp(failure: unknown): Promise<void> {
    if (isUncertain(failure)) return;
    if (this.#isConfirming) await this.#request.beforeCleanUp?.();
    const { data, keepsData } = this.#request;
    if (keepsData?.(failure)) this.#unfinished.delete(this.#path(this.#temporary(data.name)));
    await Promise.allSettled([...this.#unfinished].map((path) => this.#session.unlink(path)));
  }

  async #confirm(sent: Delivery): Promise<void> {
    await this.#request.beforeFinalNames?.(sent);
    this.#isConfirming = true;
  }

  async #sendData(): Promise<SentFile> {
    const { name, sent } = this.#request.data;
    if (this.#dataSource) return this.#send(name, this.#dataSource);
    if (!sent) throw new Error('there is nothing to send');
    this.#sentBytes += sent.sizeBytes;
    return sent;
  }

  async #send(name: string, source: UploadSource): Promise<SentFile> {
    const temporary = this.#temporary(name);
    this.#unfinished.add(this.#path(temporary));
    const { verify = 'size', resume } = this.#request;
    const there = resume && source === this.#dataSource ? 'resume' : 'remove';
    return this.#upload(name, temporary, { source, there, verify, signal: this.#signal });
  }

  async #sendDirectly(name: string, source: UploadSource, mayReplace: boolean): Promise<SentFile> {
    throwIfCancelled(this.#signal);
    const { verify = 'size' } = this.#request;
    const isData = source === this.#dataSource;
    return this.#upload(name, name, {
      source,
      there: mayReplace ? 'remove' : 'refuse',
      // The platform may have taken a manifest as soon as it is closed: nothing is asked of it any more.
      verify: isData ? verify : 'none',
      signal: isData ? this.#signal : undefined,
      // Where another took the name in between, the file is not ours to remove.
      onOpened: () => this.#unfinished.add(this.#path(name)),
    });
  }

  #upload(
    finalName: string,
    writtenAs: string,
    how: Pick<Upload, 'source' | 'there' | 'verify' | 'signal' | 'onOpened'>,
  ): Promise<SentFile> {
    return uploadFile({
      session: this.#session,
      directory: this.#request.directory,
      finalName,
      writtenAs,
      limit: this.#request.limit,
      ...how,
      onAcknowledged: (bytes) => {
        this.#sentBytes += bytes;
        this.#report('send');
      },
    });
  }

  /** A connection that ends while the manifest takes its name leaves open whether it did. */
  async #orUncertain<T>(name: string, work: () => Promise<T>): Promise<T> {
    throwIfCancelled(this.#signal);
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof AppError) || !(error.cause instanceof SessionEndedError)) throw error;
      const { host } = this.#session.facts;
      throw new AppError('DELIVERY_UNCERTAIN', { host, name }, { cause: error });
    }
  }

  /**
   * From here a cancel waits for the answer: a rename in flight cannot be called back.
   *
   * @returns whether a plain RENAME was refused and the file took its name by replacing
   */
  async #takeFinalName(name: string, mayReplace: boolean): Promise<boolean> {
    throwIfCancelled(this.#signal);
    const from = this.#path(this.#temporary(name));
    const to = this.#path(name);
    const at = this.#at(name, `giving ${name} its final name`);
    try {
      const replaced = await this.#rename(from, to, { mayReplace, at });
      this.#unfinished.delete(from);
      return replaced;
    } catch (error) {
      const cannot = isStatus(error) && error.status === OP_UNSUPPORTED;
      if (cannot) throw remoteFailure('REMOTE_CANNOT_RENAME', at, error);
      throw await remoteError(error, at);
    }
  }

  async #rename(
    from: string,
    to: string,
    { mayReplace, at }: { mayReplace: boolean; at: RemoteContext },
  ): Promise<boolean> {
    try {
      await this.#session.rename(from, to);
      return false;
    } catch (refusal) {
      if (!isStatus(refusal)) throw refusal;
      // Not asked first whether the name is taken: a write-only folder may hide it.
      if (mayReplace) await this.#replace(from, to, refusal);
      else if (await isThere(this.#session, to)) throw remoteFailure('REMOTE_EXISTS', at, refusal);
      else throw refusal;
      return true;
    }
  }

  /** @param refusal what is thrown when there was nothing to replace: the plain rename's failure */
  async #replace(from: string, to: string, refusal: SftpStatusError): Promise<void> {
    try {
      await this.#session.posixRename(from, to);
    } catch (error) {
      if (!isStatus(error)) throw error;
      // What is there must not be removed for a name that cannot be taken then.
      if (refusal.status === OP_UNSUPPORTED) throw refusal;
      await this.#session.unlink(to).catch((failure: unknown) => {
        throw isStatus(failure) && failure.status === NO_SUCH_FILE ? refusal : failure;
      });
      await this.#session.rename(from, to);
    }
  }

  #report(step: DeliveryProgress['step']): void {
    const dataBytes = this.#dataSource?.totalBytes ?? this.#request.data.sent?.sizeBytes ?? 0;
    const totalBytes = dataBytes + this.#manifestSource.totalBytes;
    this.#request.onProgress?.({ sentBytes: this.#sentBytes, totalBytes, step });
  }

  get #signal(): AbortSignal | undefined {
    return this.#request.signal;
  }

  get #mayReplaceData(): boolean {
    return this.#request.overwrite || (this.#request.dataMayBeOurs ?? false);
  }

  #path(name: string): string {
    return remotePath(this.#request.directory, name);
  }

  #temporary(name: string): string {
    const { data, jobId } = this.#request;
    return (name === data.name ? data.temporaryName : undefined) ?? temporaryName(name, jobId);
  }

  #at(name: string, action: string): RemoteContext {
    return { session: this.#session, directory: this.#request.directory, name, action };
  }
}
