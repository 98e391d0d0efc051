/** How the command line delivers a file of a watched folder or a schedule: as `sealift send` does. */
import { basename, resolve } from 'node:path';
import type { FileFacts } from '../../../shared/domain/data-file.ts';
import { planNames } from '../../jobs/send-names.ts';
import type { FileHands } from '../../schedules/run-file.ts';
import { inspectFile, sentName } from '../../tabular/index.ts';
import { runTask } from '../../worker/tasks.ts';
import { refuseSealed } from '../first-manifest.ts';
import { checkText } from '../report.ts';
import { deliverAll } from '../send/deliver.ts';
import type { Sending } from '../send/deliver.ts';
import { refuseOtherKey } from '../send/items.ts';
import type { Item } from '../send/items.ts';

/** @param manifestFor its text for a file, under this name on the server */
export function fileHands(
  sending: Omit<Sending, 'onChecked'>,
  manifestFor: (path: string, facts: FileFacts, dataName: string) => Promise<string>,
): FileHands {
  const { options, recipient } = sending;
  const { convert = false } = options;
  const itemOf = async (path: string): Promise<Item> => {
    refuseSealed(path);
    const sourceName = basename(path);
    const facts = await inspectFile(path, sourceName, { convert });
    const sent = sentName(sourceName, facts);
    const { dataName } = planNames(sent, { usedBefore: false, now: new Date() });
    const manifestText = await manifestFor(path, facts, dataName);
    return {
      ...{ sourcePath: resolve(path), sourceName, sentName: sent },
      ...{ manifestText, isScheduled: true },
    };
  };
  return {
    deliver: async (path, signal) => {
      const context = { ...sending.context, signal };
      const item = await itemOf(path);
      await refuseOtherKey(context, recipient, [item]);
      const { receipts, error } = await deliverAll(
        {
          ...sending,
          context,
          onChecked: (file, report) => {
            if (report.problems.length > 0)
              context.terminal.note(checkText(file, report).trimEnd());
          },
        },
        [item],
      );
      const [receipt] = receipts;
      if (receipt) return receipt;
      throw error ?? new Error('neither a receipt nor an error');
    },
    saveFailedRows: async (path, outputPath) => {
      const { sourceName: name, manifestText } = await itemOf(path);
      const hooks = {
        signal: sending.context.signal,
        onStep: () => Promise.resolve(),
        onProgress: () => undefined,
      };
      await runTask('failed-rows', { path, name, convert, manifestText, outputPath }, hooks);
    },
  };
}
