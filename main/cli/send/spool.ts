/** Where sealed spool files lie, and the removal of those that a killed run of the CLI left and nobody can send. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { tidySpool } from '../../jobs/send-job.ts';
import { SendRecords } from '../../jobs/send-records.ts';

/** The spool folder of the profile, tidied up. */
export async function openSpool(profileDir: string): Promise<string> {
  const spoolDir = join(profileDir, 'spool');
  await mkdir(spoolDir, { recursive: true, mode: 0o700 });
  for (const { isRunning, plan } of await new SendRecords(profileDir).list()) {
    if (!isRunning) await tidySpool({ ...plan, spoolDir });
  }
  return spoolDir;
}
