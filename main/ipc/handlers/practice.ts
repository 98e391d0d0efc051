/** Handlers of the group practice. */
import { basename } from 'node:path';
import { writeAtomically } from '../../platform/atomic-file.ts';
import type { Dialogs } from '../../platform/dialogs.ts';
import { failedRowsName } from '../../preflight/index.ts';
import type { Practice } from '../../practice/practice.ts';
import type { FileHandles } from '../file-handles.ts';
import type { HandlersOf } from '../register.ts';

export interface PracticeHandlersOptions {
  readonly practice: Practice;
  readonly dialogs: Dialogs;
  readonly files: FileHandles;
}

export function practiceHandlers({
  practice,
  dialogs,
  files,
}: PracticeHandlersOptions): HandlersOf<'practice'> {
  return {
    'practice.state': () => Promise.resolve(practice.state),
    'practice.start': () => practice.start(),
    'practice.stop': () => practice.stop(),
    'practice.imports': async () => {
      const { client, account } = practice.console;
      return client.imports(account);
    },
    'practice.saveFailedRows': async ({ importId, name }) => {
      const { client, account } = practice.console;
      const path = await dialogs.chooseName(failedRowsName(name));
      if (path === undefined) return { savedAs: null };
      await writeAtomically(path, await client.failedRows(account, importId));
      return { savedAs: basename(path), file: await files.adopt(path, 'data') };
    },
    'practice.mails': async () => practice.console.client.mails(),
    'practice.mail': async ({ id }) => practice.console.client.mail(id),
  };
}
