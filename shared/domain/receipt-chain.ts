/** What a check of the chain of receipts found, and how it is told in the window and on the command line. */

/**
 * `altered`: what the receipt says is not what was chained. `removed`: it is not there any more.
 * `moved`: it does not stand in its place. `repeated`: it is there twice. `cut-off`: the newest are gone, with
 * their links. `link-altered`, `links-removed`: of the chain itself. `key-lost`: chained under a key that is not
 * kept any more.
 */
export const CHAIN_PROBLEMS = [
  'altered',
  'removed',
  'moved',
  'repeated',
  'cut-off',
  'link-altered',
  'links-removed',
  'key-lost',
] as const;

/** What is wrong, and with which receipts: numbers count from 1 along the chain. */
export interface ChainProblem {
  readonly kind: (typeof CHAIN_PROBLEMS)[number];
  readonly from: number;
  /** The same as `from` where one receipt is meant. */
  readonly to: number;
  /** Of one receipt: the data file that was delivered, and when. */
  readonly name?: string | undefined;
  readonly finishedAt?: string | undefined;
}

export interface ChainReport {
  /** `none`: nothing was chained in this profile yet. */
  readonly state: 'none' | 'whole' | 'broken';
  /** Receipts that can be read now. */
  readonly receipts: number;
  readonly chained: number;
  /** Of the chained ones: made before the chain began; it guards them from then on only. */
  readonly before: number;
  /** Of the chained ones: found without word from the delivery that made them. */
  readonly found: number;
  /** Not chained yet: they will be when the keys can be used. */
  readonly pending: number;
  /** When the chain began, ISO 8601. */
  readonly startedAt?: string | undefined;
  /** From this receipt on, chained at this moment, everything is whole; absent where the newest is not. */
  readonly holdsFrom?: { readonly number: number; readonly at: string } | undefined;
  readonly problems: readonly ChainProblem[];
}

/** The key with which this profile signs its exports. */
export interface SigningKey {
  /** SHA-256 of the public key's DER form (SubjectPublicKeyInfo), lower-case hex. */
  readonly sha256: string;
  readonly publicPem: string;
}

export const EXPORT_FORMATS = ['json', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const PROBLEM_WORDS: Readonly<Record<ChainProblem['kind'], string>> = {
  altered: 'was altered after it was chained',
  removed: 'was removed',
  moved: 'does not stand in its place',
  repeated: 'is there more than once',
  'cut-off': 'cut off at the end: they were chained and are not there any more',
  'link-altered': 'its link in the chain was altered',
  'links-removed': 'missing from the chain',
  'key-lost':
    'chained under a key that the keychain does not hold any more, so nothing can be said of them',
};

/** `Receipt 5, users.csv of 2026-11-28T01:02:03.000Z: was removed.` */
export function problemText({ kind, from, to, name, finishedAt }: ChainProblem): string {
  const which = from === to ? `Receipt ${from}` : `Receipts ${from} to ${to}`;
  const told = name === undefined ? '' : `, ${name} of ${finishedAt ?? ''}`;
  return `${which}${told}: ${PROBLEM_WORDS[kind]}.`;
}
