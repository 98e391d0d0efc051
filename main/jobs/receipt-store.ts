/** Receipts of this profile: one JSON line for each delivery, appended and on the disk before it is called done. */
import { constants } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { receipt as receiptSchema } from '../../shared/contract/domain-schemas.ts';
import type { Receipt } from '../../shared/domain/job.ts';

export class ReceiptStore {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async add(receipt: Receipt): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const file = await open(
      this.#path,
      constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND,
      0o600,
    );
    try {
      await file.write(`${JSON.stringify(receipt)}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  /** Newest first. A line that a crash cut off is left out. */
  async list(): Promise<Receipt[]> {
    const text = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    return text
      .split('\n')
      .flatMap((line) => {
        try {
          const parsed = receiptSchema.safeParse(JSON.parse(line));
          return parsed.success ? [parsed.data] : [];
        } catch {
          return [];
        }
      })
      .reverse();
  }
}
