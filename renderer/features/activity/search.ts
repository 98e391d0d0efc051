/** Searching receipts. Pure. */
import type { Receipt } from '../../../shared/domain/job.ts';

/** Newest first; every word of the query must be in a name, an id, a host or a hash of the receipt. */
export function findReceipts(receipts: readonly Receipt[], query: string): readonly Receipt[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return receipts
    .filter((receipt) => {
      const text = searchText(receipt);
      return words.every((word) => text.includes(word));
    })
    .toSorted((a, b) => b.finishedAt.localeCompare(a.finishedAt));
}

function searchText(receipt: Receipt): string {
  return [
    receipt.sourceName,
    ...receipt.parts.flatMap(({ data, manifest }) => [data.name, manifest.name, data.sha256]),
    receipt.host,
    receipt.username,
    receipt.directory,
    receipt.keyId,
    receipt.recipientFingerprint,
    receipt.plainSha256,
    receipt.finishedAt,
  ]
    .join('\n')
    .toLowerCase();
}
