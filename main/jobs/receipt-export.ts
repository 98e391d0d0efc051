/**
 * Receipts for others: as JSON or CSV, with an Ed25519 signature by the profile beside it and the public key that
 * checks it (docs/formats/receipts.md). Needs the keys, since the chain is verified for it.
 */
import type { ChainReport, ExportFormat, SigningKey } from '../../shared/domain/receipt-chain.ts';
import { openSigner } from '../keys/signing-key.ts';
import type { SecretStore } from '../keys/secrets.ts';
import { writeAtomically } from '../platform/atomic-file.ts';
import type { ChainedReceipt, ReceiptStore } from './receipt-store.ts';

export interface ReceiptExport {
  readonly bytes: Buffer;
  readonly signature: Buffer;
  readonly signingKey: SigningKey;
  readonly count: number;
}

/** @throws AppError KEYCHAIN_UNAVAILABLE and its kin, SECRETS_LOCKED, MASTER_PASSWORD_NEEDED */
export async function exportReceipts(
  receipts: ReceiptStore,
  secrets: SecretStore,
  format: ExportFormat,
): Promise<ReceiptExport> {
  const report = await receipts.verify();
  const chained = await receipts.chained();
  const signer = await openSigner(secrets);
  const text =
    format === 'json' ? jsonText(report, chained, signer.publicKey) : csvText(report, chained);
  const bytes = Buffer.from(text, 'utf8');
  const { publicKey: signingKey } = signer;
  return { bytes, signature: signer.sign(bytes), signingKey, count: chained.length };
}

/** What lies beside an export: its signature, and the key that checks it. */
export function besideExport(path: string): { signature: string; publicKey: string } {
  return { signature: `${path}.sig`, publicKey: `${path}.pub.pem` };
}

/** Writes the export and what belongs beside it, the export last. @throws AppError FILE_NOT_WRITABLE, DISK_FULL */
export async function writeExport(path: string, made: ReceiptExport): Promise<void> {
  const beside = besideExport(path);
  await writeAtomically(beside.publicKey, made.signingKey.publicPem);
  await writeAtomically(beside.signature, made.signature);
  await writeAtomically(path, made.bytes);
}

function jsonText(
  chain: ChainReport,
  receipts: readonly ChainedReceipt[],
  { sha256 }: SigningKey,
): string {
  const exported = {
    format: 'sealift-receipts',
    version: 1,
    exportedAt: new Date().toISOString(),
    signingKeySha256: sha256,
    chain,
    receipts: receipts.map(({ receipt, link }) => ({
      chained: link ? { number: link.number, at: link.at, origin: link.origin } : null,
      ...receipt,
    })),
  };
  return `${JSON.stringify(exported, null, 2)}\n`;
}

const COLUMNS = [
  'number',
  'chained_at',
  'origin',
  'chain',
  'receipt_id',
  'source_name',
  'source_bytes',
  'source_sha256',
  'source_rows',
  'part',
  'parts',
  'part_rows',
  'data_name',
  'data_bytes',
  'data_sha256',
  'manifest_name',
  'manifest_bytes',
  'manifest_sha256',
  'key_id',
  'recipient_fingerprint',
  'username',
  'host',
  'port',
  'directory',
  'host_key_sha256',
  'started_at',
  'finished_at',
] as const;

/** A row for each part, so that each delivered file stands in one. */
function csvText({ state }: ChainReport, receipts: readonly ChainedReceipt[]): string {
  const rows = receipts.flatMap(({ receipt, link }) =>
    receipt.parts.map((part, index) => [
      link?.number ?? '',
      link?.at ?? '',
      link?.origin ?? '',
      state,
      receipt.id,
      receipt.sourceName,
      receipt.plainBytes,
      receipt.plainSha256,
      receipt.rows,
      index + 1,
      receipt.parts.length,
      part.rows,
      part.data.name,
      part.data.sizeBytes,
      part.data.sha256,
      part.manifest.name,
      part.manifest.sizeBytes,
      part.manifest.sha256,
      receipt.keyId,
      receipt.recipientFingerprint,
      receipt.username,
      receipt.host,
      receipt.port,
      receipt.directory,
      receipt.hostKeySha256,
      receipt.startedAt,
      receipt.finishedAt,
    ]),
  );
  return [COLUMNS, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** Quoted where need be. A name that a spreadsheet would take for a formula gets an apostrophe before it. */
function cell(value: string | number): string {
  const text = String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
