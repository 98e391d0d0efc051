/**
 * Sending while the file is still checked and sealed, against OpenSSH's sshd: what is on the server meanwhile,
 * a fault in the last row, a broken line, a change of mind.
 */
import { readFileSync } from 'node:fs';
import { appendFile, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { runSend } from '../../../main/jobs/send-job.ts';
import type { SendContext } from '../../../main/jobs/send-job.ts';
import { Bench, buildCli } from './harness.ts';
import { KEY_ID, MIB, SendBench, SILENT, TEMPORARY } from './send-bench.ts';

const CUT_BYTES = 12 * MIB;
/** Buffers in turn, and what the collector leaves for later: less than the file. */
const MAX_GROWTH_MIB = 50;

const send = SendBench.use();

/** After sound rows. */
const addWrongRow = () => appendFile(send.sourcePath, ',Bought,x\n');

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
    bytes = Math.max(bytes, await send.bytesAhead());
    for (const name of await send.onServer()) names.add(name);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return { names, bytes };
}

it('shows nothing but a temporary name until the last row has passed, and removes it when that is wrong', async () => {
  await addWrongRow();
  const running = runSend(send.plan, send.secrets, SILENT);
  const refused = expect(running).rejects.toMatchObject({
    code: 'ROWS_REJECTED',
    params: { rejected: 1 },
  });
  const { names, bytes } = await watched(running);
  await refused;
  expect([...names].filter((name) => !TEMPORARY.test(name))).toEqual([]);
  // It was under way while rows were still checked.
  expect(bytes).toBeGreaterThan(0);
  expect(await send.onServer()).toEqual([]);
  expect(await readdir(send.plan.spoolDir)).toEqual([]);
});

it('in parts, too, though their number is not known yet', async () => {
  await addWrongRow();
  const running = runSend({ ...send.plan, maxSealedBytes: 8 * MIB }, send.secrets, SILENT);
  const refused = expect(running).rejects.toMatchObject({ code: 'ROWS_REJECTED' });
  const { names } = await watched(running);
  await refused;
  expect(names.size).toBeGreaterThan(0);
  expect([...names].filter((name) => !TEMPORARY.test(name))).toEqual([]);
  expect(await send.onServer()).toEqual([]);
});

it('takes the final names once all rows have passed', async () => {
  const receipt = await runSend(send.plan, send.secrets, SILENT);
  const { size } = await stat(join(send.remote, 'orders.csv.asc'));
  expect(receipt.parts).toMatchObject([{ data: { name: 'orders.csv.asc', sizeBytes: size } }]);
  await send.expectDelivered();
});

it('goes on from the spool when the line breaks meanwhile, and seals only once', async () => {
  send.proxy.cutAfter(CUT_BYTES, 'to');
  let passes = 0;
  const onStep: SendContext['onStep'] = (step) => {
    if (step === 'seal') passes += 1;
  };
  const logins = () => send.sshd.log().split('Accepted publickey').length - 1;
  const before = logins();
  await runSend(send.plan, send.secrets, { ...SILENT, onStep });
  expect(logins() - before).toBe(2);
  expect(passes).toBe(1);
  await send.expectDelivered();
  // What was on the way is lost, up to some 6 MiB; what had arrived before is not sent again.
  const { size } = await stat(join(send.remote, 'orders.csv.asc'));
  expect(send.proxy.bytesTo).toBeLessThan(size + CUT_BYTES - MIB);
});

it('leaves nothing when it is cancelled meanwhile', async () => {
  const abort = new AbortController();
  const running = runSend(send.plan, send.secrets, { ...SILENT, signal: abort.signal });
  const cancelled = expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  await vi.waitFor(async () => expect(await send.bytesAhead()).toBeGreaterThan(0), {
    timeout: 20_000,
    interval: 2,
  });
  abort.abort();
  await cancelled;
  expect(await send.onServer()).toEqual([]);
  expect(await readdir(send.plan.spoolDir)).toEqual([]);
});

/** Greatest resident size of the CLI while it sends so much, in MiB; Linux tells it. */
async function peakOfCli(bench: Bench, name: string, mib: number): Promise<number> {
  await send.writeData(mib);
  await rename(send.sourcePath, bench.path(name));
  const { child, result } = bench.start([
    ...[
      'send',
      name,
      '--to',
      `sftp://${send.sshd.username}@127.0.0.1:${send.sshd.port}${send.remote}`,
    ],
    ...['--identity', send.sshd.identityPath, '--accept-new-host-key', '--recipient', 'public.asc'],
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
    const bench = new Bench();
    await bench.file('public.asc', send.plan.recipient.publicArmored);
    try {
      const small = await peakOfCli(bench, 'small.csv', 4);
      const large = await peakOfCli(bench, 'large.csv', 64);
      expect(small).toBeGreaterThan(0);
      expect(large - small, `${small} and ${large} MiB`).toBeLessThan(MAX_GROWTH_MIB);
    } finally {
      await bench.dispose();
    }
  },
);

it('says what it could not remove, and the next attempt removes it', async () => {
  await addWrongRow();
  const running = runSend(send.plan, send.secrets, {
    ...SILENT,
    onChecked: () => send.proxy.freeze(),
  });
  const refused = running.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(await refused).toMatchObject({
    code: 'ROWS_REJECTED',
    params: { leftBehind: expect.stringMatching(TEMPORARY) as string },
  });
  expect((await send.onServer()).filter((name) => TEMPORARY.test(name))).toHaveLength(1);

  await send.writeData();
  const target = { ...send.plan.target, port: send.sshd.port };
  await runSend({ ...send.plan, target }, send.secrets, SILENT);
  await send.expectDelivered();
});
