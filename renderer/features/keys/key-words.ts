/** How the state of a key set is said, and which of its Key IDs a send may use. Pure. */
import type { KeySet, KeyUse } from '../../../shared/domain/key-set.ts';
import type { Tone } from '../../ui/tone.ts';

export const USE_WORDS: Readonly<Record<KeyUse, { readonly tone: Tone; readonly text: string }>> = {
  ready: { tone: 'success', text: 'Ready' },
  'expires-soon': { tone: 'warning', text: 'Expires soon' },
  expired: { tone: 'error', text: 'Expired' },
  revoked: { tone: 'error', text: 'Revoked' },
  'cannot-encrypt': { tone: 'error', text: 'Cannot encrypt' },
};

/** What a key set that cannot be used needs; undefined where it can be used without a word. */
export function adviceFor(keySet: KeySet): string | undefined {
  switch (keySet.use) {
    case 'ready':
      return undefined;
    case 'expires-soon':
      return 'Make its successor and share it with the platform before it expires.';
    case 'expired':
      return 'Files can no longer be sealed to it. Make or import a new key set.';
    case 'revoked':
      return 'Its owner withdrew it. Make or import a new key set.';
    case 'cannot-encrypt':
      return 'It has no subkey for encryption. Import the whole public key, or another one.';
  }
}

/** Whether a file can be sealed to the key set now. */
export function isUsable(keySet: KeySet): boolean {
  return keySet.use === 'ready' || keySet.use === 'expires-soon';
}

/** `Ann Example` of `Ann Example (work) <ann@example.com>`. */
export function shortName(userId: string): string {
  const name = userId.replace(/\s*[(<].*$/s, '').trim();
  return name === '' ? userId : name;
}

/** The form in which a platform gives a Key ID. */
export function isKeyId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text.trim());
}
