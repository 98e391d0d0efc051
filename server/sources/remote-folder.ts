/**
 * A folder on a customer's SFTP server, read with the source's key. The server is a stranger: its
 * host key is pinned, its lists and files are bounded, and its silence ends the visit.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import ssh2 from 'ssh2';
import type { Client, FileEntryWithStats, SFTPWrapper } from 'ssh2';
import { resolveTarget, TargetError } from '../outgoing/targets.ts';
import type { TargetPolicy } from '../outgoing/targets.ts';
import type { SourceAddress } from './address.ts';

const READY_MS = 20_000;
const SILENCE_MS = 30_000;
const MAX_ENTRIES = 10_000;
const END_OF_LIST = 1;
const NO_SUCH_FILE = 2;

/** A visit that came to nothing, in a sentence for the account's owner. */
export class SourceProblem extends Error {
  override readonly name = 'SourceProblem';
}

export interface RemoteFile {
  readonly name: string;
  /** Epoch seconds. */
  readonly modifiedAt: number;
}

export class RemoteFolder {
  readonly #client: Client;
  readonly #sftp: SFTPWrapper;
  readonly #directory: string;
  readonly #signal: AbortSignal;

  private constructor(client: Client, sftp: SFTPWrapper, directory: string, signal: AbortSignal) {
    this.#client = client;
    this.#sftp = sftp;
    this.#directory = directory;
    this.#signal = signal;
  }

  /** @throws SourceProblem */
  static async open(
    address: SourceAddress,
    login: { privateKey: string; hostKeySha256: string },
    policy: TargetPolicy,
    signal: AbortSignal,
  ): Promise<RemoteFolder> {
    const host = await resolveTarget(address.host, policy).catch((cause: unknown) => {
      const reason = cause instanceof TargetError ? cause.message : 'its address is not known';
      throw new SourceProblem(`The server cannot be reached: ${reason}.`, { cause });
    });
    const client = new ssh2.Client();
    try {
      await connect(client, { ...address, host }, login, signal);
      const sftp = await answer<SFTPWrapper>((done) => client.sftp(done), signal);
      return new RemoteFolder(client, sftp, address.directory, signal);
    } catch (error) {
      client.destroy();
      if (error instanceof SourceProblem) throw error;
      throw new SourceProblem('The server offers no SFTP.', { cause: error });
    }
  }

  close(): void {
    this.#client.destroy();
  }

  /** Its plain files. @throws SourceProblem */
  async list(): Promise<RemoteFile[]> {
    const sftp = this.#sftp;
    const found: RemoteFile[] = [];
    try {
      const handle = await this.#answer<Buffer>((done) => sftp.opendir(this.#directory, done));
      for (;;) {
        const batch = await this.#batch(handle);
        if (batch === undefined) return found;
        for (const { filename, attrs } of batch) {
          if (attrs.isFile()) found.push({ name: filename, modifiedAt: attrs.mtime });
        }
        if (found.length > MAX_ENTRIES) break;
      }
    } catch (cause) {
      throw new SourceProblem('The folder cannot be read.', { cause });
    }
    throw new SourceProblem(`The folder holds more than ${MAX_ENTRIES} files.`);
  }

  /**
   * Copies a file to `target`, which is made anew.
   * @returns false when there is no such file
   * @throws SourceProblem
   */
  async download(name: string, target: string, maxBytes: number): Promise<boolean> {
    const source = this.#sftp.createReadStream(`${this.#directory}/${name}`);
    const silence = new Silence(() => source.destroy(new Error('The server is silent')));
    let sizeBytes = 0;
    try {
      await pipeline(
        source,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            silence.broken();
            sizeBytes += chunk.length;
            if (sizeBytes > maxBytes) throw new SourceProblem(`${name} is too large.`);
            yield chunk;
          }
        },
        createWriteStream(target, { mode: 0o600 }),
        { signal: this.#signal },
      );
      return true;
    } catch (cause) {
      if (cause instanceof SourceProblem) throw cause;
      if ((cause as { code?: unknown }).code === NO_SUCH_FILE) return false;
      throw new SourceProblem(`${name} cannot be read.`, { cause });
    } finally {
      silence.end();
    }
  }

  /** The next names of a list; undefined at its end. */
  async #batch(handle: Buffer): Promise<FileEntryWithStats[] | undefined> {
    try {
      return await this.#answer((done) => this.#sftp.readdir(handle, done));
    } catch (error) {
      if ((error as { code?: unknown }).code === END_OF_LIST) return undefined;
      throw error;
    }
  }

  #answer<T>(ask: (done: (error: Error | undefined, value: T) => void) => void): Promise<T> {
    return answer(ask, this.#signal);
  }
}

function connect(
  client: Client,
  { host, port, username }: SourceAddress,
  { privateKey, hostKeySha256 }: { privateKey: string; hostKeySha256: string },
  signal: AbortSignal,
): Promise<void> {
  let isExpected = true;
  return new Promise((resolve, reject) => {
    const stop = () => reject(new SourceProblem('The visit was broken off.'));
    signal.addEventListener('abort', stop, { once: true });
    client.once('close', () => signal.removeEventListener('abort', stop));
    client.once('ready', resolve);
    client.on('error', (cause: Error & { level?: string }) => {
      reject(new SourceProblem(isExpected ? reasonOf(cause) : HOST_KEY_CHANGED, { cause }));
    });
    client.connect({
      host,
      port,
      username,
      privateKey,
      readyTimeout: READY_MS,
      hostVerifier: (key: Buffer) => (isExpected = isSameHostKey(key, hostKeySha256)),
    });
  });
}

const HOST_KEY_CHANGED = 'The server shows another host key than the one that is pinned.';

function reasonOf({ level }: { level?: string }): string {
  if (level === 'client-authentication') {
    return "The server refuses the source's key: register its publicKey there.";
  }
  return 'The server cannot be reached, or is no SSH server.';
}

/** Both as `SHA256:` and unpadded base64. */
function isSameHostKey(key: Buffer, expected: string): boolean {
  const digest = createHash('sha256').update(key).digest();
  const wanted = Buffer.from(expected.replace(/^SHA256:/, ''), 'base64');
  return wanted.length === digest.length && timingSafeEqual(wanted, digest);
}

/** One request and its answer, within the time that a server may be silent. */
function answer<T>(
  ask: (done: (error: Error | undefined, value: T) => void) => void,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error('The visit was broken off'));
    signal.addEventListener('abort', stop, { once: true });
    const silence = new Silence(() => reject(new Error('The server is silent')));
    ask((error, value) => {
      silence.end();
      signal.removeEventListener('abort', stop);
      if (error) reject(error);
      else resolve(value);
    });
  });
}

/** Calls `whenTooLong` once nothing was heard for too long. */
class Silence {
  readonly #timer: NodeJS.Timeout;

  constructor(whenTooLong: () => void) {
    this.#timer = setTimeout(whenTooLong, SILENCE_MS);
  }

  broken(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
