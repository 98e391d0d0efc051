/**
 * A lock between processes of one profile: a small file that names the process which holds it, and the start of
 * the machine by which that id counts. One whose process is gone counts for nothing.
 */
import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { basename, dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '../../shared/errors/index.ts';
import { errorCode, writeError } from './file-errors.ts';
import { isRunning } from './running.ts';

const RETRY_MS = 25;
/** Far longer than what is done under a lock takes. */
const PATIENCE_MS = 20_000;

/** Gives the lock back. */
export type Release = () => Promise<void>;

/**
 * Takes the lock, unless it is held.
 * @returns undefined when a living process holds it, this one included
 * @throws AppError DISK_FULL, FILE_NOT_WRITABLE
 */
export async function takeFileLock(path: string): Promise<Release | undefined> {
  const boot = await bootOf();
  const own = `${process.pid} ${Math.floor(uptime())} ${boot} ${randomUUID()}`;
  if (await place(path, own)) return () => release(path, own);
  const holder = await textOf(path);
  if (holder !== undefined && isHeld(holder, boot)) return undefined;
  if (holder !== undefined) await clear(path, holder);
  return (await place(path, own)) ? () => release(path, own) : undefined;
}

/** Does the work while the lock is held, and waits for it before. @throws AppError PROFILE_BUSY, and those of the work */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lastTry = Date.now() + PATIENCE_MS;
  for (;;) {
    const release = await takeFileLock(path);
    if (release) {
      try {
        return await work();
      } finally {
        await release();
      }
    }
    if (Date.now() > lastTry) throw new AppError('PROFILE_BUSY', { file: basename(path) });
    await wait(RETRY_MS);
  }
}

/** Written first and linked then: nobody finds a lock that does not say whose it is. */
async function place(path: string, own: string): Promise<boolean> {
  const whole = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(whole, own, { mode: 0o600 });
    await link(whole, path);
    return true;
  } catch (cause) {
    if (errorCode(cause) === 'EEXIST') return false;
    throw writeError(basename(path), cause);
  } finally {
    await rm(whole, { force: true });
  }
}

/** Ids of processes begin anew with the machine: an old lock must not hold by a new process of the same id. */
function isHeld(holder: string, boot: string): boolean {
  const [pid, takenAt, takenIn] = holder.split(' ');
  return takenIn === boot && Number(takenAt) <= uptime() && isRunning(Number(pid));
}

/** Which start of the machine this is, where the system says so; there the clock plays no part in it. */
async function bootOf(): Promise<string> {
  return (await textOf('/proc/sys/kernel/random/boot_id'))?.trim() ?? '-';
}

/** Takes a dead process's lock away, and puts it back where another process has taken it meanwhile. */
async function clear(path: string, holder: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
    if ((await textOf(aside)) !== holder) await link(aside, path);
  } catch {
    // Another process was faster.
  } finally {
    await rm(aside, { force: true });
  }
}

async function release(path: string, own: string): Promise<void> {
  if ((await textOf(path)) === own) await rm(path, { force: true });
}

function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
