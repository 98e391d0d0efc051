/**
 * Sends one source to one remote file, many writes on the way at once, goes on where a broken upload stopped, and
 * makes sure that the whole of it is there. Which name it is written under is deliver.ts's decision.
 */
import { createHash, type Hash } from 'node:crypto';
import type { DeliveredFile } from '../../shared/domain/job.ts';
import { cancellable, throwIfCancelled } from './cancel.ts';
import { isStatus, remoteError, remoteFailure, type RemoteContext } from './remote-errors.ts';
import {
  compareWithRemote,
  hashRemote,
  isThere,
  look,
  readSource,
  undefinedIfRefused,
  type Agreement,
} from './remote-file.ts';
import type { RateLimit } from './rate-limit.ts';
import { remotePath } from './remote-names.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { SftpSession } from './sftp-session.ts';
import type { UploadSource } from './upload-source.ts';
import { UploadLanes } from './upload-lanes.ts';

/** A file that was sent, and how far its arrival could be verified. */
export interface SentFile extends DeliveredFile {
  /**
   * `stat`: the server told its size before the rename. `acknowledged`: the server does not let the
   * account look (a write-only folder); it acknowledged every byte and the close. `sha256`: it was read back,
   * and its SHA-256 is that of what was sent.
   */
  readonly verifiedBy: 'stat' | 'acknowledged' | 'sha256';
}

/** How a file is verified before it takes its final name. The size always is, where the server tells it. */
export type Verification = 'size' | 'sha256';

export interface Upload {
  readonly session: SftpSession;
  readonly directory: string;
  readonly finalName: string;
  /** The name under which it is written. */
  readonly writtenAs: string;
  readonly source: UploadSource;
  /** `sha256`: what arrived is read back and held against what was sent. */
  readonly verify: Verification | 'none';
  /**
   * What becomes of a file of this name. `resume`: it may be the beginning of this very source; what agrees is
   * not sent again. `refuse`: it is someone else's.
   */
  readonly there: 'remove' | 'resume' | 'refuse';
  readonly limit?: RateLimit | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called when the file is there and is ours. */
  readonly onOpened?: (() => void) | undefined;
  /** Called with each newly acknowledged number of bytes. */
  readonly onAcknowledged: (bytes: number) => void;
}

/**
 * Writes the source, closes the file and verifies it.
 *
 * @throws AppError REMOTE_*, CONNECTION_LOST, FILE_*, CANCELLED
 */
export async function uploadFile(upload: Upload): Promise<SentFile> {
  const { session, signal, source, finalName: name } = upload;
  const path = remotePath(upload.directory, upload.writtenAs);
  const at: RemoteContext = {
    session,
    directory: upload.directory,
    name,
    action: `sending ${name}`,
    neededBytes: source.totalBytes,
  };
  try {
    const hash = createHash('sha256');
    const beginning = await openBeginning(upload, path, { hash, at });
    const lanes = await UploadLanes.open(
      { session, handle: beginning.handle },
      path,
      source.totalBytes - beginning.agreedBytes,
    );
    const sizeBytes = await sendRest(upload, lanes, { ...beginning, hash }).catch(
      (error: unknown) => {
        lanes.abandon();
        throw error;
      },
    );
    await cancellable(lanes.close(), signal);
    const sent = { sizeBytes, sha256: hash.digest('hex') };
    return { name, ...sent, verifiedBy: await verify(upload, path, sent) };
  } catch (error) {
    throw await remoteError(error, at);
  }
}

interface Beginning extends Agreement {
  readonly handle: Buffer;
}

/** The file opened for writing, and how much of it is there already. */
async function openBeginning(
  upload: Upload,
  path: string,
  { hash, at }: { readonly hash: Hash; readonly at: RemoteContext },
): Promise<Beginning> {
  const resumed = upload.there === 'resume' ? await openResumed(upload, path, hash) : undefined;
  if (resumed?.handle) return { ...resumed, handle: resumed.handle };
  if (upload.there !== 'refuse') await removeStale(upload, path, at);
  const handle = await openNew(upload, path, at);
  upload.onOpened?.();
  return { handle, agreedBytes: 0, unsent: resumed?.unsent ?? [] };
}

/** Usually there is nothing, which is no failure. */
async function removeStale(upload: Upload, path: string, at: RemoteContext): Promise<void> {
  try {
    await cancellable(upload.session.unlink(path), upload.signal);
  } catch (error) {
    if (isStatus(error)) return;
    throw await remoteError(error, { ...at, action: `preparing ${upload.finalName}` });
  }
}

/**
 * Undefined where nothing is there that could be gone on with, or the server does not let it be read. Without a
 * handle where what is there is not of this source, from its first block on.
 */
async function openResumed(
  upload: Upload,
  path: string,
  hash: Hash,
): Promise<(Agreement & { readonly handle?: Buffer }) | undefined> {
  const { session, signal, source, onAcknowledged } = upload;
  let handle: Buffer | undefined;
  try {
    const foundBytes = (await cancellable(look(session, path), signal)).size;
    if (foundBytes === 0 || foundBytes > source.totalBytes) return undefined;
    handle = await cancellable(session.openExisting(path), signal);
    const compared = { source, foundBytes, hash, signal };
    const agreement = await compareWithRemote(session, path, compared);
    // An earlier attempt that is not over at the server yet could still write into that file.
    if (agreement.agreedBytes === 0) {
      await cancellable(session.closeHandle(handle), signal);
      return agreement;
    }
    onAcknowledged(agreement.agreedBytes);
    return { handle, ...agreement };
  } catch (error) {
    if (handle) session.closeHandle(handle).catch(() => {});
    return undefinedIfRefused(error);
  }
}

async function openNew(upload: Upload, path: string, at: RemoteContext): Promise<Buffer> {
  const { session, signal } = upload;
  try {
    return await cancellable(session.openExclusive(path), signal);
  } catch (error) {
    if (!isStatus(error)) throw error;
    const there = await cancellable(isThere(session, path), signal);
    if (there) throw remoteFailure('REMOTE_EXISTS', { ...at, name: upload.writtenAs }, error);
    throw error;
  }
}

/** Sends what is not there yet; answers the size of the whole. */
async function sendRest(
  upload: Upload,
  lanes: UploadLanes,
  { agreedBytes, unsent, hash }: Agreement & { readonly hash: Hash },
): Promise<number> {
  const { signal, limit, onAcknowledged } = upload;
  let offset = agreedBytes;
  // Buffers whose writes were all acknowledged: fresh memory is dear in Electron.
  const spare: Buffer[] = [];
  for await (const buffer of buffersOf(upload, unsent, spare)) {
    hash.update(buffer);
    let waiting = Math.ceil(buffer.length / lanes.pieceBytes);
    for (let from = 0; from < buffer.length; from += lanes.pieceBytes) {
      const piece = buffer.subarray(from, Math.min(from + lanes.pieceBytes, buffer.length));
      const size = piece.length;
      if (limit) await limit.take(size, signal);
      const lane = await cancellable(lanes.room(), signal);
      throwIfCancelled(signal);
      lanes.write(lane, piece, offset + from, () => {
        waiting -= 1;
        if (waiting === 0) spare.push(buffer);
        onAcknowledged(size);
      });
    }
    offset += buffer.length;
  }
  await cancellable(lanes.drained(), signal);
  return offset;
}

async function* buffersOf(
  { source, signal }: Upload,
  unsent: readonly Buffer[],
  spare: Buffer[],
): AsyncGenerator<Buffer, void, undefined> {
  yield* unsent;
  for (;;) {
    const buffer = await cancellable(readSource(source, spare.pop()), signal);
    if (buffer.length === 0) return;
    yield buffer;
  }
}

async function verify(
  upload: Upload,
  path: string,
  sent: { readonly sizeBytes: number; readonly sha256: string },
): Promise<SentFile['verifiedBy']> {
  if (upload.verify === 'none') return 'acknowledged';
  const bySize = await verifySize(upload, path, sent.sizeBytes);
  if (upload.verify === 'size') return bySize;
  const { session, signal, finalName: name, directory } = upload;
  const at: RemoteContext = { session, directory, name, action: `reading ${name} back` };
  let found: string;
  try {
    found = await hashRemote(session, path, sent.sizeBytes, signal);
  } catch (error) {
    if (isStatus(error)) throw remoteFailure('REMOTE_NOT_READABLE', at, error);
    throw error;
  }
  if (found !== sent.sha256) throw remoteFailure('REMOTE_CONTENT_DIFFERS', at);
  return 'sha256';
}

/** Never demands an answer: a write-only folder may refuse to be looked at. */
async function verifySize(
  upload: Upload,
  path: string,
  sentBytes: number,
): Promise<SentFile['verifiedBy']> {
  const { session, signal, finalName } = upload;
  let foundBytes: number;
  try {
    foundBytes = (await cancellable(look(session, path), signal)).size;
  } catch (error) {
    if (isStatus(error)) return 'acknowledged';
    throw error;
  }
  if (foundBytes === sentBytes) return 'stat';
  const { host } = session.facts;
  throw new AppError('REMOTE_SIZE_DIFFERS', { name: finalName, host, sentBytes, foundBytes });
}
