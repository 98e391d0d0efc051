/** One SFTP session: requests in, one answer to each, whatever happens. */
import type { Stats } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Attributes, FileEntry, SFTPWrapper } from 'ssh2';
import { errorFields, log } from '../log.ts';
import type { AccountFiles, OpenFile } from './account-files.ts';
import { windowBytes } from './backlog.ts';
import { STATUS, SftpFailure, expectedFailure } from './status.ts';

/** Bits of SSH_FXP_OPEN's flags (draft-ietf-secsh-filexfer-02, 6.3). */
const OPEN = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const;
const MAX_HANDLES = 128;
const MAX_READ_BYTES = 256 * 1024;
const ENTRIES_A_REPLY = 100;
/** A client that has this much to write or read under way does not wait for answers: it is cut off. */
const MAX_PENDING_BYTES = 64 * 1024 * 1024;
/** What a request costs in memory beside its data. */
const REQUEST_BYTES = 1024;
/** While this much lies unsent in the socket, no data is added. */
const MAX_UNSENT_BYTES = 4 * 1024 * 1024;
const UNSENT_POLL_MS = 5;

export interface SessionOptions {
  readonly files: AccountFiles;
  readonly accountId: string;
  readonly maxFileBytes: number;
  /** A file was completed under this path; resolves when what follows from it is safe. */
  readonly onComplete: (path: string) => Promise<void>;
  readonly onActivity: () => void;
  readonly disconnect: () => void;
  /** What the connection's socket holds because the client does not read. */
  readonly unsentBytes: () => number;
}

type Handle =
  | { readonly kind: 'file'; readonly opened: OpenFile; readonly pending: Set<Promise<unknown>> }
  | { readonly kind: 'folder'; entries: FileEntry[] };

export class SftpSession {
  readonly #sftp: SFTPWrapper;
  readonly #options: SessionOptions;
  readonly #handles = new Map<number, Handle>();
  #nextHandle = 1;
  #opening = 0;
  #ended = false;
  #abandoning: Promise<void> | undefined;
  #pendingBytes = 0;
  #sending: Promise<void> = Promise.resolve();

  constructor(sftp: SFTPWrapper, options: SessionOptions) {
    this.#sftp = sftp;
    this.#options = options;
    this.#listen();
  }

  /** The channel or connection has ended: what is open is left unfinished. */
  abandon(): Promise<void> {
    this.#ended = true;
    this.#abandoning ??= this.#abandonAll();
    return this.#abandoning;
  }

  async #abandonAll(): Promise<void> {
    const handles = [...this.#handles.values()];
    this.#handles.clear();
    for (const handle of handles) {
      if (handle.kind !== 'file') continue;
      await Promise.allSettled(handle.pending);
      await this.#options.files.abandon(handle.opened).catch(() => undefined);
    }
  }

  #listen(): void {
    const { files } = this.#options;
    const sftp = this.#sftp;
    // Garbage inside the SFTP channel: ssh2 has closed it already.
    sftp.on('error', (error: unknown) => log.warn('sftp.protocol-error', errorFields(error)));
    sftp.on('end', () => {
      void this.abandon();
      sftp.end();
    });
    sftp.on('OPEN', (id, path, flags) => this.#answer(id, () => this.#open(id, path, flags)));
    sftp.on('READ', (id, handle, offset, length) => this.#read(id, handle, offset, length));
    sftp.on('WRITE', (id, handle, offset, data) => this.#write(id, handle, offset, data));
    sftp.on('CLOSE', (id, handle) => this.#answer(id, () => this.#close(id, handle)));
    sftp.on('STAT', (id, path) => this.#answer(id, () => this.#stat(id, path)));
    sftp.on('LSTAT', (id, path) => this.#answer(id, () => this.#stat(id, path)));
    sftp.on('FSTAT', (id, handle) =>
      this.#answer(id, async () => {
        sftp.attrs(id, attributesOf(await this.#file(handle).opened.file.stat()));
      }),
    );
    sftp.on('SETSTAT', (id, path, attrs) =>
      this.#done(id, async () => {
        await files.stat(path);
        ignoreAttributes(attrs);
      }),
    );
    sftp.on('FSETSTAT', (id, handle, attrs) =>
      this.#done(id, async () => {
        this.#file(handle);
        ignoreAttributes(attrs);
      }),
    );
    sftp.on('OPENDIR', (id, path) => this.#answer(id, () => this.#openFolder(id, path)));
    sftp.on('READDIR', (id, handle) => this.#answer(id, async () => this.#readFolder(id, handle)));
    sftp.on('REMOVE', (id, path) => this.#done(id, () => files.remove(path)));
    sftp.on('MKDIR', (id, path) => this.#done(id, () => files.makeFolder(path)));
    sftp.on('RMDIR', (id, path) => this.#done(id, () => files.removeFolder(path)));
    sftp.on('RENAME', (id, from, to) => this.#done(id, () => this.#rename(from, to)));
    sftp.on('REALPATH', (id, path) =>
      this.#answer(id, async () => {
        const name = `/${files.resolve(path)}`;
        // The protocol wants attributes; clients look at the name alone.
        sftp.name(id, [{ filename: name, longname: name, attrs: {} as Attributes }]);
      }),
    );
    sftp.on('READLINK', (id) => this.#refuse(id));
    sftp.on('SYMLINK', (id) => this.#refuse(id));
    sftp.on('EXTENDED', (id) => sftp.status(id, STATUS.unsupported, 'Not supported'));
  }

  async #open(id: number, path: string, flags: number): Promise<void> {
    await this.#openHandle(id, async () => {
      const opened = await this.#options.files.open(path, {
        read: (flags & OPEN.read) !== 0,
        write: (flags & (OPEN.write | OPEN.append)) !== 0,
        append: (flags & OPEN.append) !== 0,
        create: (flags & OPEN.create) !== 0,
        truncate: (flags & OPEN.truncate) !== 0,
        exclusive: (flags & OPEN.exclusive) !== 0,
      });
      return { kind: 'file', opened, pending: new Set() };
    });
  }

  #read(id: number, handle: Buffer, offset: number, length: number): void {
    const bytes = Math.min(length, MAX_READ_BYTES);
    this.#carry(id, bytes, async () => {
      const { opened, pending } = this.#file(handle);
      await settled(pending, this.#readAt(id, opened, offset, bytes));
    });
  }

  async #readAt(id: number, opened: OpenFile, offset: number, length: number): Promise<void> {
    const buffer = Buffer.allocUnsafe(length);
    const { bytesRead } = await opened.file.read(buffer, 0, length, offset);
    if (bytesRead === 0) this.#sftp.status(id, STATUS.eof, 'End of file');
    else await this.#sendData(id, buffer.subarray(0, bytesRead));
  }

  /** One answer at a time, and only as the client takes them: ssh2 would hold any number. */
  async #sendData(id: number, data: Buffer): Promise<void> {
    const sending = this.#sending.then(async () => {
      while (!this.#ended && this.#isClogged()) await delay(UNSENT_POLL_MS);
      if (!this.#ended) this.#sftp.data(id, data);
    });
    this.#sending = sending.catch(() => undefined);
    await sending;
  }

  /** Whether the channel's window is used up, or the socket is full. */
  #isClogged(): boolean {
    return windowBytes(this.#sftp) === 0 || this.#options.unsentBytes() > MAX_UNSENT_BYTES;
  }

  /** Not awaited one by one: clients keep many writes under way, and so does the disk. */
  #write(id: number, handle: Buffer, offset: number, data: Buffer): void {
    this.#carry(id, data.length, async () => {
      const { opened, pending } = this.#file(handle);
      const at = opened.appendAt ?? offset;
      if (opened.appendAt !== undefined) opened.appendAt += data.length;
      await settled(pending, this.#writeAt(opened, data, at));
      this.#sftp.status(id, STATUS.ok);
    });
  }

  /** For requests that keep this many bytes in memory until they are answered. */
  #carry(id: number, bytes: number, work: () => Promise<void>): void {
    if (this.#ended) return;
    const held = bytes + REQUEST_BYTES;
    this.#pendingBytes += held;
    if (this.#pendingBytes > MAX_PENDING_BYTES) {
      log.warn('sftp.flooded', { account: this.#options.accountId });
      this.#ended = true;
      this.#options.disconnect();
      return;
    }
    this.#answer(id, () => work().finally(() => (this.#pendingBytes -= held)));
  }

  async #writeAt(opened: OpenFile, data: Buffer, offset: number): Promise<void> {
    try {
      if (!opened.writable) throw new SftpFailure(STATUS.permissionDenied, 'Opened for reading');
      if (offset + data.length > this.#options.maxFileBytes) {
        throw new SftpFailure(STATUS.failure, 'The file is larger than the server takes');
      }
      let written = 0;
      while (written < data.length) {
        const rest = data.length - written;
        written += (await opened.file.write(data, written, rest, offset + written)).bytesWritten;
      }
    } catch (error) {
      opened.broken = true;
      throw error;
    }
  }

  async #close(id: number, handle: Buffer): Promise<void> {
    const number = handleNumber(handle);
    const held = this.#handles.get(number);
    if (!held) throw new SftpFailure(STATUS.failure, 'No such handle');
    this.#handles.delete(number);
    if (held.kind === 'file') {
      await Promise.allSettled(held.pending);
      const complete = await this.#options.files.close(held.opened);
      // Clients that pipeline may look at this answer alone.
      if (held.opened.broken)
        throw new SftpFailure(STATUS.failure, 'The file was not wholly written');
      if (complete) await this.#options.onComplete(held.opened.path);
    }
    this.#sftp.status(id, STATUS.ok);
  }

  async #stat(id: number, path: string): Promise<void> {
    this.#sftp.attrs(id, attributesOf(await this.#options.files.stat(path)));
  }

  async #rename(from: string, to: string): Promise<void> {
    const complete = await this.#options.files.rename(from, to);
    if (complete) await this.#options.onComplete(this.#options.files.resolve(to));
  }

  async #openFolder(id: number, path: string): Promise<void> {
    await this.#openHandle(id, async () => {
      const entries = (await this.#options.files.list(path)).map(({ name, stats }) => ({
        filename: name,
        longname: longName(name, stats),
        attrs: attributesOf(stats),
      }));
      return { kind: 'folder', entries };
    });
  }

  #readFolder(id: number, handle: Buffer): void {
    const held = this.#handles.get(handleNumber(handle));
    if (held?.kind !== 'folder') throw new SftpFailure(STATUS.failure, 'No such handle');
    const part = held.entries.splice(0, ENTRIES_A_REPLY);
    if (part.length === 0) this.#sftp.status(id, STATUS.eof, 'End of folder');
    else this.#sftp.name(id, part);
  }

  #refuse(id: number): void {
    this.#sftp.status(id, STATUS.permissionDenied, 'Links are not allowed');
  }

  /** Counts a handle while it is being opened: requests come faster than files open. */
  async #openHandle(id: number, open: () => Promise<Handle>): Promise<void> {
    if (this.#handles.size + this.#opening >= MAX_HANDLES) {
      throw new SftpFailure(STATUS.failure, 'Too many open files');
    }
    this.#opening += 1;
    try {
      const handle = await open();
      if (this.#ended) {
        if (handle.kind === 'file') await this.#options.files.abandon(handle.opened);
        return;
      }
      const number = this.#nextHandle++;
      this.#handles.set(number, handle);
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(number);
      this.#sftp.handle(id, bytes);
    } finally {
      this.#opening -= 1;
    }
  }

  #file(handle: Buffer): Extract<Handle, { kind: 'file' }> {
    const held = this.#handles.get(handleNumber(handle));
    if (held?.kind !== 'file') throw new SftpFailure(STATUS.failure, 'No such handle');
    return held;
  }

  /** For requests whose good answer is a bare OK. */
  #done(id: number, work: () => Promise<void>): void {
    this.#answer(id, async () => {
      await work();
      this.#sftp.status(id, STATUS.ok);
    });
  }

  #answer(id: number, work: () => Promise<void>): void {
    this.#options.onActivity();
    work().catch((error: unknown) => {
      const failure = expectedFailure(error);
      if (!failure) {
        log.error('sftp.request-failed', {
          account: this.#options.accountId,
          ...errorFields(error),
        });
      }
      this.#sftp.status(id, failure?.status ?? STATUS.failure, failure?.message ?? 'Failure');
    });
  }
}

/** Notes the work with a file until it is done: a CLOSE waits for it. */
async function settled(pending: Set<Promise<unknown>>, work: Promise<void>): Promise<void> {
  pending.add(work);
  await work.finally(() => pending.delete(work));
}

function handleNumber(handle: Buffer): number {
  return handle.length === 4 ? handle.readUInt32BE() : 0;
}

/** Modes and times are the server's affair; a size change through attributes would be silent loss. */
function ignoreAttributes(attrs: Attributes): void {
  if ((attrs as Partial<Attributes>).size !== undefined) {
    throw new SftpFailure(STATUS.unsupported, 'A size cannot be set');
  }
}

function attributesOf(stats: Stats): Attributes {
  return {
    mode: stats.isDirectory() ? 0o040700 : 0o100600,
    uid: 0,
    gid: 0,
    size: stats.size,
    atime: Math.floor(stats.atimeMs / 1000),
    mtime: Math.floor(stats.mtimeMs / 1000),
  };
}

/** As `ls -l` writes it: some clients show this line as it is. */
function longName(name: string, stats: Stats): string {
  const kind = stats.isDirectory() ? 'drwx------' : '-rw-------';
  const date = stats.mtime.toISOString().slice(0, 10);
  return `${kind}    1 sealift  sealift  ${String(stats.size).padStart(12)} ${date} ${name}`;
}
