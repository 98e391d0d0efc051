/** How content gets out: a link for who may read, and what its bearer gets at each fetch. */
import { errorFields, log } from '../log.ts';
import type { FileInfo, SdsFiles } from '../store/sds-files.ts';
import type { SdsTenants } from '../store/sds-tenants.ts';
import type { ContentStore } from './content-store.ts';
import { wrapSecret } from './envelope.ts';
import { SdsFailure } from './failure.ts';
import { formatId } from './ids.ts';
import type { Link, Links } from './links.ts';
import { readModeOf } from './permissions.ts';
import type { Caller } from './permissions.ts';
import { cutRange, encryptForReader, encryptedSize } from './reader-stream.ts';
import { readSealedContent } from './sealed-content.ts';
import type { ContentPlace, ContentSecret } from './sealed-content.ts';
import type { Slots } from './slots.ts';
import type { TenantKeys } from './tenant-keys.ts';
import type { TransferOutcome, TransferTally } from './transfer-tally.ts';

const NO_LONGER_ALLOWED = 'What this link was for is no longer allowed.';

export interface FileDownloadsDeps {
  readonly files: SdsFiles;
  readonly tenants: SdsTenants;
  readonly content: ContentStore;
  readonly links: Links;
  readonly slots: Slots;
  readonly tally: TransferTally;
}

export type Download =
  | { readonly type: 'URL'; readonly url: string }
  | {
      readonly type: 'FILE';
      readonly token: string;
      /** ISO 8601. */
      readonly expiresAt: string;
      /** Of encrypted content: its key, under the reader's. */
      readonly secret: string | undefined;
    };

export interface ByteRange {
  readonly start: number;
  /** Behind the last byte. */
  readonly end: number;
}

/** What a link leads to. */
export interface Fetchable {
  readonly id: string;
  readonly name: string;
  /** Of what the bearer gets, in bytes. */
  readonly size: number;
  readonly encrypted: boolean;
  /** Tells these bytes from others: encrypted content is another for each link. */
  readonly etag: string;
  /** The first step throws SdsFailure BUSY where too many are being fetched, LINK_INVALID where the file has
   *  just been deleted. */
  open(range: ByteRange): AsyncGenerator<Buffer, void>;
}

export class FileDownloads {
  readonly #deps: FileDownloadsDeps;

  constructor(deps: FileDownloadsDeps) {
    this.#deps = deps;
  }

  /** @throws as SdsFiles.get; SdsFailure FILE_PENDING, FILE_FAILED */
  async link(caller: Caller, keys: TenantKeys, id: string, seconds: number): Promise<Download> {
    const file = await this.#deps.files.get(caller, keys, id);
    requireCompleted(file);
    if (file.url !== undefined) return { type: 'URL', url: file.url };
    const mode = readModeOf(file.vault.permission)!;
    const { tenantId, appId } = caller;
    const { token, link } = this.#deps.links.issue({ tenantId, appId, fileId: id, mode }, seconds);
    log.info('sds.file-link-issued', { file: id, app: appId, mode });
    return {
      type: 'FILE',
      token,
      expiresAt: new Date(link.expires * 1000).toISOString(),
      secret:
        mode === 'encrypted'
          ? wrapSecret(this.#deps.links.contentSecret(link), caller.publicKey)
          : undefined,
    };
  }

  /**
   * Checks everything anew: the link's own marks, that the file is there and its vault enabled, and that
   * the app still may read in the way for which the link was made.
   * @param id as in the address
   * @throws SdsFailure LINK_INVALID
   */
  async fetchable(id: string, token: string): Promise<Fetchable> {
    const { links, files, tenants } = this.#deps;
    const link = links.check(token);
    if (link === 'expired') throw linkInvalid('This link has expired. Ask for a new one.');
    if (!link || link.fileId !== id) throw linkInvalid('This is no link that was issued here.');
    const keys = await tenants.keys(link.tenantId);
    const find = async () => keys && files.find(link.tenantId, keys, link.fileId, link.appId);
    const file = await find();
    const isAllowed =
      file?.content && file.vault.isEnabled && readModeOf(file.vault.permission) === link.mode;
    if (!isAllowed) throw linkInvalid(NO_LONGER_ALLOWED);
    const isThere = async () => (await find()) !== undefined;
    return this.#toFetchable(link, file, file.content, isThere);
  }

  #toFetchable(
    link: Link,
    file: FileInfo,
    content: ContentSecret,
    isThere: () => Promise<boolean>,
  ): Fetchable {
    const place = { tenantId: link.tenantId, vaultId: file.vault.id, id: file.id };
    const encrypted = link.mode === 'encrypted';
    const whole = { start: 0, end: content.size };
    return {
      id: file.id,
      name: file.name,
      size: encrypted ? encryptedSize(content.size) : content.size,
      encrypted,
      etag: encrypted ? `"${file.id}.${link.nonce}"` : `"${file.id}"`,
      open: (range) =>
        this.#guarded(file.id, isThere, () =>
          encrypted
            ? // A block depends on all before it: a later range is encrypted from the beginning.
              cutRange(
                encryptForReader(
                  this.#read(place, content, whole),
                  this.#deps.links.contentSecret(link),
                ),
                range,
              )
            : this.#read(place, content, range),
        ),
    };
  }

  /** Counts the transfer from the first byte that is asked for to the end, whatever ends it. */
  async *#guarded(
    file: string,
    isThere: () => Promise<boolean>,
    open: () => AsyncGenerator<Buffer, void>,
  ): AsyncGenerator<Buffer, void> {
    const { slots, tally } = this.#deps;
    const release = slots.take();
    let outcome: TransferOutcome = 'failed';
    try {
      for await (const bytes of open()) {
        tally.moved('download', bytes.length);
        yield bytes;
      }
      outcome = 'completed';
    } catch (error) {
      // Deleted after it was looked up: as if it had been before.
      if (!(await isThere())) throw linkInvalid(NO_LONGER_ALLOWED);
      log.error('sds.file-not-readable', { file, ...errorFields(error) });
      throw error;
    } finally {
      release();
      tally.ended('download', outcome);
    }
  }

  async *#read(
    place: ContentPlace,
    secret: ContentSecret,
    range: ByteRange,
  ): AsyncGenerator<Buffer, void> {
    const reader = await this.#deps.content.open(place.id);
    try {
      yield* readSealedContent(reader, secret, place, range);
    } finally {
      await reader.close();
    }
  }
}

/** @throws SdsFailure FILE_PENDING, FILE_FAILED */
function requireCompleted(file: FileInfo): void {
  const info = { id: formatId('file', file.id), status: file.status };
  if (file.status === 'PENDING') {
    throw new SdsFailure('FILE_PENDING', 'The file is not here yet. Try again later.', info);
  }
  if (file.status === 'FAILED') {
    const text = `The file was not stored. ${file.error ?? ''} Upload it again.`;
    throw new SdsFailure('FILE_FAILED', text, info);
  }
}

function linkInvalid(description: string): SdsFailure {
  return new SdsFailure('LINK_INVALID', description);
}
