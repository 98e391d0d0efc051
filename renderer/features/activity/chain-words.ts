/** What the check of the receipts' chain found, in words. Pure. */
import type { ChainReport } from '../../../shared/domain/receipt-chain.ts';
import { formatCount, formatMoment } from '../../ui/format.ts';

export function chainTitle({ state, problems, chained }: ChainReport): string {
  switch (state) {
    case 'none':
      return 'Nothing is chained yet';
    case 'whole':
      return `${formatCount(chained, 'receipt')}, none altered or removed`;
    case 'broken':
      return `The receipts are not what was delivered: ${formatCount(problems.length, 'finding')}`;
  }
}

/** Whole sentences, in order. */
export function chainWords(report: ChainReport): readonly string[] {
  const { state, startedAt, holdsFrom, before, found, pending } = report;
  if (state === 'none') return ['The first delivery begins the chain.'];
  const lines: string[] = [];
  if (state === 'whole' && startedAt !== undefined) {
    lines.push(`The chain holds since ${formatMoment(startedAt)}.`);
  } else if (holdsFrom !== undefined) {
    const when = formatMoment(holdsFrom.at);
    lines.push(`The chain holds from receipt ${holdsFrom.number} on, since ${when}.`);
  } else if (state === 'broken') lines.push('The chain does not hold at its end.');
  if (before > 0) {
    lines.push(
      `${formatCount(before, 'receipt')} made before the chain began: guarded from then on.`,
    );
  }
  if (found > 0) {
    lines.push(
      `${formatCount(found, 'receipt')} chained without word from the delivery, as those of the command line are when the keys are locked.`,
    );
  }
  if (pending > 0) lines.push(`${formatCount(pending, 'receipt')} not chained.`);
  return lines;
}
