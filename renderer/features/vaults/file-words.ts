/** How the state of a file is told, and what a URL file leads to. Pure. */
import type { SdsFileStatus } from '../../../shared/domain/vault.ts';
import type { Tone } from '../../ui/tone.ts';

export const FILE_STATUS_WORDS: Readonly<
  Record<SdsFileStatus, { readonly tone: Tone; readonly text: string; readonly means: string }>
> = {
  COMPLETED: { tone: 'success', text: 'Complete', means: 'It can be downloaded.' },
  PENDING: {
    tone: 'info',
    text: 'Pending',
    means: 'The service has not taken it in yet. Ask again in a moment.',
  },
  FAILED: {
    tone: 'error',
    text: 'Failed',
    means: 'The service could not take it in. Upload it again, then remove this one.',
  },
};
