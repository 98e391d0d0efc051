/**
 * Whether a file of a watched folder was delivered before the program was stopped between its delivery and its
 * being put away: the same bytes, under the same name, delivered after the file was put there.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Receipt } from '../../shared/domain/job.ts';
import type { FileStamp } from './watched-folder.ts';

export async function wasDelivered(
  folder: string,
  stamp: FileStamp,
  receipts: readonly Receipt[],
): Promise<boolean> {
  const candidates = receipts.filter(
    ({ sourceName, plainBytes, startedAt }) =>
      sourceName === stamp.name &&
      plainBytes === stamp.sizeBytes &&
      Date.parse(startedAt) >= stamp.changedMs,
  );
  if (candidates.length === 0) return false;
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(folder, stamp.name)), hash);
  const sha256 = hash.digest('hex');
  return candidates.some(({ plainSha256 }) => plainSha256 === sha256);
}
