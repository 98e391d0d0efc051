/** How it is told where something was decrypted, and what a value is. Pure. */
import type { Badge, OpenedRecord } from '../../../shared/domain/vault.ts';
import type { Tone } from '../../ui/tone.ts';
import { formatBytes } from '../../ui/format.ts';

/** “Decrypted here” claims no more than that: AES-CBC does not show whether something was changed on the way. */
export const BADGE_WORDS: Readonly<
  Record<Badge, { readonly tone: Tone | 'neutral'; readonly text: string; readonly means: string }>
> = {
  'decrypted-here': {
    tone: 'success',
    text: 'decrypted here',
    means:
      'The service sent it encrypted to this app’s key, and it was decrypted on this computer. That does not prove that it is unchanged: the encryption of SDS cannot show it.',
  },
  'decrypted-by-server': {
    tone: 'info',
    text: 'decrypted by the server',
    means: 'The service decrypted it and sent it as it was stored.',
  },
  'not-readable': {
    tone: 'warning',
    text: 'not readable with this key',
    means: 'It was encrypted to another key, or is damaged; nobody can tell which.',
  },
};

/** A record that the service did not give says nothing about the key. */
const NOT_READ = { tone: 'error', text: 'could not be read', means: '' } as const;

export function wordsFor({ badge, error }: Pick<OpenedRecord, 'badge' | 'error'>) {
  const isKeyTrouble = error === undefined || error.code === 'SDS_NOT_DECRYPTED';
  return badge === 'not-readable' && !isKeyTrouble ? NOT_READ : BADGE_WORDS[badge];
}

const KIND_WORDS = { text: 'Text', json: 'JSON', binary: 'Bytes' } as const;

/** `JSON, 1.2 kB`; empty where nothing is known. */
export function kindText({ kind, sizeBytes }: Pick<OpenedRecord, 'kind' | 'sizeBytes'>): string {
  if (kind === undefined) return '';
  return sizeBytes === undefined
    ? KIND_WORDS[kind]
    : `${KIND_WORDS[kind]}, ${formatBytes(sizeBytes)}`;
}
