/** Where the master key comes from. It is never kept inside the data folder that it protects. */
import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { UsageError } from '../failure.ts';

const KEY_BYTES = 32;

export interface MasterKeySource {
  /** `--master-key`; must exist, with access for its owner only. */
  readonly file: string | undefined;
  /** `SEALIFT_MASTER_KEY`. */
  readonly value: string | undefined;
  /** Used when neither is given; made at the first start. */
  readonly fallbackFile: string;
}

/**
 * The master key: 32 bytes, written as 64 hex digits or base64.
 * @throws UsageError when the key is not of that form or its file is open to others.
 */
export async function loadMasterKey(source: MasterKeySource): Promise<Buffer> {
  if (source.file !== undefined) return readKeyFile(source.file);
  if (source.value !== undefined) return parseKey(source.value, 'SEALIFT_MASTER_KEY');
  try {
    await writeFile(source.fallbackFile, `${randomBytes(KEY_BYTES).toString('hex')}\n`, {
      mode: 0o600,
      flag: 'wx',
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readKeyFile(source.fallbackFile);
}

async function readKeyFile(path: string): Promise<Buffer> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile()) throw new UsageError(`The master key file ${path} does not exist`);
  // Windows has no such mode bits: its files are guarded by the user's profile folder.
  if (process.platform !== 'win32' && (info.mode & 0o077) !== 0) {
    throw new UsageError(`The master key file ${path} is open to other users: chmod 600 it`);
  }
  return parseKey(await readFile(path, 'utf8'), path);
}

function parseKey(text: string, where: string): Buffer {
  const trimmed = text.trim();
  const key = Buffer.from(trimmed, /^[0-9a-f]{64}$/i.test(trimmed) ? 'hex' : 'base64');
  if (key.length !== KEY_BYTES) {
    throw new UsageError(`${where} must hold ${KEY_BYTES} bytes as hex or base64`);
  }
  return key;
}
