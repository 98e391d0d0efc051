/**
 * Holds receipts and links against each other, and against the head that the keychain keeps; whatever can be
 * linked is linked before. Pure.
 */
import type { ChainProblem, ChainReport } from '../../shared/domain/receipt-chain.ts';
import { genesis, isAuthentic } from './receipt-links.ts';
import type { Link, ReceiptLine } from './receipt-links.ts';

/** What the keychain keeps of the chain. */
export interface ChainState {
  readonly key: Uint8Array;
  readonly startedAt: string;
  /** Number of the first link under this key: greater than 1 when an older key was lost. */
  readonly first: number;
  /** Number of the newest link; `first - 1` before there is one. */
  readonly count: number;
  /** Its MAC. */
  readonly head: string;
}

export function verifyChain(
  state: ChainState,
  links: readonly Link[],
  lines: readonly ReceiptLine[],
): ChainReport {
  const { good, problems } = checkLinks(state, links);
  problems.push(...checkReceipts(good, lines));
  const chainedBytes = new Set(links.map(({ sha256 }) => sha256));
  const worst = Math.max(0, ...problems.map(({ to }) => to));
  const holding = good.find(({ number }) => number > worst);
  return {
    state: problems.length > 0 ? 'broken' : 'whole',
    receipts: lines.length,
    chained: good.length,
    before: good.filter(({ origin }) => origin === 'before').length,
    found: good.filter(({ origin }) => origin === 'found').length,
    pending: lines.filter(({ sha256 }) => !chainedBytes.has(sha256)).length,
    startedAt: state.startedAt,
    ...(holding && { holdsFrom: { number: holding.number, at: holding.at } }),
    problems: problems.sort((a, b) => a.from - b.from),
  };
}

/** The links that are what they were, and where the chain of them is not. */
function checkLinks(
  state: ChainState,
  links: readonly Link[],
): { good: Link[]; problems: ChainProblem[] } {
  const problems: ChainProblem[] = [];
  const good: Link[] = [];
  if (state.first > 1) problems.push({ kind: 'key-lost', from: 1, to: state.first - 1 });
  let next = state.first;
  let previous = genesis(state.key, state.startedAt);
  for (const link of links.filter(({ number }) => number >= state.first)) {
    const { number } = link;
    if (number > next) problems.push({ kind: 'links-removed', from: next, to: number - 1 });
    const isFollowing = number !== next || link.previous === previous;
    if (isAuthentic(state.key, link) && isFollowing && number >= next) good.push(link);
    else problems.push(named('link-altered', link));
    next = Math.max(next, number + 1);
    previous = link.mac;
  }
  const newest = good.at(-1);
  if (next - 1 < state.count) problems.push({ kind: 'cut-off', from: next, to: state.count });
  else if (newest?.number === state.count && newest.mac !== state.head) {
    problems.push(named('link-altered', newest));
  }
  return { good, problems };
}

function checkReceipts(links: readonly Link[], lines: readonly ReceiptLine[]): ChainProblem[] {
  const placeOf = new Map<string, number>();
  const repeated = new Set<string>();
  for (const [index, { sha256 }] of lines.entries()) {
    if (placeOf.has(sha256)) repeated.add(sha256);
    else placeOf.set(sha256, index);
  }
  const ids = new Set(lines.map(({ receipt }) => receipt.id));
  const problems: ChainProblem[] = [];
  let last = -1;
  for (const link of links) {
    const place = placeOf.get(link.sha256);
    if (place === undefined) {
      problems.push(named(ids.has(link.receiptId) ? 'altered' : 'removed', link));
    } else if (repeated.has(link.sha256)) problems.push(named('repeated', link));
    else if (place < last) problems.push(named('moved', link));
    else last = place;
  }
  return problems;
}

function named(kind: ChainProblem['kind'], { number, name, finishedAt }: Link): ChainProblem {
  return { kind, from: number, to: number, name, finishedAt };
}
