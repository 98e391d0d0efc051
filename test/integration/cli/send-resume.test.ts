/**
 * A delivery goes on where an earlier attempt stopped: what was sealed is not sealed again, what arrived is not sent
 * again, and where the answer to the last step was lost the server is asked. Against OpenSSH's sshd.
 */
import { copyFile, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { PAUSE } from '../../../main/delivery/cancel.ts';
import { runSend } from '../../../main/jobs/send-job.ts';
import type { SendContext } from '../../../main/jobs/send-job.ts';
import { Bench, buildCli } from './harness.ts';
import { KEY_ID, MIB, SendBench, SILENT, TEMPORARY } from './send-bench.ts';

/** What may be on its way when a line breaks, with room. */
const ON_THE_WAY_BYTES = 8 * MIB;

/** Of some 19 MiB that are sealed. */
const AHEAD_BYTES = 12 * MIB;

const send = SendBench.use(14);

/** Does it when all is sealed and the server has most of it. */
function atSend(act: () => void): SendContext {
  return {
    ...SILENT,
    onStep: async (step) => {
      if (step !== 'send') return;
      await vi.waitFor(async () => expect(await send.bytesAhead()).toBeGreaterThan(AHEAD_BYTES), {
        timeout: 60_000,
        interval: 2,
      });
      act();
    },
  };
}

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

/** The rest over a line that works. @returns the steps that it took, and the bytes that went to the server */
async function goOn(): Promise<{ steps: string[]; sentBytes: number }> {
  const steps: string[] = [];
  await send.proxy.stop();
  await send.newLine();
  const onStep = (step: string): void => void steps.push(step);
  await runSend(send.plan, send.secrets, { ...SILENT, onStep });
  return { steps, sentBytes: send.proxy.bytesTo };
}

async function expectRestOnly(aheadBytes: number): Promise<void> {
  const sealed = await stat(join(send.plan.spoolDir, `${send.plan.jobId}.asc`));
  const { steps, sentBytes } = await goOn();
  expect(steps).toEqual(['send', 'confirm']);
  expect(sentBytes).toBeLessThan(sealed.size - aheadBytes + ON_THE_WAY_BYTES);
  await send.expectDelivered();
  expect(await readdir(send.plan.spoolDir)).toEqual([]);
}

it('after the line broke for good, from where it broke', async () => {
  const failed = runSend(
    send.plan,
    send.secrets,
    atSend(() => void send.proxy.stop()),
  );
  expect(await failureOf(failed)).toMatchObject({ retry: 'auto' });
  await expectRestOnly(await send.bytesAhead());
});

it('after a pause, from where it was', async () => {
  const abort = new AbortController();
  const context = atSend(() => abort.abort(PAUSE));
  const paused = runSend(send.plan, send.secrets, { ...context, signal: abort.signal });
  expect(await failureOf(paused)).toMatchObject({ code: 'CANCELLED' });
  await expectRestOnly(await send.bytesAhead());
});

it('with what was sealed, though the file has changed since, or is gone', async () => {
  const before = join(send.folder, 'before.csv');
  await copyFile(send.sourcePath, before);
  await failureOf(
    runSend(
      send.plan,
      send.secrets,
      atSend(() => void send.proxy.stop()),
    ),
  );
  await rm(send.sourcePath);
  const { steps } = await goOn();
  expect(steps).toEqual(['send', 'confirm']);
  await send.expectDelivered(before);
});

it('seals again what a crash left half sealed, or what is not there as it was noted', async () => {
  await failureOf(
    runSend(
      send.plan,
      send.secrets,
      atSend(() => void send.proxy.stop()),
    ),
  );
  await writeFile(join(send.plan.spoolDir, `${send.plan.jobId}.asc`), 'torn');
  const { steps } = await goOn();
  expect(steps).toEqual(['check', 'seal', 'send', 'confirm']);
  await send.expectDelivered();
});

it('keeps nothing of a delivery that is cancelled', async () => {
  const abort = new AbortController();
  const context = atSend(() => abort.abort());
  const cancelled = runSend(send.plan, send.secrets, { ...context, signal: abort.signal });
  expect(await failureOf(cancelled)).toMatchObject({ code: 'CANCELLED' });
  expect(await send.onServer()).toEqual([]);
  expect(await readdir(send.plan.spoolDir)).toEqual([]);
});

/** Ends the connection when the manifest has taken its name, and the answer is on its way. */
async function loseLastAnswer(): Promise<void> {
  await send.proxy.stop();
  await send.writeData(1);
  await send.newLine(150);
  const running = failureOf(runSend(send.plan, send.secrets, SILENT));
  const manifest = join(send.remote, send.plan.manifestName);
  await vi.waitFor(() => stat(manifest), { timeout: 30_000, interval: 2 });
  send.proxy.cut();
  expect(await running).toMatchObject({ code: 'DELIVERY_UNCERTAIN', retry: 'auto' });
}

const sealedBytes = () => readFile(join(send.remote, send.plan.dataName));

it('finds that it arrived, where only the last answer was lost, and sends nothing', async () => {
  await loseLastAnswer();
  const before = await sealedBytes();
  const { steps, sentBytes } = await goOn();
  expect(steps).toEqual([]);
  expect(sentBytes).toBeLessThan(64 * 1024);
  expect((await sealedBytes()).equals(before)).toBe(true);
  await send.expectDelivered();
  expect(await readdir(send.plan.spoolDir)).toEqual([]);
});

it('asks the user once where the platform has taken the files meanwhile, and then sends again', async () => {
  await loseLastAnswer();
  for (const name of await send.onServer()) await rm(join(send.remote, name));
  expect(await failureOf(goOn())).toMatchObject({
    code: 'DELIVERY_MAY_HAVE_ARRIVED',
    params: { name: send.plan.manifestName },
    retry: 'user',
  });
  expect(await send.onServer()).toEqual([]);
  expect((await goOn()).steps).toEqual(['send', 'confirm']);
  await send.expectDelivered();
});

it('takes no file of another for its own, after a failure that removed what it had sent', async () => {
  await writeFile(join(send.remote, 'x'), '');
  const context: SendContext = {
    ...SILENT,
    // Another takes the name at the last moment.
    onStep: (step) =>
      step === 'confirm'
        ? writeFile(join(send.remote, send.plan.manifestName), 'theirs')
        : undefined,
  };
  for (const attempt of [context, SILENT]) {
    const failed = runSend(send.plan, send.secrets, attempt);
    expect(await failureOf(failed)).toMatchObject({
      code: 'REMOTE_EXISTS',
      params: { name: send.plan.manifestName },
    });
    expect(await send.onServer()).toEqual(['orders.csv.manifest', 'x']);
  }
});

it('by the command line, after it was killed: without the file, from where it was', async () => {
  buildCli();
  const bench = new Bench();
  await bench.file('public.asc', send.plan.recipient.publicArmored);
  const before = join(send.folder, 'before.csv');
  await copyFile(send.sourcePath, before);
  const { host, port, username } = send.plan.target;
  const { child, result } = bench.start([
    ...['send', send.sourcePath, '--to', `sftp://${username}@${host}:${port}${send.remote}`],
    ...['--identity', send.sshd.identityPath, '--accept-new-host-key', '--recipient', 'public.asc'],
    ...['--key-id', KEY_ID, '--type', 'event', '--email', 'd@example.com', '--compress', 'none'],
  ]);
  try {
    const journals = bench.path('profile/deliveries');
    await vi.waitFor(
      async () => {
        const [name = ''] = await readdir(journals);
        expect(await readFile(join(journals, name), 'utf8')).toContain('"sealed"');
      },
      { timeout: 60_000, interval: 2 },
    );
    child.kill('SIGKILL');
    await result;
    expect((await send.onServer()).filter((name) => !TEMPORARY.test(name))).toEqual([]);
    await rm(send.sourcePath);
    const [spooled = ''] = bench.list('profile/spool');
    const { jobs } = (await bench.json<{ jobs: { id: string }[] }>(['jobs', 'list'])).result;
    const { code, stderr } = await bench.run(['jobs', 'resume', jobs[0]?.id ?? '']);
    expect(code, stderr).toBe(0);
    expect(spooled).not.toBe('');
    await send.expectDelivered(before);
    expect(bench.list('profile/spool')).toEqual([]);
    expect(bench.list('profile/deliveries')).toEqual([]);
  } finally {
    await bench.dispose();
  }
});
