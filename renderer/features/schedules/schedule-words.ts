/** A schedule in words. Pure. */
import { momentIn, wordsOf } from '../../../shared/cron-words.ts';
import type { Schedule, ScheduleRun, ScheduleTrigger } from '../../../shared/domain/schedule.ts';
import { formatCount, formatMoment } from '../../ui/format.ts';

/** `At 05:30, Monday through Friday (Europe/Berlin)` */
export function whenWords(trigger: ScheduleTrigger): string {
  if (trigger.kind === 'watch') return 'Each file that comes, once it has stopped growing';
  return `${wordsOf(trigger.cron)} (${trigger.timeZone})`;
}

/** By the schedule's own clock. */
export function nextWords({ trigger, next }: Schedule): string | undefined {
  if (next === undefined || trigger.kind === 'watch') return undefined;
  return momentIn(new Date(next), trigger.timeZone);
}

export function filesWords({ pattern, folderName }: Schedule): string {
  const which = pattern === '*' ? 'All CSV and JSON files' : pattern;
  return `${which} in ${folderName}`;
}

export function runWords(run: ScheduleRun | undefined): string {
  if (run === undefined) return 'None yet';
  const counts =
    run.outcome === 'nothing'
      ? 'no file was there'
      : [
          `${formatCount(run.delivered, 'file')} delivered`,
          ...(run.failed > 0 ? [`${run.failed} not`] : []),
        ].join(', ');
  return `${formatMoment(run.at)}, ${counts}`;
}

export function missedWords(missed: readonly string[]): string {
  const last = missed.at(-1);
  if (last === undefined) return '';
  if (missed.length === 1) return `It should have run ${formatMoment(last)}.`;
  return `It should have run ${missed.length} times, last ${formatMoment(last)}.`;
}
