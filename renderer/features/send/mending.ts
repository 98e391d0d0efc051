/** Failed rows that come back into the wizard: key set, Key ID and destination are those of the practice server. */
import type { FileRef } from '../../../shared/contract/api.ts';
import { usePractice } from '../practice/index.ts';
import { takeToMend } from './files.ts';
import { choosePractice } from './practice-choice.ts';
import { resetWizard, useSend } from './store.ts';

/** Files that are in the wizard already stay in it. The mapping is the one last used with the same header. */
export async function beginMending(file: FileRef): Promise<void> {
  if (useSend.getState().phase === 'sending') resetWizard();
  choosePractice(usePractice.getState().practice);
  await takeToMend(file);
}
