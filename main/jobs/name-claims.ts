/**
 * Who may use a name on a server: one small file a name, made in one step, so that of two processes of a
 * profile one gets it. App and CLI claim here alike. The files stay: a name is used once for ever.
 */
import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, writeError } from '../platform/file-errors.ts';

export class NameClaims {
  readonly #folder: string;

  constructor(profileDir: string) {
    this.#folder = join(profileDir, 'name-claims');
  }

  /**
   * Claims a name unless it is claimed.
   *
   * @param account `user@host:port`
   * @param owner an attempt or a job: whoever comes with the same id may use the name, too
   * @returns the name's owner, and whether it was claimed just now
   * @throws AppError DISK_FULL, FILE_NOT_WRITABLE
   */
  async take(
    account: string,
    dataName: string,
    owner: string,
  ): Promise<{ readonly owner: string; readonly isNew: boolean }> {
    const path = this.#path(account, dataName);
    const whole = join(this.#folder, `${randomUUID()}.new`);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      // Written first and linked then: nobody finds a claim that does not say whose it is.
      await writeFile(whole, owner, { mode: 0o600, flush: true });
      await link(whole, path);
      return { owner, isNew: true };
    } catch (cause) {
      if (errorCode(cause) !== 'EEXIST') throw writeError('name-claims', cause);
      return { owner: await readFile(path, 'utf8'), isNew: false };
    } finally {
      await rm(whole, { force: true });
    }
  }

  /** Gives the name back, if it is the owner's: nothing was sent under it. */
  async release(account: string, dataName: string, owner: string): Promise<void> {
    const path = this.#path(account, dataName);
    const holder = await readFile(path, 'utf8').catch(() => undefined);
    if (holder === owner) await rm(path, { force: true });
  }

  /** Names may be longer than a file's name, and a server's case may matter where the disk's does not. */
  #path(account: string, dataName: string): string {
    return join(
      this.#folder,
      createHash('sha256')
        .update(JSON.stringify([account, dataName]))
        .digest('hex'),
    );
  }
}

export function accountOf(target: {
  readonly username: string;
  readonly host: string;
  readonly port: number;
}): string {
  return `${target.username}@${target.host}:${target.port}`;
}
