/** Practice in the wizard: its key set, Key ID and destination are chosen, so that a newcomer only walks on. */
import type { PracticeState } from '../../../shared/contract/api.ts';
import { useConnections } from '../connections/index.ts';
import { useKeys } from '../keys/index.ts';
import { patch, useSend } from './store.ts';

/** An address for a newcomer's mails, which the practice server keeps to itself. */
const PRACTICE_EMAIL = 'you@practice.example';

export function choosePractice(practice: PracticeState): void {
  const { fingerprint, keyId, connectionId } = practice;
  patch({ fingerprint, keyId, connectionId });
  if (useSend.getState().clientEmail === '') patch({ clientEmail: PRACTICE_EMAIL });
  void useKeys.getState().load();
  void useConnections.getState().load();
}
