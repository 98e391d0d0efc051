/** Receipts for tests, and what stands for a profile that keeps them. */
import { randomUUID } from 'node:crypto';
import type { Receipt } from '../../../shared/domain/job.ts';

export function receiptOf(sourceName: string, finishedAt = new Date().toISOString()): Receipt {
  const file = { name: `${sourceName}.asc`, sizeBytes: 300, sha256: 'd'.repeat(64) };
  const plain = { rows: 2, plainBytes: 100, plainSha256: 'a'.repeat(64) };
  return {
    id: randomUUID(),
    sourceName,
    ...plain,
    parts: [{ ...plain, data: file, manifest: { ...file, name: `${sourceName}.manifest` } }],
    keyId: 'ec491319-9823-48cd-b6a1-6bb0bc666d75',
    recipientFingerprint: '1A7849F996BFD78569533B2CF55DEEE68995217D',
    host: 'sftp.example.com',
    port: 22,
    username: 'account',
    directory: '',
    hostKeySha256: 'SHA256:x',
    startedAt: finishedAt,
    finishedAt,
  };
}
