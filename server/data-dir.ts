/** The data folder: made, locked against a second server, and removed when it was temporary. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { StartError, UsageError } from './failure.ts';
import type { DemoApp } from './sds/demo.ts';
import type { TenantCredentials } from './store/sds-tenants.ts';

const TOKEN_BYTES = 32;

export interface DataDir {
  readonly path: string;
  /** Its own name among the data folders that share a database: what came in here is dealt with here. */
  readonly receiver: string;
  /** Where a master key goes that nobody gave: beside the data, never among it. */
  readonly masterKeyFile: string;
  release(): Promise<void>;
}

/** @throws StartError when another server uses the folder. */
export async function openDataDir(given: string | undefined): Promise<DataDir> {
  if (given === undefined) {
    const base = await mkdtemp(join(await realpath(tmpdir()), 'sealift-server-'));
    const path = join(base, 'data');
    await mkdir(path, { mode: 0o700 });
    const remove = () => rm(base, { recursive: true, force: true });
    const receiver = await receiverOf(path);
    return { path, receiver, masterKeyFile: join(base, 'data.master-key'), release: remove };
  }
  await mkdir(given, { recursive: true, mode: 0o700 });
  const path = await realpath(resolve(given));
  const lock = join(path, 'server.lock');
  await takeLock(lock);
  return {
    path,
    receiver: await receiverOf(path),
    masterKeyFile: `${path}.master-key`,
    release: () => rm(lock, { force: true }),
  };
}

async function receiverOf(folder: string): Promise<string> {
  const file = join(folder, 'receiver-id');
  const known = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return '';
  });
  if (known.trim() !== '') return known.trim();
  const made = randomUUID();
  await writeWhole(file, made);
  return made;
}

/** Of one data folder, in a 0600 file: what may be done with the server, and who its first tenant is. */
export interface Credentials {
  readonly adminToken: string;
  readonly sds?: TenantCredentials;
  /** With `--seed demo`. */
  readonly sdsApps?: readonly DemoApp[];
}

/** Reads the credentials of this data folder; made at the first start. */
export async function openCredentials(
  dataDir: string,
): Promise<{ file: string; credentials: Credentials }> {
  const file = join(dataDir, 'credentials.json');
  try {
    const credentials = JSON.parse(await readFile(file, 'utf8')) as Partial<Credentials>;
    if (typeof credentials.adminToken !== 'string' || credentials.adminToken === '') {
      throw new UsageError(`${file} holds no adminToken`);
    }
    return { file, credentials: { ...credentials, adminToken: credentials.adminToken } };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const credentials = { adminToken: randomBytes(TOKEN_BYTES).toString('base64url') };
  await writeCredentials(file, credentials);
  return { file, credentials };
}

export function writeCredentials(file: string, credentials: Credentials): Promise<void> {
  return writeWhole(file, `${JSON.stringify(credentials, null, 2)}\n`);
}

/** Replaces the file as a whole: a start that is broken off leaves the old one. */
async function writeWhole(file: string, text: string): Promise<void> {
  const part = `${file}.part`;
  await rm(part, { force: true });
  await writeFile(part, text, { mode: 0o600, flag: 'wx' });
  await rename(part, file);
}

/** The lock names its owner's process, so that one left by a crash is recognised. */
async function takeLock(lock: string): Promise<void> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      await writeFile(lock, `${process.pid}\n`, { mode: 0o600, flag: 'wx' });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number(await readFile(lock, 'utf8').catch(() => ''));
    if (owner > 0 && owner !== process.pid && isAlive(owner)) {
      throw new StartError(
        `Another server (process ${owner}) uses this data folder`,
        `End process ${owner}, or use another folder with --data`,
      );
    }
    await rm(lock, { force: true });
  }
  throw new StartError(
    'Another server has just started on this data folder',
    'Use that one, or another folder with --data',
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
