/** Reading records: under the vault's read limit, several calls at a time, decrypted here where they come encrypted. */
import type { Badge, OpenedRecord, RevealedRecord, SdsVault } from '../../shared/domain/vault.ts';
import { META_SHOWN, accessOf, whyNot } from '../../shared/domain/vault.ts';
import { AppError } from '../../shared/errors/index.ts';
import { decodeBase64 } from './base64.ts';
import type { ReadRecord, RecordPage } from './client.ts';
import type { AppSession } from './sds.ts';
import { kindOf, metaText, shownValue } from './values.ts';

/** Calls under way: the service counts requests a second. */
const PARALLEL_CALLS = 4;

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** What came out of the decryption, instead of the bytes that it encodes. */
  readonly raw?: boolean;
}

/** A record as it was read: its value, or why there is none. */
export interface RecordRead {
  readonly id: string;
  readonly badge: Badge;
  readonly meta: string;
  /** As the service gave it. */
  readonly received: string;
  readonly value?: Uint8Array;
  readonly error?: AppError;
}

/**
 * Reads records in the order asked. What is wrong with one is told of that one; what is wrong with the vault, the app
 * or the way to the service is thrown.
 *
 * @throws AppError SDS_FORBIDDEN, SDS_VAULT_DISABLED and those of the service
 */
export async function readRecords(
  session: AppSession,
  vaultName: string,
  ids: readonly string[],
  options: ReadOptions = {},
): Promise<RecordRead[]> {
  const vault = await session.vault(vaultName);
  requireAllowed(vault, 'read');
  try {
    return await readInBatches(session, ids, vault.readLimit, options);
  } catch (error) {
    // Its owner may have changed the limit in the meantime.
    if (!(error instanceof AppError) || error.code !== 'SDS_READ_LIMIT') throw error;
    const { readLimit } = await session.vault(vaultName, true);
    return readInBatches(session, ids, Math.min(readLimit, vault.readLimit - 1) || 1, options);
  }
}

/** Told here, before a call or an upload is begun in vain. @throws AppError SDS_FORBIDDEN, SDS_VAULT_DISABLED */
export function requireAllowed(vault: SdsVault, action: 'read' | 'write'): void {
  const reason = whyNot(vault, action);
  if (reason === undefined) return;
  const { read, write } = accessOf(vault.permission);
  const isPermitted = action === 'write' ? write : read !== 'none';
  const what = `${action} in ${vault.name}`;
  if (isPermitted) throw new AppError('SDS_VAULT_DISABLED', { what });
  throw new AppError('SDS_FORBIDDEN', { what, reason: reason.replace(/\.$/, '') });
}

async function readInBatches(
  session: AppSession,
  ids: readonly string[],
  size: number,
  options: ReadOptions,
): Promise<RecordRead[]> {
  const batches: (readonly string[])[] = [];
  for (let at = 0; at < ids.length; at += size) batches.push(ids.slice(at, at + size));
  const read = await inParallel(batches, (batch) => readBatch(session, batch, options));
  return read.flat();
}

/** One call; where it fails by one of its records, one call for each. */
async function readBatch(
  session: AppSession,
  ids: readonly string[],
  options: ReadOptions,
): Promise<RecordRead[]> {
  try {
    const records = await session.client.read(ids, options);
    if (records.some(({ id }, index) => id !== ids[index])) {
      const { host } = session.client.service;
      throw new AppError('SDS_BAD_ANSWER', { host, detail: 'other records than were asked for' });
    }
    return await openRecords(session, records, options.raw === true);
  } catch (error) {
    if (!(error instanceof AppError) || !isOfOneRecord(error)) throw error;
    if (ids.length === 1) return [unreadable(ids[0]!, error)];
    const each = await inParallel(ids, (id) => readBatch(session, [id], options));
    return each.flat();
  }
}

/** Deleted, or moved to a vault where this app may not read. */
function isOfOneRecord({ code }: AppError): boolean {
  return code === 'SDS_NOT_FOUND' || code === 'SDS_FORBIDDEN' || code === 'SDS_VAULT_DISABLED';
}

function unreadable(id: string, error: AppError): RecordRead {
  return { id, badge: 'not-readable', meta: '', received: '', error };
}

async function openRecords(
  session: AppSession,
  records: readonly ReadRecord[],
  raw: boolean,
): Promise<RecordRead[]> {
  const encrypted = records.filter((record) => record.encrypted);
  const opened =
    encrypted.length === 0
      ? []
      : await session.open(
          encrypted.map(({ data }) => data),
          raw,
        );
  const values = new Map(encrypted.map(({ id }, index) => [id, opened[index] ?? undefined]));
  return records.map((record) => {
    const { id, data, meta } = record;
    const value = record.encrypted ? values.get(id) : storedBytes(data, raw);
    const about = { id, meta: metaText(meta), received: data };
    if (!value) {
      return { ...about, badge: 'not-readable', error: new AppError('SDS_NOT_DECRYPTED') };
    }
    const badge = record.encrypted ? 'decrypted-here' : 'decrypted-by-server';
    return { ...about, badge, value };
  });
}

function storedBytes(data: string, raw: boolean): Uint8Array | undefined {
  return raw ? Buffer.from(data, 'utf8') : decodeBase64(data);
}

/** Without the value: what a list shows. */
export function opened({ id, badge, meta, value, error }: RecordRead): OpenedRecord {
  return {
    id,
    badge,
    meta,
    ...(value && { kind: kindOf(value), sizeBytes: value.length }),
    ...(error && { error: error.toView() }),
  };
}

/** With the value: what the user asked to see. */
export function revealed(record: RecordRead): RevealedRecord {
  return { ...opened(record), ...(record.value && { value: shownValue(record.value) }) };
}

export function shownPage({ items, next }: RecordPage) {
  const shown = items.map(({ meta, ...rest }) => ({
    ...rest,
    meta: metaText(meta).slice(0, META_SHOWN),
  }));
  return { items: shown, ...(next !== undefined && { next }) };
}

/** Runs `work` for each, a few at a time; the answers stand in the order of the items. The first failure ends it. */
export async function inParallel<I, O>(
  items: readonly I[],
  work: (item: I) => Promise<O>,
): Promise<O[]> {
  const results: O[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next;
      next += 1;
      try {
        results[index] = await work(items[index]!);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL_CALLS, items.length) }, lane));
  return results;
}
