/** Callbacks of files that wait to be made. Several processes share the queue; each call is one's at a time. */
import type { FileStatus } from '../../shared/domain/sds.ts';
import type { CallQueue, QueuedCall } from '../outgoing/call-sender.ts';
import { FILE_FAILURES } from '../sds/file-failures.ts';
import type { FileFailure } from '../sds/file-failures.ts';
import { formatId } from '../sds/ids.ts';
import type { Database } from './database.ts';
import type { SdsTenants } from './sds-tenants.ts';

/** A call that a process took is another's after this long: its taker is gone. */
const TAKEN_FOR = "interval '60 seconds'";
const MAX_AT_A_TIME = 16;

interface CallbackRow {
  file_id: string;
  due_in_ms: number;
  failures: number;
  tenant_id: string;
  vault_id: string;
  vault_name: string;
  status: FileStatus;
  failure: FileFailure | null;
  sealed_callback: Uint8Array;
}

const CALL_COLUMNS = `call.file_id, call.failures, file.tenant_id, file.vault_id,
  vault.name AS vault_name, file.status, file.failure, file.sealed_callback`;

export class SdsCallbacks implements CallQueue {
  readonly #database: Database;
  readonly #tenants: SdsTenants;

  constructor(database: Database, tenants: SdsTenants) {
    this.#database = database;
    this.#tenants = tenants;
  }

  /** Takes what is due, for this process alone; what is due next is looked at only. */
  async heads(): Promise<QueuedCall[]> {
    const taken = await this.#database.query<CallbackRow>(
      `UPDATE sds_file_callbacks call SET due_at = now() + ${TAKEN_FOR}
       FROM sds_files file JOIN sds_vaults vault ON vault.id = file.vault_id
       WHERE file.id = call.file_id AND call.file_id IN (SELECT file_id FROM sds_file_callbacks
         WHERE due_at <= now() ORDER BY due_at LIMIT ${MAX_AT_A_TIME} FOR UPDATE SKIP LOCKED)
       RETURNING ${CALL_COLUMNS}, 0 AS due_in_ms`,
    );
    const next = await this.#database.query<CallbackRow>(
      `SELECT ${CALL_COLUMNS}, (extract(epoch FROM call.due_at - now()) * 1000)::float8 AS due_in_ms
       FROM sds_file_callbacks call JOIN sds_files file ON file.id = call.file_id
         JOIN sds_vaults vault ON vault.id = file.vault_id
       WHERE call.due_at > now() ORDER BY call.due_at LIMIT 1`,
    );
    const waiting = next.filter((row) => !taken.some(({ file_id: id }) => id === row.file_id));
    return Promise.all([...taken, ...waiting].map((row) => this.#toCall(row)));
  }

  async done({ id }: QueuedCall): Promise<void> {
    await this.#database.query('DELETE FROM sds_file_callbacks WHERE file_id = $1', [id]);
  }

  async postpone({ id }: QueuedCall, seconds: number): Promise<void> {
    await this.#database.query(
      `UPDATE sds_file_callbacks SET failures = failures + 1,
         due_at = now() + make_interval(secs => $2) WHERE file_id = $1`,
      [id, seconds],
    );
  }

  async #toCall(row: CallbackRow): Promise<QueuedCall> {
    const keys = await this.#tenants.keys(row.tenant_id);
    const body = {
      event: 'file.status',
      id: formatId('file', row.file_id),
      vault: row.vault_name,
      status: row.status,
      ...(row.failure !== null && { error: FILE_FAILURES[row.failure] }),
    };
    return {
      id: row.file_id,
      lane: row.file_id,
      dueInMs: row.due_in_ms,
      failures: row.failures,
      body: JSON.stringify(body),
      url: keys!.openText('sds-file-callback', row.vault_id, row.file_id, row.sealed_callback),
      secret: await this.#tenants.clientSecret(row.tenant_id),
    };
  }
}
