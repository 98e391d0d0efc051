/** Receipts of this profile: one JSON line for each delivery, appended and on the disk before it is called done. */
import { readFile } from 'node:fs/promises';
import { receipt as receiptSchema } from '../../shared/contract/domain-schemas.ts';
import type { Receipt } from '../../shared/domain/job.ts';
import { appendLine } from '../platform/append-line.ts';

export class ReceiptStore {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws AppError DISK_FULL, FILE_NOT_WRITABLE */
  add(receipt: Receipt): Promise<void> {
    return appendLine(this.#path, JSON.stringify(receipt));
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
