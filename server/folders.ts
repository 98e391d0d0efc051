/** Where things lie inside the data folder. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface Folders {
  /** One folder an account, named by its id. */
  readonly accounts: string;
  /** Data files that were picked up, until their import has a verdict. */
  readonly work: string;
  readonly failedRows: string;
}

export async function makeFolders(dataDir: string): Promise<Folders> {
  const folders = {
    accounts: join(dataDir, 'accounts'),
    work: join(dataDir, 'work'),
    failedRows: join(dataDir, 'failed-rows'),
  };
  for (const folder of Object.values(folders)) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  return folders;
}

/** The folder that an account sees as its root; made when it is first needed. */
export async function accountFolder(folders: Folders, accountId: string): Promise<string> {
  const folder = join(folders.accounts, accountId);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

export function workFile(folders: Folders, importId: string): string {
  return join(folders.work, `${importId}.data`);
}
