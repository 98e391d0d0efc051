import type { ErrorCatalog } from './catalog.ts';

/** Failures of the room `jobs`: the runner and the send pipeline. */
export const jobsErrors = {
  JOB_UNKNOWN: {
    text: 'There is no job {id}.',
    next: 'It may have been discarded. Look in Activity.',
    exit: 1,
    retry: 'never',
  },
  JOB_NOT_RESTARTABLE: {
    text: '{name} cannot be sent again: it is running or was delivered.',
    next: 'Start a new delivery if you want to send the file once more.',
    exit: 1,
    retry: 'never',
  },
  JOB_STILL_RUNNING: {
    text: '{name} is still running.',
    next: 'Cancel it first.',
    exit: 1,
    retry: 'user',
  },
} as const satisfies ErrorCatalog;
