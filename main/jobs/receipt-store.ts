/**
 * Receipts of this profile: one JSON line for each delivery, appended and on the disk before it is called done,
 * and chained as soon as the keys can be used (`receipt-chain.ts`).
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Receipt } from '../../shared/domain/job.ts';
import type { ChainReport } from '../../shared/domain/receipt-chain.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { SecretStore } from '../keys/secrets.ts';
import { appendLine } from '../platform/append-line.ts';
import { ReceiptChain } from './receipt-chain.ts';
import type { Vouching } from './receipt-chain.ts';
import { readReceiptLines } from './receipt-links.ts';
import type { Link } from './receipt-links.ts';

/** A receipt with its link; without one it is not chained, or not as it was. */
export interface ChainedReceipt {
  readonly receipt: Receipt;
  readonly link?: Link;
}

export class ReceiptStore {
  readonly #path: string;
  readonly #chain: ReceiptChain | undefined;

  /** @param secrets absent where the keys are not to be opened: receipts are then chained by whoever opens them next */
  constructor(profileDir: string, secrets?: () => Promise<SecretStore>) {
    this.#path = join(profileDir, 'receipts.jsonl');
    this.#chain = secrets && new ReceiptChain(profileDir, this.#path, secrets);
  }

  /**
   * For a delivery that begins: lets its receipt be vouched for even when the keys are locked by then.
   * @returns undefined where the keys cannot be used now
   */
  async vouching(receiptId: string): Promise<Vouching | undefined> {
    return this.#chain?.vouching(receiptId).catch(orWithout);
  }

  /**
   * Keeps a receipt. Keys that are locked do not hold it up: it is chained later then.
   * @returns whether it is chained now
   * @throws AppError DISK_FULL, FILE_NOT_WRITABLE
   */
  async add(receipt: Receipt, vouching?: Vouching): Promise<boolean> {
    const line = JSON.stringify(receipt);
    const sha256 = createHash('sha256').update(line).digest('hex');
    const own = vouching ?? (await this.vouching(receipt.id));
    if (own) await this.#chain?.vouch(own, sha256);
    await appendLine(this.#path, line);
    return this.settle();
  }

  /** Chains what is not chained yet, where the keys can be used. @returns whether they could */
  async settle(): Promise<boolean> {
    const settled = await this.#chain?.settle().then(() => true, orWithout);
    return settled ?? false;
  }

  /** Newest first. A line that a crash cut off is left out. Needs no key. */
  async list(): Promise<Receipt[]> {
    return (await readReceiptLines(this.#path)).map(({ receipt }) => receipt).reverse();
  }

  /** Of a delivery: it may have been kept although the program ended before it noted the delivery as done. */
  async get(id: string): Promise<Receipt | undefined> {
    return (await this.list()).find((receipt) => receipt.id === id);
  }

  /** @throws AppError KEYCHAIN_UNAVAILABLE and its kin, SECRETS_LOCKED, MASTER_PASSWORD_NEEDED */
  verify(): Promise<ChainReport> {
    return this.#opened.verify();
  }

  /** Oldest first, each with its link. @throws AppError as `verify` */
  async chained(): Promise<ChainedReceipt[]> {
    const links = await this.#opened.links();
    return (await readReceiptLines(this.#path)).map(({ receipt, sha256 }) => {
      const link = links.get(sha256);
      return { receipt, ...(link && { link }) };
    });
  }

  get #opened(): ReceiptChain {
    if (!this.#chain) throw new Error('a store without secrets cannot verify');
    return this.#chain;
  }
}

/** What keeps the keys from being used is no failure of a delivery; anything else is one of ours. */
function orWithout(fault: unknown): undefined {
  if (!(fault instanceof AppError)) throw fault;
  return undefined;
}
