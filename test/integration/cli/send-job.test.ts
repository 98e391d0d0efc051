/** The send pipeline itself against OpenSSH's sshd: its steps, a file that changes, a host key that is not the pinned one. */
import { createHash, randomUUID } from 'node:crypto';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkSource, runSend } from '../../../main/jobs/send-job.ts';
import type { SendContext, SendPlan, SendSecrets } from '../../../main/jobs/send-job.ts';
import { readSendPlan } from '../../../main/jobs/send-plan.ts';
import { chooseRecipient, makeKey, unlockKey } from '../../../main/keys/openpgp-keys.ts';
import type { UnlockedKey } from '../../../main/keys/openpgp-keys.ts';
import { openFile } from '../../../main/seal/seal-file.ts';
import { giveToAccount, startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';

const ROWS = 'identity,event_name\nu1,Bought\nu2,Sold\n';
const MANIFEST = {
  fileName: 'orders.csv.asc',
  type: 'event',
  clientEmail: 'd@example.com',
  keyId: 'ec491319-9823-48cd-b6a1-6bb0bc666d75',
  columns: { event_name: { ctName: 'evtName' } },
};

let folder: string;
let sshd: Sshd;
let secrets: SendSecrets;
let basePlan: SendPlan;
let platformKey: UnlockedKey;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-send-job-'));
  sshd = await startSshd();
  secrets = { privateKey: await readFile(sshd.identityPath, 'utf8') };
  const { publicArmored, privateArmored } = await makeKey({
    name: 'P',
    email: 'p@example.com',
    type: 'curve25519',
    expires: 'never',
    passphrase: 'x',
  });
  platformKey = await unlockKey(privateArmored, 'x');
  basePlan = {
    jobId: '',
    sourcePath: join(folder, 'orders.csv'),
    sourceName: 'orders.csv',
    manifestText: JSON.stringify(MANIFEST),
    dataName: 'orders.csv.asc',
    manifestName: 'orders.csv.manifest',
    recipient: await chooseRecipient(publicArmored),
    target: { host: '127.0.0.1', port: sshd.port, username: sshd.username, directory: 'in' },
    hostKey: { type: 'ssh-ed25519', sha256: sshd.hostKeySha256 },
    overwrite: false,
    acceptRejected: false,
    convert: false,
    compress: 1,
    verify: 'size',
    finalNames: 'rename',
    maxSealedBytes: 1_000_000_000,
    spoolDir: join(folder, 'spool'),
    journalDir: join(folder, 'deliveries'),
  };
});
afterAll(async () => {
  await sshd.stop();
  await rm(folder, { recursive: true });
});

let plan: SendPlan;
let steps: string[];
let context: SendContext;
beforeEach(async () => {
  const remote = join(sshd.rootDir, 'in');
  await rm(remote, { recursive: true, force: true });
  await mkdir(remote);
  giveToAccount(remote);
  await writeFile(basePlan.sourcePath, ROWS);
  plan = { ...basePlan, jobId: randomUUID() };
  steps = [];
  context = {
    onStep: (step) => {
      steps.push(step);
    },
    onProgress: () => undefined,
  };
});

const delivered = () => readdir(join(sshd.rootDir, 'in'));
const spooled = () => readdir(plan.spoolDir);

describe('runSend', () => {
  it('takes its steps in order and hands back a receipt', async () => {
    const receipt = await runSend(plan, secrets, context);
    expect(steps).toEqual(['check', 'seal', 'send', 'confirm']);
    expect(receipt).toMatchObject({ id: plan.jobId, rows: 2, hostKeySha256: sshd.hostKeySha256 });
    expect(await delivered()).toEqual(['orders.csv.asc', 'orders.csv.manifest']);
    expect(await spooled()).toEqual([]);
  });

  it('runs from the journal, over what a crash left of an earlier attempt', async () => {
    await mkdir(plan.spoolDir, { recursive: true });
    for (const name of [`${plan.jobId}.asc`, `${plan.jobId}.asc.part`]) {
      await writeFile(join(plan.spoolDir, name), 'torn');
    }
    const journaled = readSendPlan(JSON.parse(JSON.stringify(plan)));
    await runSend(journaled, secrets, context);
    expect(await delivered()).toHaveLength(2);
    expect(await spooled()).toEqual([]);
  });

  it('seals UTF-8 with commas, whatever the file is in, once the user has agreed', async () => {
    const written = Buffer.from(`\uFEFF${ROWS.replaceAll(',', ';')}"a;b";1,5\n`, 'utf16le');
    await writeFile(plan.sourcePath, written);
    const refused = runSend(plan, secrets, context);
    await expect(refused).rejects.toMatchObject({ code: 'CONVERSION_NEEDED' });

    const receipt = await runSend({ ...plan, convert: true }, secrets, context);
    const opened = join(folder, 'opened.csv');
    const inputPath = join(sshd.rootDir, 'in', 'orders.csv.asc');
    await openFile({ inputPath, outputPath: opened, keys: [platformKey], overwrite: true });
    const sealed = await readFile(opened);
    expect(sealed.toString()).toBe(`${ROWS}"a;b","1,5"\n`);
    // The receipt is of what was sealed; the file on disk is as it was.
    const plainSha256 = createHash('sha256').update(sealed).digest('hex');
    expect(receipt).toMatchObject({ rows: 3, plainBytes: sealed.length, plainSha256 });
    expect(await readFile(plan.sourcePath)).toEqual(written);
  });

  it('sends JSON', async () => {
    const names = { sourceName: 'orders.json', dataName: 'orders.json.asc' };
    const sourcePath = join(folder, names.sourceName);
    await writeFile(sourcePath, '{"d":[{"identity":"u1","event_name":"Bought"}]}');
    const manifestText = JSON.stringify({ ...MANIFEST, fileName: names.dataName });
    const receipt = await runSend(
      { ...plan, ...names, sourcePath, manifestText },
      secrets,
      context,
    );
    expect(receipt).toMatchObject({ rows: 1, parts: [{ data: { name: 'orders.json.asc' } }] });
  });

  it('does not send a file that changed after it was checked', async () => {
    const checked = await checkSource(plan, context);
    await appendFile(plan.sourcePath, 'u3,Bought\n');
    const failed = runSend(plan, secrets, context, checked);
    await expect(failed).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    expect(await delivered()).toEqual([]);
  });

  it('notices a change of the same size whose time was set back', async () => {
    const checked = await checkSource(plan, context);
    const then = new Date(Number(checked.stamp.modifiedNs / 1_000_000n));
    await writeFile(plan.sourcePath, ROWS.replace('u1', 'u9'));
    await utimes(plan.sourcePath, then, then);
    const failed = runSend(plan, secrets, context, checked);
    await expect(failed).rejects.toMatchObject({ code: 'FILE_CHANGED' });
  });

  it('sends nothing to a host whose key is not the pinned one', async () => {
    const hostKey = { type: 'ssh-ed25519', sha256: 'SHA256:AAAA' };
    const failed = runSend({ ...plan, hostKey }, secrets, context);
    await expect(failed).rejects.toMatchObject({ code: 'HOST_KEY_CHANGED' });
    expect(await delivered()).toEqual([]);
    expect(await spooled()).toEqual([]);
  });

  it('stops before a step that could not be journaled', async () => {
    const onStep: SendContext['onStep'] = (step) =>
      step === 'send' ? Promise.reject(new Error('disk full')) : undefined;
    await expect(runSend(plan, secrets, { ...context, onStep })).rejects.toThrow('disk full');
    expect(await delivered()).toEqual([]);
    expect(await spooled()).toEqual([]);
  });

  it('does nothing for a manifest of another name', async () => {
    const failed = runSend({ ...plan, dataName: 'other.csv.asc' }, secrets, context);
    await expect(failed).rejects.toMatchObject({ code: 'MANIFEST_NAMES_OTHER_FILE' });
    expect(steps).toEqual(['check']);
  });
});

describe('readSendPlan', () => {
  it.each([
    ['nothing', undefined],
    ['another host key', { hostKey: { type: 'x' } }],
    ['another level', { compress: 11 }],
    ['no job', { jobId: 'x' }],
  ])('refuses a journaled plan with %s', (_what, change) => {
    const journaled = change && { ...plan, ...change };
    expect(() => readSendPlan(journaled)).toThrow(
      expect.objectContaining({ code: 'SEND_PLAN_DAMAGED' }),
    );
  });
});
