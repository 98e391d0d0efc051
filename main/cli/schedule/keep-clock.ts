/** Keeps a clock until the command is broken off, and tells what happens. */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ScheduleNews, ScheduleRun } from '../../../shared/domain/schedule.ts';
import { AppError, errorNext, errorText } from '../../../shared/errors/index.ts';
import { openLog } from '../../platform/log.ts';
import { Schedules } from '../../schedules/schedules.ts';
import type { SchedulesOptions } from '../../schedules/schedules.ts';
import type { CliContext, Outcome } from '../outcome.ts';
import { count } from '../visible.ts';

type ClockOptions = Omit<SchedulesOptions, 'onChange' | 'onNews' | 'describeFault'>;

export interface Clock {
  readonly schedules: Schedules;
  /** What ran since it was made. */
  readonly runs: ScheduleRun[];
}

export function makeClock(context: CliContext, options: ClockOptions): Clock {
  const log = openLog(join(options.profileDir, 'logs', 'cli.log'));
  const runs: ScheduleRun[] = [];
  const schedules = new Schedules({
    ...options,
    onChange: () => undefined,
    onNews: (news) => {
      if (news.kind === 'ran') runs.push(news.run);
      context.terminal.note(newsText(news));
    },
    describeFault: (fault) => new AppError('INTERNAL', log.fault(fault).params, { cause: fault }),
  });
  return { schedules, runs };
}

/** Ends well when it is broken off: that is how it ends. @throws AppError CLOCK_ELSEWHERE */
export async function keepClock(context: CliContext, { schedules, runs }: Clock): Promise<Outcome> {
  await schedules.tick();
  if (!schedules.isClockHere) throw new AppError('CLOCK_ELSEWHERE');
  schedules.start();
  // The signal alone keeps no process alive.
  while (!context.signal.aborted) {
    await wait(60_000, undefined, { signal: context.signal }).catch(() => undefined);
  }
  await schedules.close();
  return { text: '', json: { runs } };
}

/** Runs one schedule now; breaking off the command breaks off the run. */
export async function runOnce(
  context: CliContext,
  { schedules }: Clock,
  id: string,
): Promise<ScheduleRun | undefined> {
  context.signal.addEventListener('abort', () => void schedules.close(), { once: true });
  try {
    return await schedules.run(id);
  } finally {
    await schedules.close();
  }
}

function newsText(news: ScheduleNews): string {
  switch (news.kind) {
    case 'missed':
      return `${news.name}: ${count(news.count, 'run')} missed while nothing ran. sealift schedule run does it now.`;
    case 'waiting':
      return `${news.name}: its time has come, but the keys are locked. It waits for them.`;
    case 'ran':
      return `${news.name}: ${runText(news.run)}`;
  }
}

export function runText({ outcome, delivered, failed, file, error }: ScheduleRun): string {
  if (outcome === 'nothing') return 'no file was there.';
  const counts = `${count(delivered, 'file')} delivered, ${failed} not`;
  if (!error) return `${counts}.`;
  const which = file === undefined ? '' : `${file}: `;
  return `${counts}. ${which}${errorText(error)} ${errorNext(error)}`;
}
