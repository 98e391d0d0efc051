/** Where one run of the CLI keeps its sealed spool files, and the removal of what killed runs left. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning } from '../../platform/running.ts';

const OWN_FOLDER = /^cli-(\d+)$/;

/** Makes the spool folder of this process. The caller removes it in the end. */
export async function openSpool(profileDir: string): Promise<string> {
  const spools = join(profileDir, 'spool');
  await mkdir(spools, { recursive: true, mode: 0o700 });
  for (const name of await readdir(spools)) {
    const pid = Number(OWN_FOLDER.exec(name)?.[1] ?? NaN);
    if (pid > 0 && !isRunning(pid)) await rm(join(spools, name), { recursive: true, force: true });
  }
  const own = join(spools, `cli-${process.pid}`);
  await mkdir(own, { recursive: true, mode: 0o700 });
  return own;
}
