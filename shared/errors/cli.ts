import type { ErrorCatalog } from './catalog.ts';

/** Failures of the command line itself: small files, passphrases, the way to the bundled server. */
export const cliErrors = {
  FILE_TOO_LARGE: {
    text: '{file} is larger than {limitBytes} bytes, which is too large for what it should be.',
    next: 'Check that the right file was named.',
    exit: 1,
    retry: 'user',
  },
  KEY_NAME_UNKNOWN: {
    text: '{name} is neither a key file nor the fingerprint of a stored key set.',
    next: 'Check the name; sealift keys list shows the fingerprints, of 40 digits each.',
    exit: 1,
    retry: 'user',
  },
  ALREADY_SEALED: {
    text: '{file} is sealed already, so its rows cannot be read.',
    next: 'Give the plain file: send seals it itself.',
    exit: 1,
    retry: 'user',
  },
  PASSPHRASE_FILE_UNUSABLE: {
    text: 'The passphrase file {file} cannot be used: it is {reason}.',
    next: 'Write the passphrase, and nothing else, into it as UTF-8 text.',
    exit: 1,
    retry: 'user',
  },
  PASSPHRASE_NOT_GIVEN: {
    text: 'A new private key needs a passphrase, and none was given.',
    next: 'Give it in a file with --passphrase-file, or run the command in a terminal.',
    exit: 1,
    retry: 'user',
  },
  PASSPHRASES_DIFFER: {
    text: 'The two passphrases are not the same.',
    next: 'Start again and type the same passphrase twice.',
    exit: 1,
    retry: 'user',
  },
  TOKEN_FILE_UNUSABLE: {
    text: 'The file {file} holds no admin token.',
    next: 'Give the credentials file of the server, or a file with the token and nothing else.',
    exit: 1,
    retry: 'user',
  },
  CONFIRMATION_NEEDED: {
    text: 'Nothing was done: this has to be confirmed.',
    next: 'Type {word} when it is asked for, or add --yes.',
    exit: 1,
    retry: 'user',
  },
  SOURCE_RUN_FAILED: {
    text: 'The platform could not fetch everything from {url}: {problem}',
    next: 'Correct what it names, then run the source again; what was fetched is not fetched twice.',
    exit: 3,
    retry: 'user',
  },
  SERVER_NOT_BUILT: {
    text: 'The bundled server is not there ({file}).',
    next: 'Install Sealift again, or build it with npm run build.',
    exit: 1,
    retry: 'user',
  },
  OUTPUT_NAME_UNKNOWN: {
    text: 'The name of {file} does not end in .asc, .gpg or .pgp, so the name of the opened file is not clear.',
    next: 'Name the output with -o FILE, or -o - for stdout.',
    exit: 2,
    retry: 'user',
  },
} as const satisfies ErrorCatalog;
