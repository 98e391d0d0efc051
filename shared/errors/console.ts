import type { ErrorCatalog } from './catalog.ts';

/** Failures of the room `console`: the platform's console API. */
export const consoleErrors = {
  CONSOLE_URL_INVALID: {
    text: '{url} is not the address of a console.',
    next: 'Give an address such as https://console.example.com.',
    exit: 1,
    retry: 'user',
  },
  CONSOLE_INSECURE: {
    text: 'The console {host} would be reached without encryption.',
    next: 'Use an https address. Plain http is allowed to this machine only.',
    exit: 1,
    retry: 'user',
  },
  CONSOLE_UNREACHABLE: {
    text: 'The console {host} cannot be reached ({reason}).',
    next: 'Check the address and whether the server is running.',
    exit: 3,
    retry: 'auto',
  },
  CONSOLE_TIMED_OUT: {
    text: 'The console {host} did not answer within {seconds} seconds.',
    next: 'Try again in a little while.',
    exit: 3,
    retry: 'auto',
  },
  CONSOLE_UNAUTHORIZED: {
    text: 'The console {host} does not accept the admin token.',
    next: 'Take the token from the credentials file of the server.',
    exit: 3,
    retry: 'user',
  },
  CONSOLE_NOT_FOUND: {
    text: 'The console {host} does not know {what}.',
    next: 'Check the account and the id.',
    exit: 3,
    retry: 'user',
  },
  CONSOLE_CONFLICT: {
    text: 'The console {host} cannot take {what}: {reason}.',
    next: 'An account holds at most 10 SSH keys and 20 key sets. Remove one that is no longer used.',
    exit: 3,
    retry: 'user',
  },
  CONSOLE_REJECTED: {
    text: 'The console {host} refuses {what}: {reason}.',
    next: 'Correct what it names and try again.',
    exit: 3,
    retry: 'user',
  },
  CONSOLE_FAILED: {
    text: 'The console {host} failed with status {status}.',
    next: 'Try again in a little while. The log of the server tells more.',
    exit: 3,
    retry: 'auto',
  },
  CONSOLE_BAD_ANSWER: {
    text: 'The answer of {host} is not that of a Sealift console ({detail}).',
    next: 'Check the address, and that the server has the version of this program.',
    exit: 3,
    retry: 'user',
  },
} as const satisfies ErrorCatalog;
