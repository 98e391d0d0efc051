/**
 * Downloads: streamed into a `.part` file, decrypted on the way where they come encrypted, and given their name only
 * when everything was there and its padding was right.
 */
import { createHash } from 'node:crypto';
import type { Decipher } from 'node:crypto';
import type { TransferResult } from '../../shared/domain/vault.ts';
import { AppError } from '../../shared/errors/index.ts';
import { isLoopback, networkReason } from '../platform/http.ts';
import { OutputFile } from '../seal/output-file.ts';
import type { FileLink } from './client.ts';
import { contentDecipher } from './envelope.ts';
import type { AppSession } from './sds.ts';
import type { TransferHooks } from './transfers.ts';

/** Silence after which a connection is given up. */
const IDLE_MS = 60_000;
const RESUMES = 5;
const LINKS = 2;
const REDIRECTS = 5;

/**
 * Saves a file of the service under `path`, which may be replaced: the user was asked.
 *
 * @throws AppError SDS_NOT_A_FILE, SDS_FILE_NOT_READY, SDS_NOT_DECRYPTED, SDS_LINK_REFUSED, SDS_DOWNLOAD_BROKEN,
 *   CANCELLED, and those of the service and of the file; then nothing is left
 */
export async function downloadFile(
  session: AppSession,
  fileId: string,
  path: string,
  hooks: TransferHooks,
  overwrite = true,
): Promise<TransferResult> {
  for (let links = 1; ; links++) {
    const found = await session.client.download(fileId, hooks);
    if (found.type !== 'FILE') throw new AppError('SDS_NOT_A_FILE');
    const link = checkLink(found.link, session.client.service.origin);
    const output = await OutputFile.create(path, { overwrite });
    try {
      const saving = new Saving(output, await decipherFor(session, found));
      await saving.fetchWhole(link, hooks);
      await output.commit();
      const badge = found.encrypted ? 'decrypted-here' : 'decrypted-by-server';
      return { sha256: saving.sha256, badge };
    } catch (error) {
      await output.discard();
      // It may have ended while it was used; another one has another key, so everything begins anew.
      const isLinkOver = error instanceof AppError && error.code === 'SDS_LINK_REFUSED';
      if (!isLinkOver || links >= LINKS) throw error;
    }
  }
}

/**
 * Saves what lies at an address, without a header of SDS. Only from the hosts that the user agreed to.
 *
 * @throws AppError SDS_URL_NOT_SECURE, SDS_URL_OTHER_HOST, SDS_URL_FAILED, and as `downloadFile`
 */
export async function fetchUrlFile(
  address: string,
  hosts: readonly string[],
  path: string,
  hooks: TransferHooks,
  overwrite = true,
): Promise<TransferResult> {
  const output = await OutputFile.create(path, { overwrite });
  try {
    const saving = new Saving(output, undefined);
    await saving.fetchForeign(address, hosts, hooks);
    await output.commit();
    return { sha256: saving.sha256 };
  } catch (error) {
    await output.discard();
    throw error;
  }
}

/** What is shown before an address is fetched. @throws AppError SDS_URL_NOT_SECURE */
export function hostOf(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isSecure =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (!url || !isSecure || url.username !== '' || url.password !== '') {
    throw new AppError('SDS_URL_NOT_SECURE', { host: url?.host ?? 'an unknown host' });
  }
  return url.host;
}

/**
 * A link leads to the service itself, or where the service keeps its files: over https then, since the link alone
 * lets anyone fetch the file.
 */
function checkLink(link: string, origin: string): URL {
  const url = URL.canParse(link, origin) ? new URL(link, origin) : undefined;
  if (url && (url.origin === origin || url.protocol === 'https:')) return url;
  const { host } = new URL(origin);
  throw new AppError('SDS_BAD_ANSWER', { host, detail: 'its download link is not a safe address' });
}

async function decipherFor(
  session: AppSession,
  { encrypted, secret }: FileLink,
): Promise<Decipher | undefined> {
  if (!encrypted) return undefined;
  const key = secret === undefined ? undefined : session.unwrap(secret);
  if (!key) throw new AppError('SDS_NOT_DECRYPTED');
  return contentDecipher(key);
}

/** Content on its way into a file. */
class Saving {
  /** Of what was saved. */
  sha256 = '';
  readonly #output: OutputFile;
  readonly #decipher: Decipher | undefined;
  readonly #hash = createHash('sha256');
  /** Bytes that came over the wire. */
  #received = 0;

  constructor(output: OutputFile, decipher: Decipher | undefined) {
    this.#output = output;
    this.#decipher = decipher;
  }

  /** From a link of the service; goes on where the connection broke. */
  async fetchWhole(link: URL, hooks: TransferHooks): Promise<void> {
    for (let resumes = 0; ; resumes++) {
      const before = this.#received;
      try {
        const headers: Record<string, string> =
          this.#received > 0 ? { range: `bytes=${this.#received}-` } : {};
        await this.#fetch(link, { headers, redirect: 'error' }, hooks, (response) => {
          this.#requireContent(response, link.host);
        });
        break;
      } catch (error) {
        const isBroken = error instanceof AppError && error.code === 'SDS_DOWNLOAD_BROKEN';
        const isStuck = this.#received === before && resumes > 0;
        if (!isBroken || isStuck || resumes >= RESUMES) throw error;
      }
    }
    await this.#end();
  }

  /** From anywhere: each host on the way must be one of `hosts`. */
  async fetchForeign(
    address: string,
    hosts: readonly string[],
    hooks: TransferHooks,
  ): Promise<void> {
    let url = new URL(address);
    for (let redirects = 0; ; redirects++) {
      const host = hostOf(url.href);
      if (!hosts.includes(host)) throw new AppError('SDS_URL_OTHER_HOST', { host });
      let next: URL | undefined;
      await this.#fetch(url, { redirect: 'manual' }, hooks, (response) => {
        next = redirectOf(response, url);
        if (next) return;
        if (response.status !== 200) {
          throw new AppError('SDS_URL_FAILED', { host, reason: `status ${response.status}` });
        }
      });
      if (!next) break;
      if (redirects >= REDIRECTS) {
        throw new AppError('SDS_URL_FAILED', { host, reason: 'it leads in circles' });
      }
      url = next;
    }
    await this.#end();
  }

  /** @param look at the answer's head: throws, or lets the content be saved where it is a success */
  async #fetch(
    url: URL,
    init: RequestInit,
    { signal, onProgress }: TransferHooks,
    look: (response: Response) => void,
  ): Promise<void> {
    const idle = new AbortController();
    let timer = setTimeout(() => idle.abort(), IDLE_MS);
    const both = AbortSignal.any([signal, idle.signal]);
    try {
      // As it is: an encoding would make the ranges and the length others.
      const headers = { ...init.headers, 'accept-encoding': 'identity' };
      const response = await fetch(url, { ...init, headers, signal: both });
      look(response);
      if (!response.ok) {
        await response.body?.cancel();
        return;
      }
      const length = Number(response.headers.get('content-length') ?? NaN);
      const total = Number.isFinite(length) ? this.#received + length : undefined;
      for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        clearTimeout(timer);
        timer = setTimeout(() => idle.abort(), IDLE_MS);
        this.#received += chunk.length;
        await this.#save(this.#decipher ? this.#decipher.update(chunk) : chunk);
        onProgress(this.#received, total);
      }
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      if (signal.aborted) throw new AppError('CANCELLED', {}, { cause });
      const reason = idle.signal.aborted ? 'no answer' : networkReason(cause);
      throw new AppError('SDS_DOWNLOAD_BROKEN', { host: url.host, reason }, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  #requireContent(response: Response, host: string): void {
    const { status } = response;
    const wanted = this.#received > 0 ? 206 : 200;
    if (status === wanted && this.#isContinued(response)) return;
    if (status === 401 || status === 403 || status === 404) {
      throw new AppError('SDS_LINK_REFUSED', { host });
    }
    const reason = `status ${status}`;
    if (status === 503 || status === 429) {
      throw new AppError('SDS_DOWNLOAD_BROKEN', { host, reason });
    }
    throw new AppError('SDS_BAD_ANSWER', { host, detail: reason });
  }

  #isContinued({ status, headers }: Response): boolean {
    if (status === 200) return true;
    return headers.get('content-range')?.startsWith(`bytes ${this.#received}-`) === true;
  }

  async #save(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.#hash.update(bytes);
    await this.#output.write(bytes);
  }

  async #end(): Promise<void> {
    if (this.#decipher) {
      let last: Buffer;
      try {
        last = this.#decipher.final();
      } catch (cause) {
        throw new AppError('SDS_NOT_DECRYPTED', {}, { cause });
      }
      await this.#save(last);
    }
    this.sha256 = this.#hash.digest('hex');
  }
}

function redirectOf({ status, headers }: Response, from: URL): URL | undefined {
  const location = headers.get('location');
  const isRedirect = [301, 302, 303, 307, 308].includes(status);
  if (!isRedirect || location === null || !URL.canParse(location, from.href)) return undefined;
  return new URL(location, from);
}
