/**
 * The links of the chain of receipts, one JSON line each in `receipt-chain.jsonl`: which bytes a receipt had, in
 * which place, under an HMAC-SHA-256 of the profile's chain key. Pure but for reading the file
 * (docs/formats/receipts.md).
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { receipt as receiptSchema } from '../../shared/contract/domain-schemas.ts';
import type { Receipt } from '../../shared/domain/job.ts';

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);

const voucherSchema = z.strictObject({
  type: z.literal('voucher'),
  receiptId: z.string(),
  sha256: sha256Hex,
  mac: sha256Hex,
});

const linkSchema = z.strictObject({
  type: z.literal('link'),
  /** From 1, without gaps. */
  number: z.number().int().min(1),
  receiptId: z.string(),
  /** So that a receipt which is gone can still be named. */
  name: z.string(),
  finishedAt: z.string(),
  /** Of the receipt's line, without its line feed. */
  sha256: sha256Hex,
  /** `delivery`: vouched for by the delivery. `before`: older than the chain. `found`: neither. */
  origin: z.enum(['delivery', 'before', 'found']),
  at: z.string(),
  /** The MAC of the link before. */
  previous: sha256Hex,
  mac: sha256Hex,
});

export type Voucher = z.output<typeof voucherSchema>;
export type Link = z.output<typeof linkSchema>;
export type LinkFacts = Omit<Link, 'type' | 'mac'>;

/** A receipt as it stands in the file. */
export interface ReceiptLine {
  readonly receipt: Receipt;
  readonly sha256: string;
}

export function genesis(key: Uint8Array, startedAt: string): string {
  return macOf(key, ['genesis', startedAt]);
}

export function makeLink(key: Uint8Array, facts: LinkFacts): Link {
  return { type: 'link', ...facts, mac: linkMac(key, facts) };
}

export function isAuthentic(key: Uint8Array, link: Link): boolean {
  return isEqual(link.mac, linkMac(key, link));
}

/** A key that can vouch for the receipt of this one delivery, and for nothing else. */
export function voucherKey(key: Uint8Array, receiptId: string): Buffer {
  return createHmac('sha256', key)
    .update(JSON.stringify(['voucher', receiptId]))
    .digest();
}

export function makeVoucher(ownKey: Uint8Array, receiptId: string, sha256: string): Voucher {
  return { type: 'voucher', receiptId, sha256, mac: macOf(ownKey, [receiptId, sha256]) };
}

export function isVouched(key: Uint8Array, { receiptId, sha256, mac }: Voucher): boolean {
  return isEqual(mac, macOf(voucherKey(key, receiptId), [receiptId, sha256]));
}

function linkMac(key: Uint8Array, facts: LinkFacts): string {
  const { number, receiptId, name, finishedAt, sha256, origin, at, previous } = facts;
  return macOf(key, ['link', number, receiptId, name, finishedAt, sha256, origin, at, previous]);
}

/** HMAC-SHA-256 of a JSON array without spaces, lower-case hex. */
function macOf(key: Uint8Array, fields: readonly (string | number)[]): string {
  return createHmac('sha256', key).update(JSON.stringify(fields)).digest('hex');
}

function isEqual(left: string, right: string): boolean {
  return timingSafeEqual(Buffer.from(left, 'hex'), Buffer.from(right, 'hex'));
}

/** Lines that are no link are left out: the gap in the numbers, or the head, tells of one that was spoilt. */
export async function readLinks(
  path: string,
): Promise<{ readonly links: Link[]; readonly vouchers: Voucher[] }> {
  const links: Link[] = [];
  const vouchers: Voucher[] = [];
  for (const line of await readLines(path)) {
    const value = parsed(line);
    const link = linkSchema.safeParse(value);
    const voucher = voucherSchema.safeParse(value);
    if (link.success) links.push(link.data);
    else if (voucher.success) vouchers.push(voucher.data);
  }
  return { links, vouchers };
}

/** In the order of the file. A line that a crash cut off is left out. */
export async function readReceiptLines(path: string): Promise<ReceiptLine[]> {
  return (await readLines(path)).flatMap((line) => {
    const receipt = receiptSchema.safeParse(parsed(line));
    if (!receipt.success) return [];
    return [{ receipt: receipt.data, sha256: createHash('sha256').update(line).digest('hex') }];
  });
}

async function readLines(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').filter((line) => line !== '');
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
