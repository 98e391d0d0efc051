/**
 * Sends one source to one new remote file, many writes on the way at once, and makes sure that the whole of
 * it is there. Works on temporary names only; taking final names is deliver.ts's work.
 */
import { createHash } from 'node:crypto';
import type { DeliveredFile } from '../../shared/domain/job.ts';
import { cancellable, throwIfCancelled } from './cancel.ts';
import { isStatus, remoteError, remoteFailure, type RemoteContext } from './remote-errors.ts';
import { remotePath } from './remote-names.ts';
import { AppError } from '../../shared/errors/index.ts';
import { LARGEST_WRITE_BYTES, type SftpSession } from './sftp-session.ts';
import type { UploadSource } from './upload-source.ts';
import { UploadLanes } from './upload-lanes.ts';

/** A file that was sent, and how far its arrival could be verified. */
export interface SentFile extends DeliveredFile {
  /**
   * `stat`: the server told its size before the rename. `acknowledged`: the server does not let the
   * account look (a write-only folder); it acknowledged every byte and the close.
   */
  readonly verifiedBy: 'stat' | 'acknowledged';
}

export interface Upload {
  readonly session: SftpSession;
  readonly directory: string;
  readonly finalName: string;
  readonly temporaryName: string;
  readonly source: UploadSource;
  readonly signal?: AbortSignal;
  /** Called with each newly acknowledged number of bytes. */
  readonly onAcknowledged: (bytes: number) => void;
}

/**
 * Writes the source to the temporary name, closes it and checks its size. What a broken attempt left under
 * that name goes first.
 *
 * @throws AppError REMOTE_*, CONNECTION_LOST, FILE_*, CANCELLED
 */
export async function uploadTemporary(upload: Upload): Promise<SentFile> {
  const { session, signal, source, finalName: name } = upload;
  const path = remotePath(upload.directory, upload.temporaryName);
  const at: RemoteContext = {
    session,
    directory: upload.directory,
    name,
    action: `sending ${name}`,
    neededBytes: source.totalBytes,
  };
  await removeStale(upload, path, at);
  try {
    const handle = await openTemporary(upload, path, at);
    const lanes = await UploadLanes.open({ session, handle }, path, source.totalBytes);
    const sent = await sendAll(upload, lanes).catch((error: unknown) => {
      lanes.abandon();
      throw error;
    });
    await cancellable(lanes.close(), signal);
    const verifiedBy = await verifySize(upload, path, sent.sizeBytes);
    return { name, ...sent, verifiedBy };
  } catch (error) {
    throw await remoteError(error, at);
  }
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

async function openTemporary(upload: Upload, path: string, at: RemoteContext): Promise<Buffer> {
  const { session, signal } = upload;
  try {
    return await cancellable(session.openExclusive(path), signal);
  } catch (error) {
    if (!isStatus(error)) throw error;
    const there = await cancellable(isThere(session, path), signal);
    if (there) throw remoteFailure('REMOTE_EXISTS', { ...at, name: upload.temporaryName }, error);
    throw error;
  }
}

async function sendAll(
  upload: Upload,
  lanes: UploadLanes,
): Promise<{ sizeBytes: number; sha256: string }> {
  const { signal, source, onAcknowledged } = upload;
  const hash = createHash('sha256');
  let offset = 0;
  for (;;) {
    // A buffer for each read: writes on the way may not have been taken out of the last one yet.
    const buffer = Buffer.allocUnsafe(LARGEST_WRITE_BYTES);
    const length = await cancellable(source.read(buffer), signal);
    if (length === 0) break;
    hash.update(buffer.subarray(0, length));
    for (let from = 0; from < length; from += lanes.pieceBytes) {
      const lane = await cancellable(lanes.room(), signal);
      throwIfCancelled(signal);
      const piece = buffer.subarray(from, Math.min(from + lanes.pieceBytes, length));
      const size = piece.length;
      lanes.write(lane, piece, offset + from, () => onAcknowledged(size));
    }
    offset += length;
  }
  await cancellable(lanes.drained(), signal);
  return { sizeBytes: offset, sha256: hash.digest('hex') };
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
    foundBytes = (await cancellable(session.lstat(path), signal)).size;
  } catch (error) {
    if (isStatus(error)) return 'acknowledged';
    throw error;
  }
  if (foundBytes === sentBytes) return 'stat';
  const { host } = session.facts;
  throw new AppError('REMOTE_SIZE_DIFFERS', { name: finalName, host, sentBytes, foundBytes });
}

/** Whether something has this name; false also when the server does not let the account look. */
export async function isThere(session: SftpSession, path: string): Promise<boolean> {
  try {
    await session.lstat(path);
    return true;
  } catch (error) {
    if (isStatus(error)) return false;
    throw error;
  }
}
