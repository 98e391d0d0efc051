/**
 * One open SFTP session: ssh2's callbacks as promises that always settle. ssh2 forgets requests made
 * after a channel closed and waits for ever on a silent server; here both end as SessionEnded.
 * Knows nothing of deliveries.
 */
import type { Client, FileEntryWithStats, SFTPWrapper, Stats } from 'ssh2';
import type { HostKey } from '../../shared/domain/connection.ts';
import type { LoginUsed } from './ssh-login.ts';
import { writeThriftily } from './ssh-output.ts';

/** The server answered a request with a status other than OK. Mapped in remote-errors.ts. */
export class SftpStatusError extends Error {
  override readonly name = 'SftpStatusError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The session ended before a request was answered. Mapped in remote-errors.ts. */
export class SessionEndedError extends Error {
  override readonly name = 'SessionEndedError';
  readonly reason: 'lost' | 'silent';

  constructor(reason: 'lost' | 'silent', cause?: unknown) {
    super(`SFTP session ended: ${reason}`, { cause });
    this.reason = reason;
  }
}

/** SSH_FX_NO_SUCH_FILE of draft-ietf-secsh-filexfer-02, section 7. */
export const NO_SUCH_FILE = 2;
/** SSH_FX_OP_UNSUPPORTED of draft-ietf-secsh-filexfer-02, section 7. */
export const OP_UNSUPPORTED = 8;
/** SSH_FX_EOF of the same. */
const END_OF_FILE = 1;
/** An unsigned number of 32 bits, as SFTP's version 3 has it. */
const LAST_SECOND = 2 ** 32 - 1;
/** SSH_FX_FAILURE of the same. */
const FAILURE = 4;
/** How long a server may leave every open request unanswered. */
export const SILENCE_TIMEOUT_MS = 90_000;
/** How long a goodbye may take. */
export const CLOSE_TIMEOUT_MS = 2_000;
/** SSH_FXF_WRITE of draft-ietf-secsh-filexfer-02, section 6.3. */
const OPEN_WRITE = 2;
/** Every SFTP server takes packets of so many bytes (the draft's section 3). */
const LEAST_PACKET_BYTES = 34_000;
/** Leaves ssh2's own share of those packets free. */
export const SAFE_PACKET_BYTES = 31 * 1024;
/** More in one write spares nothing any more; a whole number of safe ones. */
export const LARGEST_WRITE_BYTES = 8 * SAFE_PACKET_BYTES;

/** Who is at both ends of a session. */
export interface SessionFacts {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly hostKey: HostKey;
  readonly login: LoginUsed;
}

export interface SessionOptions {
  /** A server that hears nothing for so long is asked something small. Default: never. */
  readonly keepAliveMs?: number;
  /** False for a further channel, which leaves the connection to the first. Default: true. */
  readonly endsConnection?: boolean;
}

/** Free space as `statvfs@openssh.com` tells it. */
export interface RemoteSpace {
  readonly freeBytes: number;
  readonly freeFiles: number;
  readonly readOnly: boolean;
}

/** What a folder's list tells of a name. */
export interface RemoteEntry {
  readonly name: string;
  readonly isFile: boolean;
  readonly sizeBytes: number;
  /** ISO 8601. */
  readonly modifiedAt: string;
}

type Callback<T> = (error: Error | null | undefined, value: T) => void;

/** ST_RDONLY of statvfs(3), the same bit in OpenSSH's extension. */
const READ_ONLY_FLAG = 1;

interface StatVfs {
  readonly f_frsize: number;
  readonly f_bavail: number;
  readonly f_files: number;
  readonly f_favail: number;
  readonly f_flag: number;
}

/** All methods reject with SftpStatusError or SessionEndedError. */
export class SftpSession {
  readonly facts: SessionFacts;
  readonly #client: Client;
  readonly #sftp: SFTPWrapper;
  readonly #waiting = new Set<(reason: Error) => void>();
  readonly #options: SessionOptions;
  readonly #idle: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  #ended: SessionEndedError | undefined;
  #roundTripMs = Infinity;

  constructor(
    client: Client,
    sftp: SFTPWrapper,
    facts: SessionFacts,
    options: SessionOptions = {},
  ) {
    this.#client = client;
    this.#sftp = sftp;
    writeThriftily(sftp);
    this.facts = facts;
    this.#options = options;
    // Some servers count SFTP requests only and drop a session on which SSH's own keep-alive is all there is.
    const { keepAliveMs } = options;
    if (keepAliveMs !== undefined) this.#idle = setInterval(() => this.#stayAlive(), keepAliveMs);
    const lost = (cause?: unknown) => this.#end('lost', cause);
    client.on('error', lost).on('close', () => lost());
    sftp.on('error', lost).on('close', () => lost());
  }

  /** The shortest time that an answer took so far, in milliseconds; Infinity before the first. */
  get roundTripMs(): number {
    return this.#roundTripMs;
  }

  /**
   * The most bytes that go into one packet: what the server told by `limits@openssh.com`, which ssh2 knows
   * but does not publish.
   */
  get maxWriteBytes(): number {
    const { _maxWriteLen: told } = this.#sftp as unknown as { readonly _maxWriteLen?: unknown };
    // To servers that tell nothing ssh2 sends the packets that all of them take, a little of which is its own.
    if (typeof told !== 'number' || !(told >= LEAST_PACKET_BYTES)) return SAFE_PACKET_BYTES;
    return Math.min(told, LARGEST_WRITE_BYTES);
  }

  /**
   * Opens one more SFTP channel on the same connection; closing it leaves the connection open.
   * @throws SessionEndedError; Error when the server allows no further channel
   */
  another(): Promise<SftpSession> {
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(this.#ended);
        return;
      }
      this.#waiting.add(reject);
      this.#client.sftp((error, sftp) => {
        this.#waiting.delete(reject);
        if (error) reject(error);
        else resolve(new SftpSession(this.#client, sftp, this.facts, { endsConnection: false }));
      });
    });
  }

  /** Opens a file that is there for writing, and leaves what is in it. Answers the handle. */
  openExisting(path: string): Promise<Buffer> {
    return this.#request((done: Callback<Buffer>) => this.#sftp.open(path, OPEN_WRITE, done));
  }

  /** Opens for writing; fails when the name exists. Sends no attributes. Answers the handle. */
  openExclusive(path: string): Promise<Buffer> {
    return this.#request((done: Callback<Buffer>) => this.#sftp.open(path, 'wx', done));
  }

  /**
   * Writes all bytes at the offset; may be called again before it settled. The bytes must stay as they are
   * until then: ssh2 takes what does not fit into one packet (see `maxWriteBytes`) out of them later.
   */
  write(handle: Buffer, bytes: Buffer, offset: number): Promise<void> {
    return this.#request((done: Callback<void>) =>
      this.#sftp.write(handle, bytes, 0, bytes.length, offset, (error) => done(error, undefined)),
    );
  }

  openToRead(path: string): Promise<Buffer> {
    return this.#request((done: Callback<Buffer>) => this.#sftp.open(path, 'r', done));
  }

  /** Fills the buffer from the offset as far as one answer goes; 0 at the end of the file. */
  async read(handle: Buffer, into: Buffer, offset: number): Promise<number> {
    try {
      return await this.#request((done: Callback<number>) =>
        this.#sftp.read(handle, into, 0, into.length, offset, done),
      );
    } catch (error) {
      if (error instanceof SftpStatusError && error.status === END_OF_FILE) return 0;
      throw error;
    }
  }

  closeHandle(handle: Buffer): Promise<void> {
    return this.#request((done: Callback<void>) =>
      this.#sftp.close(handle, (error) => done(error, undefined)),
    );
  }

  /** Follows no symbolic link. */
  lstat(path: string): Promise<Stats> {
    return this.#request((done: Callback<Stats>) => this.#sftp.lstat(path, done));
  }

  stat(path: string): Promise<Stats> {
    return this.#request((done: Callback<Stats>) => this.#sftp.stat(path, done));
  }

  /** What lies in a folder. Stops with SSH_FX_FAILURE at more names than `most`. */
  async list(path: string, most: number): Promise<RemoteEntry[]> {
    const handle = await this.#request((done: Callback<Buffer>) => this.#sftp.opendir(path, done));
    const entries: RemoteEntry[] = [];
    try {
      for (;;) {
        const some = await this.#request((done: Callback<FileEntryWithStats[]>) =>
          this.#sftp.readdir(handle, done),
        ).catch((error: unknown) => {
          if (error instanceof SftpStatusError && error.status === END_OF_FILE) return [];
          throw error;
        });
        if (some.length === 0) return entries;
        entries.push(...some.map(entryOf));
        if (entries.length > most) throw new SftpStatusError(FAILURE, 'too many names');
      }
    } finally {
      this.closeHandle(handle).catch(() => {});
    }
  }

  realpath(path: string): Promise<string> {
    return this.#request((done: Callback<string>) => this.#sftp.realpath(path, done));
  }

  unlink(path: string): Promise<void> {
    return this.#request((done: Callback<void>) =>
      this.#sftp.unlink(path, (error) => done(error, undefined)),
    );
  }

  /** SSH_FXP_RENAME: on OpenSSH it fails when the target exists. */
  rename(from: string, to: string): Promise<void> {
    return this.#request((done: Callback<void>) =>
      this.#sftp.rename(from, to, (error) => done(error, undefined)),
    );
  }

  /** `posix-rename@openssh.com`: replaces the target; status 8 when the server does not offer it. */
  posixRename(from: string, to: string): Promise<void> {
    return this.#request((done: Callback<void>) =>
      this.#sftp.ext_openssh_rename(from, to, (error) => done(error, undefined)),
    );
  }

  /** `statvfs@openssh.com`; status 8 when the server does not offer it. */
  async space(path: string): Promise<RemoteSpace> {
    const answer = await this.#request((done: Callback<StatVfs>) =>
      // The published types leave the answer out.
      this.#sftp.ext_openssh_statvfs(path, done as unknown as (error?: Error | null) => void),
    );
    return {
      freeBytes: Number(answer.f_bavail) * Number(answer.f_frsize),
      // Some file systems count no inodes at all and say 0 of 0.
      freeFiles: Number(answer.f_files) === 0 ? Infinity : Number(answer.f_favail),
      readOnly: (Number(answer.f_flag) & READ_ONLY_FLAG) !== 0,
    };
  }

  /** Says goodbye; cuts the connection when the server does not answer that. Never throws. */
  close(): void {
    if (this.#ended) return;
    this.#end('lost');
    if (this.#options.endsConnection === false) {
      this.#sftp.end();
      return;
    }
    this.#client.end();
    const cut = setTimeout(() => this.#client.destroy(), CLOSE_TIMEOUT_MS);
    this.#client.once('close', () => clearTimeout(cut));
  }

  #request<T>(send: (done: Callback<T>) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#ended) {
        reject(this.#ended);
        return;
      }
      this.#waiting.add(reject);
      this.#silence ??= setTimeout(() => {
        this.#end('silent');
        this.#client.destroy();
      }, SILENCE_TIMEOUT_MS);
      const askedAt = performance.now();
      const done: Callback<T> = (error, value) => {
        this.#roundTripMs = Math.min(this.#roundTripMs, performance.now() - askedAt);
        this.#waiting.delete(reject);
        this.#heard();
        if (error) reject(this.#toFailure(error));
        else resolve(value);
      };
      try {
        send(done);
      } catch (error) {
        // ssh2 throws for an extension that the server did not offer.
        done(new SftpStatusError(OP_UNSUPPORTED, (error as Error).message), undefined as T);
      }
    });
  }

  /** ssh2 fails its open requests without a status when the channel closes. */
  #toFailure(error: Error & { code?: unknown }): Error {
    if (error instanceof SftpStatusError) return error;
    if (typeof error.code === 'number') return new SftpStatusError(error.code, error.message);
    return this.#ended ?? new SessionEndedError('lost', error);
  }

  #stayAlive(): void {
    if (this.#waiting.size === 0) this.realpath('.').catch(() => {});
  }

  #heard(): void {
    if (this.#waiting.size > 0) {
      this.#silence?.refresh();
      return;
    }
    clearTimeout(this.#silence);
    this.#silence = undefined;
  }

  #end(reason: 'lost' | 'silent', cause?: unknown): void {
    if (this.#ended) return;
    const ended = new SessionEndedError(reason, cause);
    this.#ended = ended;
    clearTimeout(this.#silence);
    clearInterval(this.#idle);
    for (const reject of this.#waiting) reject(ended);
    this.#waiting.clear();
  }
}

function entryOf({ filename, attrs }: FileEntryWithStats): RemoteEntry {
  // What the server leaves out counts as nothing; a time beyond what a Date can hold is its last.
  const seconds = Math.min(attrs.mtime || 0, LAST_SECOND);
  return {
    name: filename,
    isFile: attrs.isFile(),
    sizeBytes: attrs.size || 0,
    modifiedAt: new Date(seconds * 1000).toISOString(),
  };
}
