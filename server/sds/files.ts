/** Puts the files of SDS together: where content lies, how it gets in and out, who is told of it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataDir } from '../data-dir.ts';
import type { FileOptions } from '../options.ts';
import { CallSender } from '../outgoing/call-sender.ts';
import type { CallManner } from '../outgoing/call-sender.ts';
import type { TargetPolicy } from '../outgoing/targets.ts';
import type { SdsStore } from '../store/index.ts';
import type { SdsFiles } from '../store/sds-files.ts';
import { FolderContent } from './content-store.ts';
import { FileDownloads } from './file-downloads.ts';
import { FileUploads } from './file-uploads.ts';
import { Links } from './links.ts';
import { Slots } from './slots.ts';
import type { TransferTally } from './transfer-tally.ts';

/** Three tries. */
const CALLBACK_MANNER: CallManner = {
  event: 'sds.callback',
  retrySeconds: [1, 8],
  isTaken: (status) => status === 200 || status === 202,
};

export interface SdsFileRoom {
  readonly files: SdsFiles;
  readonly uploads: FileUploads;
  readonly downloads: FileDownloads;
  readonly targets: TargetPolicy;
  /** How long a link works when nobody says. */
  readonly linkSeconds: number;
  /** How long a transfer may stand still, in milliseconds. */
  readonly idleMs: number;
  /** How clients reach this server; undefined: as they say in their requests. */
  readonly publicUrl: string | undefined;
}

export async function startFiles(
  {
    options,
    dataDir,
    store,
    masterKey,
    targets,
    tally,
  }: {
    readonly options: FileOptions;
    readonly dataDir: DataDir;
    readonly store: SdsStore;
    readonly masterKey: Buffer;
    readonly targets: TargetPolicy;
    readonly tally: TransferTally;
  },
  onClose: (step: () => Promise<void>) => void,
): Promise<SdsFileRoom> {
  const { files, tenants, callbacks } = store;
  const folder = options.folder ?? join(dataDir.path, 'sds-files');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const content = new FolderContent(folder);
  const sender = new CallSender(callbacks, CALLBACK_MANNER, targets);
  onClose(() => sender.close());
  const uploads = new FileUploads({
    files,
    content,
    slots: new Slots(options.maxUploads, 'uploads'),
    tally,
    receiver: dataDir.receiver,
    wake: () => sender.wake(),
  });
  onClose(() => uploads.close());
  await uploads.start();
  const slots = new Slots(options.maxDownloads, 'downloads');
  const links = new Links(masterKey);
  return {
    files,
    uploads,
    downloads: new FileDownloads({ files, tenants, content, links, slots, tally }),
    targets,
    linkSeconds: options.linkSeconds,
    idleMs: options.idleMs,
    publicUrl: options.publicUrl,
  };
}
