/** Uploads of files: streamed as a form whose last part is the content, never held in memory. */
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { TransferResult } from '../../shared/domain/vault.ts';
import { AppError } from '../../shared/errors/index.ts';
import { copied } from '../seal/bytes.ts';
import { openInput } from '../seal/input-file.ts';
import type { InputFile } from '../seal/input-file.ts';
import { tagObject } from './client.ts';
import type { FileFacts } from './client.ts';
import { requireAllowed } from './records.ts';
import type { AppSession } from './sds.ts';
import type { TransferHooks } from './transfers.ts';

/** How long the service may take to settle what it has received, before we no longer wait for it. */
const SETTLE_TRIES = 100;
const SETTLE_WAIT_MS = 300;

/**
 * Uploads one file and waits until the service has it whole.
 *
 * @throws AppError SDS_FORBIDDEN and SDS_VAULT_DISABLED before a byte is sent, SDS_FILE_NOT_READY when the service
 *   failed it, CANCELLED, and those of the file and of the service
 */
export async function uploadFile(
  session: AppSession,
  path: string,
  facts: FileFacts,
  hooks: TransferHooks,
): Promise<TransferResult> {
  const vault = await session.vault(facts.vault, true);
  requireAllowed(vault, 'write');
  const input = await openInput(path);
  try {
    const form = new Form(facts, input, hooks);
    const fileId = await session.client.upload(form, vault, hooks).catch((error: unknown) => {
      // What went wrong with the file comes back as a failure of the connection that read it.
      throw form.fault ?? error;
    });
    await settled(session, fileId, hooks);
    return { fileId, sha256: form.sha256 };
  } finally {
    await input.close();
  }
}

/** Only who may read in a vault can ask for the status; who may only write has the service's word that it accepted. */
async function settled(session: AppSession, fileId: string, { signal }: TransferHooks) {
  for (let tries = 0; tries < SETTLE_TRIES; tries++) {
    const file = await session.client.file(fileId, { signal }).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'SDS_FORBIDDEN') return undefined;
      throw error;
    });
    if (file === undefined || file.status === 'COMPLETED') return;
    if (file.status === 'FAILED') {
      throw new AppError('SDS_FILE_NOT_READY', { reason: 'the service could not store it' });
    }
    await wait(SETTLE_WAIT_MS);
  }
}

/** multipart/form-data (RFC 7578) with the fields before the file. */
class Form {
  readonly type: string;
  /** Of the content, when it was sent whole. */
  sha256 = '';
  /** What ended the stream from this side. */
  fault: AppError | undefined;
  readonly #head: Buffer;
  readonly #tail: Buffer;
  readonly #input: InputFile;
  readonly #hooks: TransferHooks;

  constructor(
    { vault, name, description, tags, callback }: FileFacts,
    input: InputFile,
    hooks: TransferHooks,
  ) {
    const boundary = `sealift-${randomBytes(16).toString('hex')}`;
    this.type = `multipart/form-data; boundary=${boundary}`;
    const fields: readonly (readonly [string, string | undefined])[] = [
      ['vault', vault],
      ['name', name],
      ['type', 'FILE'],
      ['description', description === '' ? undefined : description],
      ['tags', tags.length === 0 ? undefined : JSON.stringify(tagObject(tags))],
      ['callback', callback],
    ];
    const parts = fields.flatMap(([field, value]) =>
      value === undefined
        ? []
        : [`--${boundary}\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${value}\r\n`],
    );
    // The name stands in its field: in a header it would have to be escaped.
    const last = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="content"\r\nContent-Type: application/octet-stream\r\n\r\n`;
    this.#head = Buffer.from(parts.join('') + last, 'utf8');
    this.#tail = Buffer.from(`\r\n--${boundary}--\r\n`, 'utf8');
    this.#input = input;
    this.#hooks = hooks;
  }

  readonly stream = (): AsyncIterable<Uint8Array> => this.#bytes();

  async *#bytes(): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256');
    const { signal, onProgress } = this.#hooks;
    let sent = 0;
    yield this.#head;
    try {
      for await (const chunk of copied(this.#input.bytes)) {
        if (signal.aborted) throw new AppError('CANCELLED');
        hash.update(chunk);
        yield chunk;
        sent += chunk.length;
        onProgress(sent, this.#input.sizeBytes);
      }
    } catch (error) {
      if (error instanceof AppError) this.fault = error;
      throw error;
    }
    this.sha256 = hash.digest('hex');
    yield this.#tail;
  }
}
