/** Key sets in words for the terminal. User IDs come from key files: all is made visible. */
import type { KeySet } from '../../shared/domain/key-set.ts';
import { visible } from './visible.ts';

const USES: Readonly<Record<KeySet['use'], string>> = {
  ready: 'ready',
  'expires-soon': 'expires soon',
  expired: 'expired',
  revoked: 'revoked',
  'cannot-encrypt': 'cannot be encrypted to',
};

/** A few indented lines about a key set. */
export function describeKeySet(keySet: KeySet): string {
  const secret = keySet.hasPrivateKey
    ? `private key here${keySet.hasPassphrase ? ', passphrase kept' : ''}`
    : 'public key only';
  const expires =
    keySet.expiresAt === undefined ? 'never expires' : `expires ${keySet.expiresAt.slice(0, 10)}`;
  const lines = [
    `${keySet.fingerprint}  ${keySet.algorithm}  ${USES[keySet.use]}`,
    `    ${visible(keySet.userId)}`,
    `    ${secret}; made ${keySet.createdAt.slice(0, 10)}, ${expires}`,
    ...keySet.registrations.map(
      ({ keyId, platform }) => `    Key ID ${keyId} at ${visible(platform)}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}
