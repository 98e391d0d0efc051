/**
 * The chain of receipts. Each receipt has a link under the profile's chain key; the key, the number of links and
 * the MAC of the newest lie in the keychain (or under the master password), so that what was altered, removed or
 * cut off shows. Receipts themselves stay plain lines that can be read while the keys are locked.
 *
 * Order of writing: voucher, receipt, link, head. A stop between any two of them is mended by the next `settle`,
 * and is told apart from tampering: a voucher or a link cannot be made without the key.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { ChainReport } from '../../shared/domain/receipt-chain.ts';
import type { SecretStore } from '../keys/secrets.ts';
import { appendLine } from '../platform/append-line.ts';
import { withFileLock } from '../platform/file-lock.ts';
import {
  genesis,
  isAuthentic,
  isVouched,
  makeLink,
  makeVoucher,
  readLinks,
  readReceiptLines,
  voucherKey,
} from './receipt-links.ts';
import type { Link, ReceiptLine, Voucher } from './receipt-links.ts';
import { verifyChain } from './verify-chain.ts';
import type { ChainState } from './verify-chain.ts';

/** Given to a delivery while the keys are open; can vouch for its receipt when they no longer are. */
export interface Vouching {
  readonly receiptId: string;
  readonly key: Uint8Array;
}

const ENTRY = 'receipt-chain';

const stateSchema = z.strictObject({
  v: z.literal(1),
  key: z.base64(),
  startedAt: z.string(),
  first: z.number().int().min(1),
  count: z.number().int().min(0),
  head: z.string(),
});

export class ReceiptChain {
  readonly #path: string;
  readonly #lockPath: string;
  readonly #receiptsPath: string;
  readonly #secrets: () => Promise<SecretStore>;

  /** @param secrets asked for at each use, so that nothing is unlocked before it is needed */
  constructor(profileDir: string, receiptsPath: string, secrets: () => Promise<SecretStore>) {
    this.#path = join(profileDir, 'receipt-chain.jsonl');
    this.#lockPath = `${this.#path}.lock`;
    this.#receiptsPath = receiptsPath;
    this.#secrets = secrets;
  }

  /** @throws AppError KEYCHAIN_UNAVAILABLE and its kin, SECRETS_LOCKED, MASTER_PASSWORD_NEEDED */
  async vouching(receiptId: string): Promise<Vouching> {
    const secrets = await this.#secrets();
    const { key } = await this.#locked(async () => {
      // What is older than the chain is told apart from what comes after.
      await this.#settle(secrets);
      return this.#state(secrets);
    });
    return { receiptId, key: voucherKey(key, receiptId) };
  }

  /** Says that these bytes are the delivery's receipt. Goes before the receipt itself; needs no key but its own. */
  async vouch({ receiptId, key }: Vouching, sha256: string): Promise<void> {
    await appendLine(this.#path, JSON.stringify(makeVoucher(key, receiptId, sha256)));
  }

  /**
   * Completes the head, and links every receipt that is not linked yet.
   * @throws AppError KEYCHAIN_UNAVAILABLE and its kin, SECRETS_LOCKED, DISK_FULL, FILE_NOT_WRITABLE
   */
  async settle(): Promise<void> {
    const secrets = await this.#secrets();
    await this.#locked(() => this.#settle(secrets));
  }

  /** @throws AppError as `settle` */
  async verify(): Promise<ChainReport> {
    const secrets = await this.#secrets();
    return this.#locked(async () => {
      await this.#settle(secrets);
      const { links } = await readLinks(this.#path);
      const lines = await readReceiptLines(this.#receiptsPath);
      if (links.length === 0 && lines.length === 0 && !(await secrets.get(ENTRY))) return NO_CHAIN;
      return verifyChain(await this.#state(secrets), links, lines);
    });
  }

  /** The authentic link of each receipt, by the SHA-256 of the receipt's line. */
  async links(): Promise<ReadonlyMap<string, Link>> {
    const secrets = await this.#secrets();
    return this.#locked(async () => {
      await this.#settle(secrets);
      const { key } = await this.#state(secrets);
      const { links } = await readLinks(this.#path);
      return new Map(
        links.filter((link) => isAuthentic(key, link)).map((link) => [link.sha256, link]),
      );
    });
  }

  /** One process at a time: of two links with the same number one would look forged. */
  #locked<T>(work: () => Promise<T>): Promise<T> {
    return withFileLock(this.#lockPath, work);
  }

  async #settle(secrets: SecretStore): Promise<void> {
    const lines = await readReceiptLines(this.#receiptsPath);
    const { links, vouchers } = await readLinks(this.#path);
    const isNew = (await secrets.get(ENTRY)) === undefined;
    if (isNew && lines.length === 0) return;
    const state = await this.#completed(secrets, await this.#state(secrets), links);
    const added: Link[] = [];
    for (const line of unlinked(lines, links)) {
      const origin = isNew ? 'before' : originOf(state.key, line, vouchers);
      added.push(nextLink(state, added.at(-1), line, origin));
    }
    const last = added.at(-1);
    if (!last) return;
    await appendLine(this.#path, added.map((link) => JSON.stringify(link)).join('\n'));
    await keep(secrets, { ...state, count: last.number, head: last.mac });
  }

  /** The head may be behind the links that were written last. */
  async #completed(
    secrets: SecretStore,
    state: ChainState,
    links: readonly Link[],
  ): Promise<ChainState> {
    let { count, head } = state;
    for (const link of links) {
      const isNext = link.number === count + 1 && link.previous === head;
      if (isNext && isAuthentic(state.key, link)) ({ number: count, mac: head } = link);
    }
    const completed = { ...state, count, head };
    if (count !== state.count) await keep(secrets, completed);
    return completed;
  }

  /** Makes the key where there is none. Links of a key that was lost stay, and are told of. */
  async #state(secrets: SecretStore): Promise<ChainState> {
    const stored = await secrets.get(ENTRY);
    if (stored !== undefined) {
      const { v: _v, key, ...state } = stateSchema.parse(JSON.parse(stored));
      return { ...state, key: Buffer.from(key, 'base64') };
    }
    const { links } = await readLinks(this.#path);
    const key = randomBytes(32);
    const startedAt = new Date().toISOString();
    const count = Math.max(0, ...links.map(({ number }) => number));
    const state = { key, startedAt, first: count + 1, count, head: genesis(key, startedAt) };
    await keep(secrets, state);
    return state;
  }
}

const NO_CHAIN: ChainReport = {
  state: 'none',
  receipts: 0,
  chained: 0,
  before: 0,
  found: 0,
  pending: 0,
  problems: [],
};

/** Receipts without a link. One that has taken the place of a linked receipt does not get a link of its own. */
function unlinked(lines: readonly ReceiptLine[], links: readonly Link[]): ReceiptLine[] {
  const linked = new Set(links.map(({ sha256 }) => sha256));
  const present = new Set(lines.map(({ sha256 }) => sha256));
  const missingIds = new Set(
    links.filter(({ sha256 }) => !present.has(sha256)).map(({ receiptId }) => receiptId),
  );
  return lines.filter(({ sha256, receipt }) => !linked.has(sha256) && !missingIds.has(receipt.id));
}

function nextLink(
  { key, count, head }: ChainState,
  before: Link | undefined,
  { receipt, sha256 }: ReceiptLine,
  origin: Link['origin'],
): Link {
  return makeLink(key, {
    number: (before?.number ?? count) + 1,
    receiptId: receipt.id,
    name: receipt.sourceName,
    finishedAt: receipt.finishedAt,
    sha256,
    origin,
    at: new Date().toISOString(),
    previous: before?.mac ?? head,
  });
}

function originOf(
  key: Uint8Array,
  { sha256, receipt }: ReceiptLine,
  vouchers: readonly Voucher[],
): 'delivery' | 'found' {
  const isOf = (voucher: Voucher) =>
    voucher.sha256 === sha256 && voucher.receiptId === receipt.id && isVouched(key, voucher);
  return vouchers.some(isOf) ? 'delivery' : 'found';
}

async function keep(secrets: SecretStore, { key, ...state }: ChainState): Promise<void> {
  const entry = { v: 1, key: Buffer.from(key).toString('base64'), ...state };
  await secrets.set(ENTRY, JSON.stringify(entry));
}
