/** The front of the OpenPGP half of this room: pure functions on keys, no storage, no keychain. */
export { makeKey } from './make-key.ts';
export type { NewKey, NewKeyRequest } from './make-key.ts';
export { readKeys } from './read-keys.ts';
export type { ReadKey } from './read-keys.ts';
export { chooseRecipient } from './recipient.ts';
export type { Recipient } from './recipient.ts';
export { passphraseHint } from './passphrase-hint.ts';
export { unlockKey } from './unlock-key.ts';
export { UnlockedKey } from './unlocked-key.ts';
