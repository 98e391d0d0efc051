/**
 * The moments of a cron line by the clock of a time zone. Across daylight saving each comes once: one in the hour
 * that is skipped comes at its end, one in the hour that is doubled comes the first time.
 */
import { Cron } from 'croner';
import { AppError } from '../../shared/errors/index.ts';

export interface ClockLine {
  /** Five fields: minute, hour, day, month, weekday. */
  readonly cron: string;
  /** IANA name. */
  readonly timeZone: string;
}

/** A line that comes every minute, over a year of absence, must not fill the memory. */
const MOST_AT_ONCE = 1_000;

/** @throws AppError SCHEDULE_TIME_INVALID for a line or a zone that is none, or never comes */
export function requireTimes(line: ClockLine): void {
  let next: Date | undefined;
  try {
    next = nextTime(line, new Date());
  } catch (cause) {
    throw new AppError('SCHEDULE_TIME_INVALID', { ...line }, { cause });
  }
  if (!next) throw new AppError('SCHEDULE_TIME_INVALID', { ...line });
}

/** @returns undefined for a line that never comes again */
export function nextTime({ cron, timeZone }: ClockLine, after: Date): Date | undefined {
  // Five fields only: a line of seconds would be no schedule of deliveries.
  const clock = new Cron(cron.trim(), { timezone: timeZone, paused: true, mode: '5-part' });
  return clock.nextRun(after) ?? undefined;
}

/** Moments after `after` and not after `until`, in order; the first thousand of them. */
export function timesBetween(line: ClockLine, after: Date, until: Date): Date[] {
  const times: Date[] = [];
  let time = nextTime(line, after);
  while (time && time <= until && times.length < MOST_AT_ONCE) {
    times.push(time);
    time = nextTime(line, time);
  }
  return times;
}
