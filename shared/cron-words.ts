/** What a cron line means, in words, and when it comes next. Pure. */
import { Cron } from 'croner';
import cronstrue from 'cronstrue';

export type CronMeaning =
  | {
      readonly isValid: true;
      /** `At 05:00, Monday through Friday` */
      readonly words: string;
      readonly next: Date;
    }
  | { readonly isValid: false; readonly problem: string };

export const UTC = 'UTC';

/** @param timeZone IANA name @param now from when on it is looked for the next time */
export function cronMeaning(line: string, timeZone: string, now = new Date()): CronMeaning {
  try {
    const next = new Cron(line.trim(), { timezone: timeZone, paused: true }).nextRun(now);
    if (next === null) return { isValid: false, problem: 'This time never comes.' };
    return { isValid: true, words: wordsOf(line.trim()), next };
  } catch {
    return {
      isValid: false,
      problem: 'Five fields: minute, hour, day, month, weekday, such as 0 5 * * 1-5.',
    };
  }
}

/** What the clock takes and the describer does not know is shown as it is. */
export function wordsOf(line: string): string {
  try {
    return cronstrue.toString(line, { use24HourTimeFormat: true });
  } catch {
    return line;
  }
}

/** A moment as the clock of a time zone shows it. */
export function momentIn(date: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone,
  }).format(date);
}

/** The user's own first, then UTC, then all others. */
export function timeZones(): readonly string[] {
  return [...new Set([ownTimeZone(), UTC, ...Intl.supportedValuesOf('timeZone')])];
}

/** The time zone of this computer. */
export function ownTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
