/** Records into a file: CSV or JSON, decrypted or as they were received. */
import { createHash } from 'node:crypto';
import type { TransferResult } from '../../shared/domain/vault.ts';
import { AppError } from '../../shared/errors/index.ts';
import { OutputFile } from '../seal/output-file.ts';
import { readRecords, requireAllowed } from './records.ts';
import type { RecordRead } from './records.ts';
import type { AppSession } from './sds.ts';
import type { TransferHooks } from './transfers.ts';
import { textOf } from './values.ts';

export type ExportFormat = 'csv' | 'json';
export type ExportContent = 'decrypted' | 'as-received';

export interface ExportRequest {
  readonly vault: string;
  /** Absent: every record of the vault. */
  readonly ids?: readonly string[] | undefined;
  readonly format: ExportFormat;
  readonly content: ExportContent;
  readonly path: string;
  readonly overwrite?: boolean;
}

const PAGE = 200;
const AT_A_TIME = 50;
const FAILURES_TOLD = 100;
const COLUMNS = ['id', 'vault', 'encoding', 'value', 'meta'] as const;

type Row = Readonly<Record<(typeof COLUMNS)[number], string>>;

/**
 * Writes the records in their order; those that cannot be read are told in the result, and are not in the file.
 *
 * @throws AppError SDS_FORBIDDEN, CANCELLED, DISK_FULL and the others of the file and of the service; then nothing
 *   is left
 */
export async function exportRecords(
  session: AppSession,
  { path, overwrite = true, ...request }: ExportRequest,
  hooks: TransferHooks,
): Promise<TransferResult> {
  requireAllowed(await session.vault(request.vault, true), 'read');
  const output = await OutputFile.create(path, { overwrite });
  try {
    const writer = new RecordWriter(output, request.format);
    const failures: { at: string; error: ReturnType<AppError['toView']> }[] = [];
    let failed = 0;
    let done = 0;
    for await (const ids of idsOf(session, request, hooks)) {
      for (const record of await readRecords(session, request.vault, ids, hooks)) {
        const row = rowOf(record, request);
        if (row instanceof AppError) {
          failed += 1;
          if (failures.length < FAILURES_TOLD)
            failures.push({ at: record.id, error: row.toView() });
        } else await writer.write(row);
      }
      done += ids.length;
      hooks.onProgress(done, request.ids?.length);
    }
    await writer.end();
    await output.commit();
    return { written: done - failed, failed, failures, sha256: writer.sha256 };
  } catch (error) {
    await output.discard();
    throw error;
  }
}

async function* idsOf(
  session: AppSession,
  { vault, ids }: Pick<ExportRequest, 'vault' | 'ids'>,
  { signal }: TransferHooks,
): AsyncGenerator<readonly string[]> {
  const stop = (): void => {
    if (signal.aborted) throw new AppError('CANCELLED');
  };
  for (let at = 0; ids && at < ids.length; at += AT_A_TIME) {
    stop();
    yield ids.slice(at, at + AT_A_TIME);
  }
  let after: string | undefined;
  while (!ids) {
    const { items, next } = await session.client.page(vault, { after, limit: PAGE }, { signal });
    for (let at = 0; at < items.length; at += AT_A_TIME) {
      stop();
      yield items.slice(at, at + AT_A_TIME).map(({ id }) => id);
    }
    // A service that names the same place again would never end.
    if (next === undefined || next === after) return;
    after = next;
  }
}

function rowOf(
  record: RecordRead,
  { vault, content }: ExportRequest | Omit<ExportRequest, 'path'>,
) {
  const { id, meta, received, value, error } = record;
  if (content === 'as-received' && received !== '') {
    return { id, vault, encoding: 'as received', value: received, meta };
  }
  if (!value) return error ?? new AppError('SDS_NOT_DECRYPTED');
  const text = textOf(value);
  return {
    id,
    vault,
    encoding: text === undefined ? 'base64' : 'text',
    value: text ?? Buffer.from(value).toString('base64'),
    meta,
  };
}

class RecordWriter {
  sha256 = '';
  readonly #output: OutputFile;
  readonly #format: ExportFormat;
  readonly #hash = createHash('sha256');
  #rows = 0;

  constructor(output: OutputFile, format: ExportFormat) {
    this.#output = output;
    this.#format = format;
  }

  async write(row: Row): Promise<void> {
    if (this.#format === 'csv') {
      const head = this.#rows === 0 ? csvLine(COLUMNS) : '';
      await this.#put(head + csvLine(COLUMNS.map((column) => row[column])));
    } else {
      const { meta, ...rest } = row;
      const record = { ...rest, ...(meta !== '' && { meta: JSON.parse(meta) as unknown }) };
      await this.#put(`${this.#rows === 0 ? '[\n' : ',\n'}${JSON.stringify(record)}`);
    }
    this.#rows += 1;
  }

  async end(): Promise<void> {
    if (this.#format === 'json') await this.#put(this.#rows === 0 ? '[]\n' : '\n]\n');
    else if (this.#rows === 0) await this.#put(csvLine(COLUMNS));
    this.sha256 = this.#hash.digest('hex');
  }

  async #put(text: string): Promise<void> {
    const bytes = Buffer.from(text, 'utf8');
    this.#hash.update(bytes);
    await this.#output.write(bytes);
  }
}

/** RFC 4180. */
function csvLine(cells: readonly string[]): string {
  const quoted = cells.map((cell) =>
    /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
  );
  return `${quoted.join(',')}\r\n`;
}
