import type { ErrorCatalog } from './catalog.ts';

/** Failures of the app around the rooms: connections, Practice, the window's own calls. */
export const appErrors = {
  CONNECTION_UNKNOWN: {
    text: 'This connection is no longer there.',
    next: 'Choose another connection, or add it again under Connections.',
    exit: 1,
    retry: 'user',
  },
  HOST_KEY_ALREADY_PINNED: {
    text: 'Another host key is pinned for this connection: {fingerprint}.',
    next: 'Ask the owner of the server whether its key was changed. Only then forget the pinned key under Connections.',
    exit: 3,
    retry: 'user',
  },
  HOST_KEY_NOT_SHOWN: {
    text: 'This host key is not the one that the last test showed.',
    next: 'Test the connection again and compare the fingerprint.',
    exit: 3,
    retry: 'user',
  },
  CONSOLE_TOKEN_NEEDED: {
    text: 'No token is kept for the console {url}.',
    next: 'Enter the token that belongs to this address.',
    exit: 1,
    retry: 'user',
  },
  SSH_KEY_NOT_STORED: {
    text: 'The SSH key {fingerprint} is not kept in this profile.',
    next: 'Choose another key for the connection, or make a new one and register its public half.',
    exit: 1,
    retry: 'user',
  },
  CONSOLE_MISSING: {
    text: 'The connection {name} has no console address and token of a Sealift server.',
    next: 'Add them under Connections, or note the Key ID by hand.',
    exit: 1,
    retry: 'user',
  },
  KEY_ID_INVALID: {
    text: '{keyId} is not a Key ID.',
    next: 'A Key ID is a UUID such as ec491319-9823-48cd-b6a1-6bb0bc666d75. Copy it whole from the platform.',
    exit: 1,
    retry: 'user',
  },
  KEY_ID_OF_OTHER_KEY: {
    text: 'The Key ID {keyId} belongs to the key set {fingerprint}, not to the one chosen.',
    next: 'Choose that key set, or write the Key ID of the chosen one into the manifest.',
    exit: 1,
    retry: 'user',
  },
  KEY_ID_NOT_NOTED: {
    text: 'No key set here is known under the Key ID {keyId}.',
    next: 'Note the Key ID at its key set under Keys, or correct it in the manifest.',
    exit: 1,
    retry: 'user',
  },
  HOST_KEY_NOT_PINNED: {
    text: 'The host key of {name} was never confirmed.',
    next: 'Test the connection and compare the fingerprint with the one that the owner of the server gave you.',
    exit: 3,
    retry: 'user',
  },
  KEY_REVOCATION_MISSING: {
    text: 'There is no revocation certificate for {fingerprint} here.',
    next: 'Make one with the program that made the key; Sealift keeps one only for keys that it made.',
    exit: 1,
    retry: 'never',
  },
  KEY_ID_MISSING: {
    text: 'The manifest names no Key ID, so the platform could not open the file.',
    next: 'Register the key set, or note its Key ID under Keys.',
    exit: 1,
    retry: 'user',
  },
  NAME_USED_BEFORE: {
    text: 'A file was sent as {name} before, or is waiting to be sent.',
    next: 'Go back to the mapping, which gives it a fresh name, or change fileName in the manifest.',
    exit: 1,
    retry: 'user',
  },
  PRACTICE_FAILED: {
    text: 'The practice server did not start ({reason}).',
    next: 'Start it again. If it fails again, look into the log in the profile folder.',
    exit: 1,
    retry: 'user',
  },
  PRACTICE_NOT_RUNNING: {
    text: 'The practice server is not running.',
    next: 'Start it in Settings, or press Practice on the Send page.',
    exit: 1,
    retry: 'user',
  },
} as const satisfies ErrorCatalog;
