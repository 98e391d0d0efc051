/** The send pipeline itself against OpenSSH's sshd: its steps, a file that changes, a host key that is not the pinned one. */
import { randomUUID } from 'node:crypto';
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
import { chooseRecipient, makeKey } from '../../../main/keys/openpgp-keys.ts';
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
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-send-job-'));
  sshd = await startSshd();
  secrets = { privateKey: await readFile(sshd.identityPath, 'utf8') };
  const { publicArmored } = await makeKey({
    name: 'P',
    email: 'p@example.com',
    type: 'curve25519',
    expires: 'never',
    passphrase: 'x',
  });
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
    spoolDir: join(folder, 'spool'),
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
