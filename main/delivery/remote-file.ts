/** Looks at a remote file and reads it back, many reads on the way at once. */
import { createHash, type Hash } from 'node:crypto';
import type { Stats } from 'ssh2';
import { cancellable } from './cancel.ts';
import { isStatus } from './remote-errors.ts';
import {
  LARGEST_WRITE_BYTES,
  OP_UNSUPPORTED,
  SAFE_PACKET_BYTES,
  type SftpSession,
} from './sftp-session.ts';
import type { UploadSource } from './upload-source.ts';

/** Blocks that are asked for ahead of the one that is looked at, each of `LARGEST_WRITE_BYTES`. */
const BLOCKS_AHEAD = 8;

/** What is there under the name; where the server cannot tell without following a link, that. */
export async function look(session: SftpSession, path: string): Promise<Stats> {
  try {
    return await session.lstat(path);
  } catch (error) {
    if (isStatus(error) && error.status === OP_UNSUPPORTED) return session.stat(path);
    throw error;
  }
}

/** Whether something has this name; false also when the server does not let the account look. */
export async function isThere(session: SftpSession, path: string): Promise<boolean> {
  try {
    await look(session, path);
    return true;
  } catch (error) {
    if (isStatus(error)) return false;
    throw error;
  }
}

/**
 * SHA-256 of the bytes that the server holds, lower-case hex.
 * @throws SftpStatusError where the server does not let the file be read; SessionEndedError; AppError CANCELLED
 */
export async function hashRemote(
  session: SftpSession,
  path: string,
  sizeBytes: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  const hash = createHash('sha256');
  await withReading(session, path, signal, async (handle) => {
    const ahead: Promise<Buffer>[] = [];
    for (let asked = 0; asked < sizeBytes || ahead.length > 0;) {
      if (asked < sizeBytes && ahead.length < BLOCKS_AHEAD) {
        const length = Math.min(LARGEST_WRITE_BYTES, sizeBytes - asked);
        ahead.push(settled(readBlock(session, handle, asked, length)));
        asked += length;
        continue;
      }
      const block = ahead.shift();
      if (block) hash.update(await cancellable(block, signal));
    }
  });
  return hash.digest('hex');
}

/** How far a remote file and a source are the same, and what was taken from the source beyond that. */
export interface Agreement {
  readonly agreedBytes: number;
  readonly unsent: readonly Buffer[];
}

/**
 * Reads the source and what is there of it side by side, up to the first block in which they differ. A write that was
 * lost while a later one arrived shows here: its bytes are zeros. What the server does not let be read differs.
 * @throws SftpStatusError before the source was read; SessionEndedError; AppError FILE_*, CANCELLED
 */
export async function compareWithRemote(
  session: SftpSession,
  path: string,
  { source, foundBytes, hash, signal }: ComparedWith,
): Promise<Agreement> {
  return withReading(session, path, signal, async (handle) => {
    const ahead: { readonly local: Buffer; readonly remote: Promise<Buffer> }[] = [];
    let askedBytes = 0;
    let agreedBytes = 0;
    for (;;) {
      while (askedBytes < foundBytes && ahead.length < BLOCKS_AHEAD) {
        const local = await readSource(source);
        if (local.length === 0) break;
        const remote = settled(readBlock(session, handle, askedBytes, local.length));
        ahead.push({ local, remote });
        askedBytes += local.length;
      }
      const block = ahead.shift();
      if (block === undefined) return { agreedBytes, unsent: [] };
      const there = await cancellable(block.remote, signal).catch(undefinedIfRefused);
      if (!there?.equals(block.local)) {
        return { agreedBytes, unsent: [block, ...ahead].map(({ local }) => local) };
      }
      hash.update(block.local);
      agreedBytes += block.local.length;
    }
  });
}

export interface ComparedWith {
  readonly source: UploadSource;
  /** Size of the remote file. */
  readonly foundBytes: number;
  /** Takes what agrees. */
  readonly hash: Hash;
  readonly signal: AbortSignal | undefined;
}

/** Some bytes of the source, none at its end: in a buffer of their own, or in one that is done with. */
export async function readSource(source: UploadSource, spare?: Buffer): Promise<Buffer> {
  const buffer = spare ?? Buffer.allocUnsafeSlow(LARGEST_WRITE_BYTES);
  return buffer.subarray(0, await source.read(buffer));
}

/** What the server refused is not there; anything else is thrown on. */
export function undefinedIfRefused(error: unknown): undefined {
  if (!isStatus(error)) throw error;
}

async function withReading<T>(
  session: SftpSession,
  path: string,
  signal: AbortSignal | undefined,
  work: (handle: Buffer) => Promise<T>,
): Promise<T> {
  const handle = await cancellable(session.openToRead(path), signal);
  try {
    return await work(handle);
  } finally {
    session.closeHandle(handle).catch(() => {});
  }
}

/** What lies at the offset, fewer bytes than asked for at the end of the file. */
async function readBlock(
  session: SftpSession,
  handle: Buffer,
  offset: number,
  length: number,
): Promise<Buffer> {
  const block = Buffer.allocUnsafe(length);
  const pieces: Promise<number>[] = [];
  for (let from = 0; from < length; from += SAFE_PACKET_BYTES) {
    const piece = block.subarray(from, Math.min(from + SAFE_PACKET_BYTES, length));
    pieces.push(settled(readPiece(session, handle, piece, offset + from)));
  }
  let read = 0;
  for (const piece of pieces) read += await piece;
  return block.subarray(0, read);
}

/** Servers may answer with fewer bytes than were asked for. */
async function readPiece(
  session: SftpSession,
  handle: Buffer,
  into: Buffer,
  offset: number,
): Promise<number> {
  let read = 0;
  while (read < into.length) {
    const got = await session.read(handle, into.subarray(read), offset + read);
    if (got === 0) break;
    read += got;
  }
  return read;
}

/** A failure is heard by who awaits it; until then it is not unhandled. */
function settled<T>(work: Promise<T>): Promise<T> {
  work.catch(() => {});
  return work;
}
