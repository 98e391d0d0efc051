/** Handlers of the group practice. */
import type { Dialogs } from '../../platform/dialogs.ts';
import type { Practice } from '../../practice/practice.ts';
import type { HandlersOf } from '../register.ts';

export interface PracticeHandlersOptions {
  readonly practice: Practice;
  readonly dialogs: Dialogs;
}

export function practiceHandlers({
  practice,
  dialogs,
}: PracticeHandlersOptions): HandlersOf<'practice'> {
  return {
    'practice.state': () => Promise.resolve(practice.state),
    'practice.start': () => practice.start(),
    'practice.stop': () => practice.stop(),
    'practice.imports': async () => {
      const { client, account } = practice.console;
      return client.imports(account);
    },
    'practice.saveFailedRows': async ({ importId }) => {
      const { client, account } = practice.console;
      return {
        savedAs: await dialogs.save('failed-rows.csv', () => client.failedRows(account, importId)),
      };
    },
    'practice.mails': async () => practice.console.client.mails(),
    'practice.mail': async ({ id }) => practice.console.client.mail(id),
  };
}
