/**
 * Temporary files that deliveries of Sealift left in a remote folder, from this profile or another: of no use to
 * anyone but a delivery that still goes on with them.
 */
import type { LeftBehind } from '../../shared/domain/connection.ts';
import { remoteError, type RemoteContext } from './remote-errors.ts';
import { remotePath, temporaryDigits } from './remote-names.ts';
import type { SftpSession } from './sftp-session.ts';

/** A folder of more names is not looked through: whatever is meant by it, it is none for deliveries. */
const MOST_NAMES = 100_000;

/**
 * @param openJobs ids of deliveries that may go on with theirs: these are left out
 * @throws AppError REMOTE_*, CONNECTION_LOST
 */
export async function findLeftBehind(
  session: SftpSession,
  directory: string,
  openJobs: readonly string[],
): Promise<LeftBehind[]> {
  try {
    const entries = await session.list(directory === '' ? '.' : directory, MOST_NAMES);
    return entries
      .filter(({ name, isFile }) => isFile && isLeftBehind(name, openJobs))
      .map(({ name, sizeBytes, modifiedAt }) => ({ name, sizeBytes, modifiedAt }))
      .sort((a, b) => a.modifiedAt.localeCompare(b.modifiedAt));
  } catch (error) {
    throw await remoteError(error, atFolder(session, directory, 'looking through the folder'));
  }
}

/**
 * Removes those of the names that are temporary names of no open delivery.
 * @returns how many
 * @throws AppError REMOTE_*, CONNECTION_LOST
 */
export async function removeLeftBehind(
  session: SftpSession,
  directory: string,
  names: readonly string[],
  openJobs: readonly string[],
): Promise<number> {
  const removable = names.filter((name) => isLeftBehind(name, openJobs));
  for (const name of removable) {
    try {
      await session.unlink(remotePath(directory, name));
    } catch (error) {
      throw await remoteError(error, { ...atFolder(session, directory, `removing ${name}`), name });
    }
  }
  return removable.length;
}

function isLeftBehind(name: string, openJobs: readonly string[]): boolean {
  const digits = temporaryDigits(name);
  return digits !== undefined && openJobs.every((jobId) => !jobId.startsWith(digits));
}

function atFolder(session: SftpSession, directory: string, action: string): RemoteContext {
  return { session, directory, name: directory, action };
}
