/**
 * An SFTP server in memory with the habits of other makes, for what OpenSSH cannot be made to do. It is ssh2's,
 * over a real connection; it offers no extension. Files are whole buffers: for small ones.
 */
import type { AddressInfo } from 'node:net';
import ssh2, {
  type Attributes,
  type AuthContext,
  type Connection,
  type FileEntry,
  type SFTPWrapper,
} from 'ssh2';
import { makeSshKey } from '../../main/delivery/ssh-identity.ts';
import { readSshPublicHalf } from '../../main/delivery/ssh-private-key.ts';

const { OK, EOF, NO_SUCH_FILE, FAILURE, OP_UNSUPPORTED } = ssh2.utils.sftp.STATUS_CODE;
const { TRUNC, CREAT, EXCL } = ssh2.utils.sftp.OPEN_MODE;

export type SftpRequest = 'LSTAT' | 'STAT' | 'READ' | 'RENAME' | 'REMOVE' | 'REALPATH';

export interface Quirks {
  /** Requests answered with "operation unsupported". */
  readonly without?: readonly SftpRequest[];
  /** Requests answered with "permission denied". */
  readonly denied?: readonly SftpRequest[];
  /** Status and words for every write. */
  readonly write?: readonly [number, string];
  /** Answers a write, but keeps one of its bytes other than it was. */
  readonly spoilsWrites?: boolean;
  /** Takes no more bytes of a file than that and ends the connection. */
  readonly endAfterBytes?: number;
  /** What every size is said to be. */
  readonly sizeBytes?: number;
  /** Ends the connection in place of an answer to the rename to a name with this end. */
  readonly endAtRenameTo?: string;
  /** Ends a connection on which no SFTP request came for so long. SSH's own keep-alive does not count. */
  readonly idleMs?: number;
  /** Answers no read with more. */
  readonly mostReadBytes?: number;
  /** Decides about each attempt to log in. Default: all are let in. */
  readonly login?: (attempt: AuthContext) => void;
}

export interface QuirkySftp {
  readonly host: string;
  readonly port: number;
  readonly hostKeySha256: string;
  readonly files: Map<string, Buffer>;
  /** Every request that names a file, in order: `RENAME a b`. */
  readonly requests: readonly string[];
  /** Bytes of all writes so far. */
  readonly writtenBytes: number;
  stop(): void;
}

export async function startQuirkySftp(quirks: Quirks = {}): Promise<QuirkySftp> {
  const requests: string[] = [];
  const files = new Map<string, Buffer>();
  const shared: Shared = { quirks, files, requests, writtenBytes: 0 };
  const hostKey = makeSshKey({ comment: 'host' }).privateKey;
  const clients: Connection[] = [];
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    clients.push(client);
    client
      .on('error', () => {})
      .on('authentication', quirks.login ?? ((attempt) => attempt.accept()))
      .on('session', (accept) =>
        accept().on('sftp', (acceptSftp) => new Quirky(acceptSftp(), client, shared).serve()),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    hostKeySha256: readSshPublicHalf(hostKey).sha256,
    files,
    requests,
    get writtenBytes() {
      return shared.writtenBytes;
    },
    stop: () => {
      for (const client of clients) client.end();
      server.close();
    },
  };
}

interface Shared {
  readonly quirks: Quirks;
  readonly files: Map<string, Buffer>;
  readonly requests: string[];
  writtenBytes: number;
}

class Quirky {
  readonly #sftp: SFTPWrapper;
  readonly #client: Connection;
  readonly #shared: Shared;
  #idle: NodeJS.Timeout | undefined;

  constructor(sftp: SFTPWrapper, client: Connection, shared: Shared) {
    this.#sftp = sftp;
    this.#client = client;
    this.#shared = shared;
  }

  serve(): void {
    const { files } = this.#shared;
    const sftp = this.#sftp;
    this.#noteActivity();
    sftp.on('close', () => clearTimeout(this.#idle));
    sftp.on('OPEN', (id, name, flags) => this.#open(id, name, flags));
    sftp.on('WRITE', (id, handle, offset, data) =>
      this.#write(id, handle.toString(), offset, data),
    );
    sftp.on('READ', (id, handle, offset, length) => {
      if (!this.#takes('READ', id)) return;
      const most = this.#shared.quirks.mostReadBytes ?? length;
      const end = offset + Math.min(length, most);
      const bytes = files.get(handle.toString())?.subarray(offset, end);
      if (bytes === undefined || bytes.length === 0) sftp.status(id, EOF);
      else sftp.data(id, bytes);
    });
    sftp.on('CLOSE', (id) => {
      this.#noteActivity();
      sftp.status(id, OK);
    });
    sftp.on('LSTAT', (id, name) => this.#stat('LSTAT', id, name));
    sftp.on('STAT', (id, name) => this.#stat('STAT', id, name));
    sftp.on('REALPATH', (id, name) => {
      if (!this.#takes('REALPATH', id)) return;
      sftp.name(id, [{ filename: `/home/${name}` } as FileEntry]);
    });
    sftp.on('REMOVE', (id, name) => {
      this.#shared.requests.push(`REMOVE ${name}`);
      if (this.#takes('REMOVE', id)) sftp.status(id, files.delete(name) ? OK : NO_SUCH_FILE);
    });
    sftp.on('RENAME', (id, from, to) => this.#rename(id, from, to));
    sftp.on('EXTENDED', (id) => sftp.status(id, FAILURE));
  }

  #open(id: number, name: string, flags: number): void {
    const { files, requests } = this.#shared;
    this.#noteActivity();
    requests.push(`OPEN ${name}`);
    const before = files.get(name);
    if (before !== undefined && (flags & EXCL) !== 0) {
      this.#sftp.status(id, FAILURE);
    } else if (before === undefined && (flags & CREAT) === 0) {
      this.#sftp.status(id, NO_SUCH_FILE);
    } else {
      if (before === undefined || (flags & TRUNC) !== 0) files.set(name, Buffer.alloc(0));
      this.#sftp.handle(id, Buffer.from(name));
    }
  }

  #write(id: number, name: string, offset: number, data: Buffer): void {
    const { files, quirks } = this.#shared;
    this.#noteActivity();
    const end = offset + data.length;
    if (end > (quirks.endAfterBytes ?? Infinity)) {
      this.#client.end();
      return;
    }
    this.#shared.writtenBytes += data.length;
    if (quirks.write === undefined) {
      const before = files.get(name) ?? Buffer.alloc(0);
      const after = Buffer.alloc(Math.max(before.length, end));
      before.copy(after);
      data.copy(after, offset);
      if (quirks.spoilsWrites) after[offset] = (after[offset] ?? 0) ^ 1;
      files.set(name, after);
    }
    this.#sftp.status(id, ...(quirks.write ?? ([OK, ''] as const)));
  }

  #rename(id: number, from: string, to: string): void {
    const { files, quirks, requests } = this.#shared;
    requests.push(`RENAME ${from} ${to}`);
    if (!this.#takes('RENAME', id)) return;
    if (quirks.endAtRenameTo && to.endsWith(quirks.endAtRenameTo)) {
      this.#client.end();
      return;
    }
    const bytes = files.get(from);
    if (bytes === undefined) {
      this.#sftp.status(id, NO_SUCH_FILE);
    } else if (files.has(to)) {
      this.#sftp.status(id, FAILURE);
    } else {
      files.delete(from);
      files.set(to, bytes);
      this.#sftp.status(id, OK);
    }
  }

  #stat(request: 'LSTAT' | 'STAT', id: number, name: string): void {
    if (!this.#takes(request, id)) return;
    const { files, quirks } = this.#shared;
    const size = files.get(name)?.length;
    const isFolder = name === '.' || name === 'in';
    if (isFolder) this.#sftp.attrs(id, { mode: 0o040_755, size: 0 } as Attributes);
    else if (size === undefined) this.#sftp.status(id, NO_SUCH_FILE);
    else this.#sftp.attrs(id, { mode: 0o100_644, size: quirks.sizeBytes ?? size } as Attributes);
  }

  #takes(request: SftpRequest, id: number): boolean {
    const { without, denied } = this.#shared.quirks;
    this.#noteActivity();
    if (without?.includes(request)) this.#sftp.status(id, OP_UNSUPPORTED);
    else if (denied?.includes(request))
      this.#sftp.status(id, ssh2.utils.sftp.STATUS_CODE.PERMISSION_DENIED);
    else return true;
    return false;
  }

  #noteActivity(): void {
    const { idleMs } = this.#shared.quirks;
    if (idleMs === undefined) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#client.end(), idleMs);
  }
}
