/** The spool folder as the CLI opens it: rid of what killed runs left and nobody can send. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSpool } from '../../../main/cli/send/spool.ts';
import { PartJournal } from '../../../main/jobs/part-journal.ts';
import { SendRecords } from '../../../main/jobs/send-records.ts';
import type { SendPlan } from '../../../main/jobs/send-plan.ts';

/** Above any system's highest process id. */
const DEAD_PID = 2_000_000_000;

describe('openSpool', () => {
  let profile: string;
  beforeEach(async () => {
    profile = await mkdtemp(join(tmpdir(), 'sealift-spool-'));
  });
  afterEach(() => rm(profile, { recursive: true }));

  /** A delivery that is noted by a process which lives, or does not any more. */
  async function noted(isRunning: boolean): Promise<SendPlan> {
    const jobId = randomUUID();
    const at = { account: 'u@h:22', directory: '', sourcePath: '/a.csv', manifestText: '{}' };
    const plan: SendPlan = {
      ...{ jobId, sourcePath: '/a.csv', sourceName: 'a.csv', manifestText: '{}' },
      ...{ dataName: 'a.csv.asc', manifestName: 'a.csv.manifest' },
      recipient: {
        ...{ publicArmored: '', fingerprint: '', encryptionFingerprint: '', encryptionKeyId: '' },
        ...{ userId: '', warnings: [] },
      },
      target: { host: 'h', port: 22, username: 'u', directory: '' },
      hostKey: { type: 'ssh-ed25519', sha256: '' },
      ...{ overwrite: false, acceptRejected: false, convert: false, compress: 1 },
      ...{ verify: 'size', finalNames: 'rename', maxSealedBytes: 1000 },
      spoolDir: join(profile, 'spool'),
      journalDir: join(profile, 'deliveries'),
    };
    await new SendRecords(profile).note({
      login: { kind: 'connection', id: randomUUID() },
      facts: { ...at, sizeBytes: 1, modifiedMs: 1, recipientFingerprint: '' },
      plan,
    });
    if (!isRunning) {
      const path = join(profile, 'cli-jobs', `${jobId}.json`);
      const record = JSON.parse(await readFile(path, 'utf8')) as object;
      await writeFile(path, JSON.stringify({ ...record, pid: DEAD_PID }));
    }
    await openSpool(profile);
    await writeFile(join(plan.spoolDir, `${jobId}.asc`), 'sealed');
    return plan;
  }

  it('is for its owner alone', async () => {
    const spool = await openSpool(profile);
    expect((await stat(spool)).mode & 0o777).toBe(0o700);
  });

  it('removes what a killed run left half sealed, and nothing else', async () => {
    const running = await noted(true);
    const whole = await noted(false);
    const journal = await PartJournal.open(whole);
    await journal.noteCut({ plainBytes: 1, plainSha256: '', parts: [] });
    await journal.noteSealed([{ part: 1, sizeBytes: 6 }]);
    await noted(false);
    const ofTheApp = `${randomUUID()}.asc`;
    await writeFile(join(profile, 'spool', ofTheApp), 'sealed');
    await openSpool(profile);
    expect((await readdir(join(profile, 'spool'))).sort()).toEqual(
      [`${running.jobId}.asc`, `${whole.jobId}.asc`, ofTheApp].sort(),
    );
  });
});
