/**
 * Sending while the file is still checked and sealed, against OpenSSH's sshd: what is on the server meanwhile,
 * a fault in the last row, a broken line, a change of mind.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  appendFile,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { runSend } from '../../../main/jobs/send-job.ts';
import type { SendContext, SendPlan, SendSecrets } from '../../../main/jobs/send-job.ts';
import { chooseRecipient, makeKey, unlockKey } from '../../../main/keys/openpgp-keys.ts';
import type { UnlockedKey } from '../../../main/keys/openpgp-keys.ts';
import { openFile } from '../../../main/seal/seal-file.ts';
import { giveToAccount, startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { startTcpProxy } from '../../helpers/tcp-proxy.ts';
import type { TcpProxy } from '../../helpers/tcp-proxy.ts';
import { Bench, buildCli } from './harness.ts';

/** Large enough to be sealed for longer than it takes to log in. */
const DATA_MIB = 24;
const MIB = 1024 * 1024;
const CUT_BYTES = 12 * MIB;
const TEMPORARY = /^\.orders\.csv\.asc(\.\d+)?\.[0-9a-f]{8}\.sealift-part$/;

/** Buffers in turn, and what the collector leaves for later: less than the file. */
const MAX_GROWTH_MIB = 50;
const KEY_ID = 'ec491319-9823-48cd-b6a1-6bb0bc666d75';

let folder: string;
let bench: Bench;
let sourcePath: string;
let sshd: Sshd;
let secrets: SendSecrets;
let platformKey: UnlockedKey;
let basePlan: Omit<SendPlan, 'target' | 'jobId'>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-overlap-'));
  sourcePath = join(folder, 'orders.csv');
  sshd = await startSshd();
  secrets = { privateKey: await readFile(sshd.identityPath, 'utf8') };
  const made = await makeKey({
    ...{ name: 'P', email: 'p@example.com', type: 'curve25519', expires: 'never', passphrase: 'x' },
  });
  platformKey = await unlockKey(made.privateArmored, 'x');
  basePlan = {
    sourcePath,
    sourceName: 'orders.csv',
    manifestText: JSON.stringify({
      fileName: 'orders.csv.asc',
      type: 'event',
      clientEmail: 'd@example.com',
      keyId: KEY_ID,
    }),
    dataName: 'orders.csv.asc',
    manifestName: 'orders.csv.manifest',
    recipient: await chooseRecipient(made.publicArmored),
    hostKey: { type: 'ssh-ed25519', sha256: sshd.hostKeySha256 },
    overwrite: false,
    acceptRejected: false,
    convert: false,
    compress: 'none',
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

let proxy: TcpProxy;
let plan: SendPlan;
let remote: string;
beforeEach(async () => {
  remote = join(sshd.rootDir, 'in');
  await rm(remote, { recursive: true, force: true });
  await mkdir(remote);
  giveToAccount(remote);
  await writeData();
  proxy = await startTcpProxy(sshd.port);
  const target = { host: '127.0.0.1', port: proxy.port, username: sshd.username, directory: 'in' };
  plan = { ...basePlan, jobId: randomUUID(), target };
});
afterEach(() => proxy.stop());

/** Sound rows; `appendFile` makes the last one a wrong one. */
async function writeData(mib = DATA_MIB): Promise<void> {
  const row = `u1,Bought,${randomBytes(90).toString('base64')}\n`;
  const block = Buffer.from(row.repeat(Math.floor(MIB / row.length)));
  const file = await open(sourcePath, 'w');
  await file.write('identity,evtName,note\n');
  for (let i = 0; i < mib; i += 1) await file.write(block);
  await file.close();
}
const addWrongRow = () => appendFile(sourcePath, ',Bought,x\n');

const context: SendContext = { onStep: () => undefined, onProgress: () => undefined };
const onServer = () => readdir(remote);

/** Bytes under temporary names. */
async function bytesAhead(): Promise<number> {
  const names = (await onServer()).filter((name) => TEMPORARY.test(name));
  const sizes = names.map((name) =>
    stat(join(remote, name))
      .then(({ size }) => size)
      .catch(() => 0),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Looks at the folder until the work is done: every name, and the most that lay there before the verdict. */
async function watched(work: Promise<unknown>): Promise<{ names: Set<string>; bytes: number }> {
  const names = new Set<string>();
  let bytes = 0;
  let isDone = false;
  const end = () => {
    isDone = true;
  };
  void work.then(end, end);
  while (!isDone) {
    bytes = Math.max(bytes, await bytesAhead());
    for (const name of await onServer()) names.add(name);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return { names, bytes };
}

async function expectDelivered(): Promise<void> {
  expect(await onServer()).toEqual(['orders.csv.asc', 'orders.csv.manifest']);
  const outputPath = join(folder, 'opened.csv');
  const inputPath = join(remote, 'orders.csv.asc');
  await openFile({ inputPath, outputPath, keys: [platformKey], overwrite: true });
  expect((await readFile(outputPath)).equals(await readFile(sourcePath))).toBe(true);
}

it('shows nothing but a temporary name until the last row has passed, and removes it when that is wrong', async () => {
  await addWrongRow();
  const running = runSend(plan, secrets, context);
  const refused = expect(running).rejects.toMatchObject({
    code: 'ROWS_REJECTED',
    params: { rejected: 1 },
  });
  const { names, bytes } = await watched(running);
  await refused;
  expect([...names].filter((name) => !TEMPORARY.test(name))).toEqual([]);
  // It was under way while rows were still checked.
  expect(bytes).toBeGreaterThan(0);
  expect(await onServer()).toEqual([]);
  expect(await readdir(plan.spoolDir)).toEqual([]);
});

it('in parts, too, though their number is not known yet', async () => {
  await addWrongRow();
  const running = runSend({ ...plan, maxSealedBytes: 8 * MIB }, secrets, context);
  const refused = expect(running).rejects.toMatchObject({ code: 'ROWS_REJECTED' });
  const { names } = await watched(running);
  await refused;
  expect(names.size).toBeGreaterThan(0);
  expect([...names].filter((name) => !TEMPORARY.test(name))).toEqual([]);
  expect(await onServer()).toEqual([]);
});

it('takes the final names once all rows have passed', async () => {
  const receipt = await runSend(plan, secrets, context);
  const { size } = await stat(join(remote, 'orders.csv.asc'));
  expect(receipt.parts).toMatchObject([{ data: { name: 'orders.csv.asc', sizeBytes: size } }]);
  await expectDelivered();
});

it('goes on from the spool when the line breaks meanwhile, and seals only once', async () => {
  proxy.cutAfter(CUT_BYTES, 'to');
  let passes = 0;
  const onStep: SendContext['onStep'] = (step) => {
    if (step === 'seal') passes += 1;
  };
  const logins = () => sshd.log().split('Accepted publickey').length - 1;
  const before = logins();
  await runSend(plan, secrets, { ...context, onStep });
  expect(logins() - before).toBe(2);
  expect(passes).toBe(1);
  await expectDelivered();
  // What was on the way is lost, up to some 6 MiB; what had arrived before is not sent again.
  const { size } = await stat(join(remote, 'orders.csv.asc'));
  expect(proxy.bytesTo).toBeLessThan(size + CUT_BYTES - MIB);
});

it('leaves nothing when it is cancelled meanwhile', async () => {
  const abort = new AbortController();
  const running = runSend(plan, secrets, { ...context, signal: abort.signal });
  const cancelled = expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  await vi.waitFor(async () => expect(await bytesAhead()).toBeGreaterThan(0), {
    timeout: 20_000,
    interval: 2,
  });
  abort.abort();
  await cancelled;
  expect(await onServer()).toEqual([]);
  expect(await readdir(plan.spoolDir)).toEqual([]);
});

/** Greatest resident size of the CLI while it sends so much, in MiB; Linux tells it. */
async function peakOfCli(name: string, mib: number): Promise<number> {
  await writeData(mib);
  await rename(sourcePath, bench.path(name));
  const { child, result } = bench.start([
    ...['send', name, '--to', `sftp://${sshd.username}@127.0.0.1:${sshd.port}${remote}`],
    ...['--identity', sshd.identityPath, '--accept-new-host-key', '--recipient', 'public.asc'],
    ...['--key-id', KEY_ID, '--type', 'event', '--email', 'd@example.com', '--compress', 'none'],
  ]);
  child.stdin?.end();
  let peak = 0;
  const look = setInterval(() => {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
  }, 10);
  child.once('exit', () => clearInterval(look));
  const { code, stderr } = await result;
  expect(code, stderr).toBe(0);
  return peak;
}

it.skipIf(process.platform !== 'linux')(
  'holds no more of a large file than of a small one',
  async () => {
    buildCli();
    bench = new Bench();
    await bench.file('public.asc', basePlan.recipient.publicArmored);
    try {
      const small = await peakOfCli('small.csv', 4);
      const large = await peakOfCli('large.csv', 64);
      expect(small).toBeGreaterThan(0);
      expect(large - small, `${small} and ${large} MiB`).toBeLessThan(MAX_GROWTH_MIB);
    } finally {
      await bench.dispose();
    }
  },
);

it('says what it could not remove, and the next attempt removes it', async () => {
  await addWrongRow();
  const running = runSend(plan, secrets, {
    ...context,
    onChecked: () => proxy.freeze(),
  });
  const refused = running.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(await refused).toMatchObject({
    code: 'ROWS_REJECTED',
    params: { leftBehind: expect.stringMatching(TEMPORARY) as string },
  });
  expect((await onServer()).filter((name) => TEMPORARY.test(name))).toHaveLength(1);

  await writeData();
  const target = { ...plan.target, port: sshd.port };
  await runSend({ ...plan, target }, secrets, context);
  await expectDelivered();
});
