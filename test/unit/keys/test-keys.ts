/** Keys for tests: made when first asked for, once a test file. None of them is of any use elsewhere. */
import { makeKey } from '../../../main/keys/openpgp-keys.ts';
import type { NewKey, NewKeyRequest } from '../../../main/keys/openpgp-keys.ts';

export const PASSPHRASE = 'correct horse battery staple';

export function makeTestKey(request: Partial<NewKeyRequest> = {}): Promise<NewKey> {
  return makeKey({
    name: 'Test Sender',
    email: 'sender@example.com',
    type: 'curve25519',
    expires: 'never',
    passphrase: PASSPHRASE,
    ...request,
  });
}
