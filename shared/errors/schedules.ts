import type { ErrorCatalog } from './catalog.ts';

/** Failures of the room `schedules`. */
export const scheduleErrors = {
  SCHEDULE_UNKNOWN: {
    text: 'There is no schedule {id}.',
    next: 'It may have been removed. sealift schedule list shows those there are.',
    exit: 1,
    retry: 'never',
  },
  SCHEDULE_TIME_INVALID: {
    text: '“{cron}” in the time zone {timeZone} is no time that ever comes.',
    next: 'Give five fields (minute, hour, day, month, weekday), such as 0 5 * * 1-5, and an IANA time zone such as Europe/Berlin.',
    exit: 1,
    retry: 'user',
  },
  SCHEDULE_PATTERN_INVALID: {
    text: '“{pattern}” is no pattern of file names.',
    next: 'Give a name without folder; * stands for any text, ? for one character, and yyyy, MM, dd, HH, mm in braces for a date.',
    exit: 1,
    retry: 'user',
  },
  SCHEDULE_FOLDER_MISSING: {
    text: 'There is no folder {folder}.',
    next: 'Make it, or choose the folder into which the files come.',
    exit: 1,
    retry: 'user',
  },
  SCHEDULES_FULL: {
    text: 'This profile has as many schedules as it can hold.',
    next: 'Remove one that is not used any more.',
    exit: 1,
    retry: 'user',
  },
  SCHEDULE_WAITS: {
    text: 'The schedule {name} cannot run while the keys are locked; nothing was sent.',
    next: 'Give the master password with --master-password-file F, or run it in the session whose keychain holds the keys.',
    exit: 1,
    retry: 'user',
  },
  SCHEDULE_RUN_FAILED: {
    text: 'The schedule {name} ended with {failed} not delivered.',
    next: 'What was wrong stands above. Files that failed their check lie in failed/ beside the folder, the others where they were.',
    exit: 1,
    retry: 'user',
  },
  CLOCK_ELSEWHERE: {
    text: 'Another process of Sealift keeps the clock of this profile.',
    next: 'Leave it to that one, or end it first. A single schedule can be run all the same: sealift schedule run ID.',
    exit: 1,
    retry: 'user',
  },
} as const satisfies ErrorCatalog;
