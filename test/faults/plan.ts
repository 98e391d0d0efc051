/** Which deliveries are tried, with which fault, and when: all of it chosen by a seed. */
import { Random } from '../helpers/random.ts';

export const SERVERS = ['bundled server', 'sshd'] as const;
export type ServerName = (typeof SERVERS)[number];

export const FAULTS = [
  'app killed',
  'server killed',
  'line cut',
  'line stalls',
  'flipped bytes',
  'slow line',
  'disk full here',
  'disk full there',
  'clock step',
] as const;
/** `none`: the delivery against which the moments of the others are measured. */
export type Fault = (typeof FAULTS)[number] | 'none';

/** When a fault begins. */
export type Moment =
  /** A share of the bytes of an undisturbed delivery, and so long after them. */
  | { readonly share: number; readonly thenMs: number }
  /** So long after the start of the program. */
  | { readonly afterMs: number };

export interface Trial {
  /** From 1; also in the names of its files. */
  readonly number: number;
  readonly server: ServerName;
  readonly fault: Fault;
  /** In more than one sealed file. */
  readonly inParts: boolean;
  /** The server answers late, so that the renames at the end take their time. */
  readonly isFar: boolean;
  /** How often the program tries again by itself. */
  readonly retries: number;
  readonly verify: 'size' | 'content';
  readonly moment: Moment;
  /** For what the fault itself has to choose. */
  readonly dice: Random;
}

/** About a third of the moments lies in the end, where names are taken: a few bytes, and the tenderest ones. */
const LATE = 3;
const LATE_SHARE = 0.96;
const LATE_WAIT_MS = 700;
/** The program's own start, and most of the sealing, before a byte goes. */
const EARLY_MS = 2_500;
const OF_TEN = 10;

/**
 * @param count of deliveries with a fault; before them goes one without for each server
 * @param faults those that can be made here
 */
export function planTrials(count: number, seed: number, faults: readonly Fault[]): Trial[] {
  const random = new Random(seed);
  let deck: Fault[] = [];
  return Array.from({ length: count + SERVERS.length }, (_, index) => {
    const number = index + 1;
    const isFirst = index % SERVERS.length === 0;
    const server = isFirst ? 'bundled server' : 'sshd';
    if (index < SERVERS.length) return trial({ number, seed, server, fault: 'none' });
    const turn = Math.floor(index / SERVERS.length) - 1;
    const place = turn % faults.length;
    if (isFirst && place === 0) deck = shuffled(faults, random);
    // From both ends, so that a short run has every fault, too.
    const fault = deck.at(isFirst ? place : -1 - place) ?? 'line cut';
    return trial({ number, seed, server, fault });
  });
}

/** Its dice are its own, so that it can be repeated alone. */
function trial({
  seed,
  ...trialed
}: Pick<Trial, 'number' | 'server' | 'fault'> & { readonly seed: number }): Trial {
  const { number, fault } = trialed;
  const dice = new Random(seed * 1_000 + number);
  const calm = { inParts: false, isFar: false, retries: 0, verify: 'size' } as const;
  const moment = momentOf(fault, dice);
  if (fault === 'none') return { ...trialed, moment, dice, ...calm };
  return {
    ...{ ...trialed, moment, dice },
    inParts: dice.next(2) === 0,
    isFar: dice.next(2) === 0,
    retries: dice.pick([0, 3]),
    verify: dice.pick(['size', 'size', 'content']),
  };
}

function momentOf(fault: Fault, dice: Random): Moment {
  const kind = dice.next(OF_TEN);
  // Sealing runs far ahead of a slow line: a disk that is to be full for it must be so soon.
  const early = fault === 'disk full here' ? 6 : 1;
  if (kind < early) return { afterMs: dice.next(EARLY_MS) };
  const share = dice.next(1_000) / 1_000;
  if (kind >= early + LATE) return { share, thenMs: 0 };
  return { share: LATE_SHARE + share * (1 - LATE_SHARE), thenMs: dice.next(LATE_WAIT_MS) };
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(random.next(left.length), 1));
}
