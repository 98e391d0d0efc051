/** How an import is said, and which import and mails belong to a delivery. Pure. */
import type { ImportRecord, ImportStatus, Mail } from '../../../shared/domain/import.ts';
import type { Tone } from '../../ui/tone.ts';
import { formatCount, formatNumber } from '../../ui/format.ts';

export const STATUS_WORDS: Readonly<
  Record<ImportStatus, { readonly tone: Tone | 'neutral'; readonly text: string }>
> = {
  'picked-up': { tone: 'info', text: 'Picked up' },
  processing: { tone: 'info', text: 'Processing' },
  imported: { tone: 'success', text: 'Imported' },
  'partly-imported': { tone: 'warning', text: 'Partly imported' },
  failed: { tone: 'error', text: 'Failed' },
};

export function isFinished(status: ImportStatus): boolean {
  return status !== 'picked-up' && status !== 'processing';
}

/** `12,000 rows imported`, `990 of 1,000 rows imported, 10 rejected`. */
export function rowsText(record: Pick<ImportRecord, 'rows' | 'accepted' | 'rejected'>): string {
  if (record.rejected === 0) return `${formatCount(record.accepted, 'row')} imported`;
  const rows = formatCount(record.rows, 'row');
  return `${formatNumber(record.accepted)} of ${rows} imported, ${formatNumber(record.rejected)} rejected`;
}

/** The mails that name the delivered file in their subject; all since the start where none does. */
export function mailsOf(
  mails: readonly Mail[],
  delivery: { readonly names: readonly string[]; readonly startedAt: string },
): readonly Mail[] {
  const since = Date.parse(delivery.startedAt) - CLOCK_SLACK_MS;
  const recent = mails
    .filter((mail) => Date.parse(mail.receivedAt) >= since)
    .toSorted((a, b) => a.receivedAt.localeCompare(b.receivedAt));
  const named = recent.filter((mail) => delivery.names.some((name) => mail.subject.includes(name)));
  return named.length > 0 ? named : recent;
}

/** Mail dates have whole seconds. */
const CLOCK_SLACK_MS = 1000;
