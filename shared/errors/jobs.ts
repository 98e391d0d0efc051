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
  JOB_NOT_UNDER_WAY: {
    text: '{name} is not under way, so there is nothing to pause.',
    next: 'Look in Activity for what became of it.',
    exit: 1,
    retry: 'never',
  },
  JOB_STILL_RUNNING: {
    text: '{name} is still running.',
    next: 'Cancel it first.',
    exit: 1,
    retry: 'user',
  },
  DELIVERY_STOPPED_LATE: {
    text: 'The delivery was stopped while the files took their final names, so it is not known whether they arrived.',
    next: 'Send it again: Sealift looks on the server first, and sends nothing twice.',
    exit: 3,
    retry: 'user',
  },
  WORKER_ENDED: {
    text: 'The process that does the work ended unexpectedly.',
    next: 'Nothing took its final name. Send again; if it ends again, the file may need more memory than there is.',
    exit: 1,
    retry: 'user',
  },
  SOURCE_EMPTY: {
    text: '{file} is empty; there is nothing to send.',
    next: 'Check that the program which writes it has finished.',
    exit: 1,
    retry: 'user',
  },
  SPOOL_FULL: {
    text: 'There is no space left on this machine for the sealed form of {file}; nothing of it was sent.',
    next: 'Free about as much space as {file} takes, where Sealift keeps its own data, and send again. The unfinished parts were removed.',
    exit: 1,
    retry: 'user',
  },
  ROWS_REJECTED: {
    text: 'The platform would reject {rejected} of {rows} rows of {file}.',
    next: 'Correct the rows, or agree to send it without them.',
    exit: 1,
    retry: 'user',
  },
  NO_ROWS_ACCEPTED: {
    text: 'The platform would accept no row of {file}.',
    next: 'Correct the rows or the mapping; sending it would be in vain.',
    exit: 1,
    retry: 'user',
  },
  DATA_HAS_ERRORS: {
    text: 'The platform would refuse {file} as a whole: {problem}',
    next: 'Correct the file or the manifest.',
    exit: 1,
    retry: 'user',
  },
  MANIFEST_NAMES_OTHER_FILE: {
    text: 'The manifest names the data file {found}; it will be sent as {wanted}.',
    next: 'Write {wanted} as fileName in the manifest.',
    exit: 1,
    retry: 'user',
  },
  KEY_ID_DIFFERS: {
    text: 'The Key ID is {wanted}, but the manifest says {found}.',
    next: 'Use one and the same Key ID in both places.',
    exit: 1,
    retry: 'user',
  },
  RECEIPTS_BROKEN: {
    text: 'The receipts are not what was delivered: {problems} found wrong.',
    next: 'What is wrong stands above. Restore receipts.jsonl and receipt-chain.jsonl of the profile from a backup, and ask who could write to them.',
    exit: 1,
    retry: 'never',
  },
  SEND_PLAN_DAMAGED: {
    text: 'What was noted of this delivery cannot be read ({field}).',
    next: 'Discard it and send the file again.',
    exit: 1,
    retry: 'never',
  },
} as const satisfies ErrorCatalog;
