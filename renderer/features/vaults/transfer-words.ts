/** How a transfer is told. Pure. */
import type { Transfer, TransferKind, TransferState } from '../../../shared/domain/vault.ts';
import type { Tone } from '../../ui/tone.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatRate,
  secondsLeft,
} from '../../ui/format.ts';

export const TRANSFER_WORDS: Readonly<Record<TransferKind, string>> = {
  upload: 'Uploading',
  download: 'Downloading',
  import: 'Importing',
  export: 'Exporting',
};

const DONE_WORDS: Readonly<Record<TransferKind, string>> = {
  upload: 'Uploaded',
  download: 'Saved',
  import: 'Imported',
  export: 'Exported',
};

export const TRANSFER_STATES: Readonly<
  Record<TransferState, { readonly tone: Tone | 'neutral'; readonly text: string }>
> = {
  queued: { tone: 'neutral', text: 'Waiting' },
  running: { tone: 'info', text: 'Running' },
  done: { tone: 'success', text: 'Done' },
  failed: { tone: 'error', text: 'Failed' },
  cancelled: { tone: 'neutral', text: 'Cancelled' },
};

export function isOver({ state }: Pick<Transfer, 'state'>): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

/** Newest first; an older state than the one known changes nothing. */
export function mergeTransfer(
  transfers: readonly Transfer[],
  transfer: Transfer,
): readonly Transfer[] {
  const known = transfers.find(({ id }) => id === transfer.id);
  if (known === undefined) {
    return [...transfers, transfer].sort((a, b) => b.startedAt.localeCompare(a.startedAt));
  }
  if (known.seq >= transfer.seq) return transfers;
  return transfers.map((one) => (one.id === transfer.id ? transfer : one));
}

/** `12 of 40 MB · 8 MB/s · 4 s left`, or the same in records. */
export function transferDetail(work: Pick<Transfer, 'unit' | 'done' | 'total' | 'rate'>): string {
  const amount = work.unit === 'bytes' ? formatBytes : formatNumber;
  const total = work.total === undefined ? '' : ` of ${amount(work.total)}`;
  const unit = work.unit === 'bytes' ? '' : ' records';
  const parts = [`${amount(work.done)}${total}${unit}`];
  if (work.rate !== undefined && work.rate > 0) {
    parts.push(
      work.unit === 'bytes' ? formatRate(work.rate) : `${formatNumber(Math.round(work.rate))}/s`,
    );
  }
  const left = secondsLeft(work);
  if (left !== undefined && left > 0) parts.push(`${formatDuration(left)} left`);
  return parts.join(' · ');
}

/** What came of it, in a sentence. */
export function transferResult({ kind, done, unit, vault, result }: Transfer): string {
  const amount =
    unit === 'bytes' ? formatBytes(done) : formatCount(result?.written ?? done, 'record');
  const where = kind === 'upload' || kind === 'import' ? `into ${vault}` : `from ${vault}`;
  const failed = result?.failed ?? 0;
  const rest =
    failed === 0
      ? ''
      : ` ${formatCount(failed, 'record')} could not be ${DONE_WORDS[kind].toLowerCase()}.`;
  return `${DONE_WORDS[kind]}: ${amount} ${where}.${rest}`;
}

/** What stays of an import that came to no good end; empty for what leaves nothing. */
export function remainsText({ kind, state, done, vault }: Transfer): string {
  const isUnfinished = state === 'failed' || state === 'cancelled';
  if (kind !== 'import' || !isUnfinished || done === 0) return '';
  return `It had gone through ${formatCount(done, 'row')}; the records written from them stay in ${vault}.`;
}
