// The job runner with a real journal on the disk: order, cancel, crash and retry.
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Job, JobResult, Receipt } from '../../../shared/domain/job.ts';
import { AppError } from '../../../shared/errors/index.ts';
import type { BackOff } from '../../../main/jobs/back-off.ts';
import { JobRunner } from '../../../main/jobs/runner.ts';
import type { JobHooks, JobWork } from '../../../main/jobs/runner.ts';

type Plan = { readonly name: string };
type Execute = (work: JobWork<Plan>, hooks: JobHooks) => Promise<JobResult>;

let folder: string;
let seen: Job[];
const cleaned: [Plan, string][] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-runner-'));
  seen = [];
  cleaned.length = 0;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const journalPath = () => join(folder, 'jobs', 'journal.jsonl');
const NO_RETRIES: BackOff = { mostRetries: 0, firstWaitMs: 1, longestWaitMs: 1 };
const open = (execute: Execute, backOff = NO_RETRIES) =>
  JobRunner.open<Plan>({
    journalPath: journalPath(),
    execute,
    onChange: (job) => seen.push(job),
    describeFault: () => ({ code: 'INTERNAL', params: { incident: 'i' }, retry: 'user' }),
    cleanUp: (plan, why) => Promise.resolve(void cleaned.push([plan, why])),
    backOff,
  });
const send = async (runner: JobRunner<Plan>, name = 'a.csv') =>
  runner.startSend(randomUUID(), name, 'Somewhere', { name });
/** A busy machine may take its time. */
const until = <T>(look: () => T) => vi.waitFor(look, { timeout: 15_000, interval: 5 });
const ended = (id: string) =>
  until(() => {
    const job = seen.findLast((one) => one.id === id);
    expect(['done', 'failed', 'cancelled']).toContain(job?.state);
    return job!;
  });
const sent = (id: string): JobResult => ({ kind: 'send', receipt: receipt(id) });
const hang: Execute = (_work, { signal }) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new AppError('CANCELLED'));
    });
  });

it('runs deliveries one after another, in the order given', async () => {
  const order: string[] = [];
  const runner = await open(async (work, { jobId }) => {
    const name = work.kind === 'send' ? work.plan.name : '';
    order.push(`start ${name}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    order.push(`end ${name}`);
    return sent(jobId);
  });
  const jobs = [await send(runner, 'a'), await send(runner, 'b'), await send(runner, 'c')];
  await Promise.all(jobs.map((job) => ended(job.id)));
  expect(order).toEqual(['start a', 'end a', 'start b', 'end b', 'start c', 'end c']);
  await runner.close();
});

it('raises seq with every change and ends with the result', async () => {
  const runner = await open(async (_work, { jobId, onStep, onProgress }) => {
    await onStep('check');
    for (let done = 1; done <= 50; done++) onProgress(done, 50);
    await onStep('seal');
    return sent(jobId);
  });
  const { id } = await send(runner);
  const last = await ended(id);
  expect(last.state).toBe('done');
  expect(last.result).toEqual(sent(id));
  const seqs = seen.filter((job) => job.id === id).map((job) => job.seq);
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  expect(new Set(seqs).size).toBe(seqs.length);
  expect(seqs.length).toBeLessThan(12);
  await runner.close();
});

it('journals a step before the work takes it', async () => {
  const runner = await open(async (_work, { jobId, onStep }) => {
    await onStep('send');
    expect(await readFile(journalPath(), 'utf8')).toContain('"step":"send"');
    return sent(jobId);
  });
  const { id } = await send(runner);
  expect((await ended(id)).state).toBe('done');
  await runner.close();
});

it('brings a delivery that a crash cut off back as interrupted, and runs it again under the same plan', async () => {
  const first = await open(hang);
  const { id } = await send(first, 'users.csv');
  await until(() => {
    expect(first.list()[0]?.state).toBe('running');
  });
  // No close: the process is gone. A torn last line is what a crash leaves.
  await appendFile(journalPath(), '{"v":1,"type":"done","jobId":"');

  const plans: unknown[] = [];
  const second = await open((work, { jobId }) => {
    plans.push(work);
    return Promise.resolve(sent(jobId));
  });
  expect(second.list()).toMatchObject([{ id, state: 'interrupted', title: 'users.csv' }]);
  expect(second.openPlans).toEqual([{ name: 'users.csv' }]);
  await second.retry(id);
  expect((await ended(id)).state).toBe('done');
  expect(plans).toEqual([{ kind: 'send', plan: { name: 'users.csv' } }]);
  expect(second.openPlans).toEqual([]);
  await second.close();

  const third = await open(hang);
  expect(third.list()).toMatchObject([{ id, state: 'done', result: { kind: 'send' } }]);
  await third.close();
  await first.close();
});

it('goes on with all that the end of the program cut off, oldest first, and with nothing else', async () => {
  const first = await open((work, hooks) =>
    work.kind === 'send' && work.plan.name === 'wrong'
      ? Promise.reject(new AppError('FILE_NOT_FOUND', { file: 'wrong' }))
      : hang(work, hooks),
  );
  await ended((await send(first, 'wrong')).id);
  const cutOff = [await send(first, 'a'), await send(first, 'b'), await send(first, 'c')];
  // No close: the process is gone.
  const order: string[] = [];
  const second = await open((work, { jobId }) => {
    order.push(work.kind === 'send' ? work.plan.name : '');
    return Promise.resolve(sent(jobId));
  });
  await second.resumeInterrupted();
  await second.resumeInterrupted();
  for (const { id } of cutOff) expect((await ended(id)).state).toBe('done');
  expect(order).toEqual(['a', 'b', 'c']);
  await second.close();
  await first.close();
});

it('tells failures in our words and faults by incident', async () => {
  const runner = await open((work) =>
    Promise.reject(
      work.kind === 'send' && work.plan.name === 'known'
        ? new AppError('FILE_NOT_FOUND', { file: 'known' })
        : new TypeError('row 7: jane@example.com'),
    ),
  );
  const known = await ended((await send(runner, 'known')).id);
  expect(known.error).toMatchObject({ code: 'FILE_NOT_FOUND' });
  const fault = await ended((await send(runner, 'fault')).id);
  expect(fault.error).toMatchObject({ code: 'INTERNAL' });
  expect(await readFile(journalPath(), 'utf8')).not.toContain('jane@example.com');
  await runner.close();
});

it('keeps the plans of all deliveries that were not done', async () => {
  const runner = await open((work, { jobId }) =>
    work.kind === 'send' && work.plan.name === 'lost'
      ? Promise.reject(new AppError('CONNECTION_LOST'))
      : Promise.resolve(sent(jobId)),
  );
  await ended((await send(runner, 'lost')).id);
  await ended((await send(runner, 'done')).id);
  expect(runner.openPlans).toEqual([{ name: 'lost' }]);
  await runner.close();
});

it('never starts a delivery that was cancelled while it waited', async () => {
  const started: string[] = [];
  let finish = (): void => undefined;
  const runner = await open((work, { jobId }) => {
    started.push(work.kind === 'send' ? work.plan.name : '');
    return new Promise((resolve) => {
      finish = () => {
        resolve(sent(jobId));
      };
    });
  });
  const first = await send(runner, 'first');
  const second = await send(runner, 'second');
  const cancelled = runner.cancel(second.id);
  finish();
  await ended(first.id);
  expect((await cancelled).state).toBe('cancelled');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(started).toEqual(['first']);
  await runner.close();
});

it('takes one of two quick retries, and lets it be cancelled', async () => {
  let isFirst = true;
  const runner = await open((work, hooks) => {
    if (!isFirst) return hang(work, hooks);
    isFirst = false;
    return Promise.reject(new AppError('CONNECTION_LOST'));
  });
  const { id } = await send(runner);
  await ended(id);
  const retries = await Promise.allSettled([runner.retry(id), runner.retry(id)]);
  expect(retries.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  await expect(runner.discard(id)).rejects.toMatchObject({ code: 'JOB_STILL_RUNNING' });
  await runner.cancel(id);
  await until(() => {
    expect(runner.list()[0]?.state).toBe('cancelled');
  });
  await runner.close();
});

it('tells an attempt that an earlier one came to the last step, also after a crash', async () => {
  const seenConfirmed: boolean[] = [];
  const execute: Execute = async (_work, { hadConfirmed, onStep }) => {
    seenConfirmed.push(hadConfirmed);
    await onStep('confirm');
    throw new AppError('CONNECTION_LOST');
  };
  const first = await open(execute);
  const { id } = await send(first);
  await ended(id);
  await first.retry(id);
  await until(() => {
    expect(seenConfirmed).toEqual([false, true]);
  });
  await first.close();
  const second = await open(execute);
  await second.retry(id);
  await until(() => {
    expect(seenConfirmed).toEqual([false, true, true]);
  });
  await second.close();
});

it('shows nothing of the last failure while a crashed retry waits, and keeps lines of other versions', async () => {
  const first = await open(() => Promise.reject(new AppError('CONNECTION_LOST')));
  const { id } = await send(first);
  await ended(id);
  await first.close();
  const foreign = '{"v":2,"type":"paused","jobId":"x"}';
  await appendFile(
    journalPath(),
    `${JSON.stringify({ v: 1, at: 'now', type: 'restarted', jobId: id })}\n${foreign}\n`,
  );
  const second = await open(hang);
  expect(second.list()[0]).toMatchObject({ id, state: 'interrupted' });
  expect(second.list()[0]).not.toHaveProperty('error');
  expect(await readFile(journalPath(), 'utf8')).toContain(foreign);
  await second.close();
});

it('cancels queued and running jobs, and discards ended ones with what they left', async () => {
  const runner = await open(hang);
  const running = await send(runner, 'running');
  const queued = await send(runner, 'queued');
  await runner.cancel(queued.id);
  expect((await ended(queued.id)).state).toBe('cancelled');
  await expect(runner.discard(running.id)).rejects.toMatchObject({ code: 'JOB_STILL_RUNNING' });
  await runner.cancel(running.id);
  expect((await ended(running.id)).state).toBe('cancelled');
  await runner.discard(running.id);
  expect(cleaned).toEqual([
    [{ name: 'queued' }, 'cancelled'],
    [{ name: 'running' }, 'discarded'],
  ]);
  expect(runner.list().map((job) => job.id)).toEqual([queued.id]);
  await expect(runner.cancel(running.id)).rejects.toMatchObject({ code: 'JOB_UNKNOWN' });
  await runner.close();

  const again = await open(hang);
  expect(again.list().map((job) => job.id)).toEqual([queued.id]);
  await again.close();
});

describe('the queue', () => {
  const at = (runner: JobRunner<Plan>, place: string, name = place) =>
    runner.startSend(randomUUID(), name, place, { name });
  const running = (runner: JobRunner<Plan>) =>
    runner
      .list()
      .filter(({ state }) => state === 'running')
      .map(({ title }) => title)
      .reverse();

  it('lets as many deliveries run as is allowed, each to another place, and a check beside them', async () => {
    const runner = await open(hang);
    runner.allowAtOnce(2);
    for (const [place, name] of [
      ['here', 'first'],
      ['here', 'second'],
      ['there', 'third'],
      ['elsewhere', 'fourth'],
    ] as const) {
      await at(runner, place, name);
    }
    runner.startCheck('check', {});
    runner.startCheck('next check', {});
    expect(running(runner)).toEqual(['first', 'third', 'check']);
    runner.allowAtOnce(3);
    expect(running(runner)).toEqual(['first', 'third', 'fourth', 'check']);
    const first = runner.list().find(({ title }) => title === 'first');
    await runner.cancel(first?.id ?? '');
    await until(() => {
      expect(running(runner)).toEqual(['second', 'third', 'fourth', 'check']);
    });
    await runner.close();
  });

  it('says each its place, and lets neighbours change', async () => {
    const runner = await open(hang);
    const [, b, , d] = [
      await send(runner, 'a'),
      await send(runner, 'b'),
      await send(runner, 'c'),
      await send(runner, 'd'),
    ];
    const order = () =>
      runner
        .list()
        .filter(({ place }) => place)
        .sort((one, other) => (one.place?.number ?? 0) - (other.place?.number ?? 0))
        .map(({ title, place }) => `${title} ${place?.number}/${place?.count}`);
    expect(order()).toEqual(['b 1/3', 'c 2/3', 'd 3/3']);
    runner.move(d.id, 'sooner');
    expect(order()).toEqual(['b 1/3', 'd 2/3', 'c 3/3']);
    runner.move(b.id, 'sooner');
    runner.move(b.id, 'later');
    expect(order()).toEqual(['d 1/3', 'b 2/3', 'c 3/3']);
    await runner.pause(d.id);
    expect(order()).toEqual(['b 1/2', 'c 2/2']);
    await runner.close();
  });
});

describe('a pause', () => {
  const stateOf = (id: string, state: string) =>
    until(() => {
      expect(seen.findLast((one) => one.id === id)?.state).toBe(state);
    });

  it('stops what runs and what waits its turn, lets others go on, and is still one after a restart', async () => {
    const runner = await open(hang);
    const [first, second, third] = [
      await send(runner, 'first'),
      await send(runner, 'second'),
      await send(runner, 'third'),
    ];
    await runner.pause(second.id);
    await stateOf(second.id, 'paused');
    await runner.pause(first.id);
    await stateOf(first.id, 'paused');
    await stateOf(third.id, 'running');
    expect(seen.findLast(({ id }) => id === first.id)).not.toHaveProperty('finishedAt');
    await expect(runner.pause(first.id)).rejects.toMatchObject({ code: 'JOB_NOT_UNDER_WAY' });
    await runner.close();

    const again = await open(hang);
    expect(again.list().map(({ state }) => state)).toEqual(['interrupted', 'paused', 'paused']);
    await again.resumeInterrupted();
    expect(again.list().map(({ state }) => state)).toEqual(['running', 'paused', 'paused']);
    await again.close();
  });

  it('ends with going on, or with a cancel that removes what is sealed', async () => {
    const reasons: unknown[] = [];
    const runner = await open((work, hooks) => {
      hooks.signal.addEventListener('abort', () => reasons.push(hooks.signal.reason));
      return hang(work, hooks);
    });
    const { id } = await send(runner);
    await runner.pause(id);
    await stateOf(id, 'paused');
    await runner.retry(id);
    await stateOf(id, 'running');
    await runner.pause(id);
    await stateOf(id, 'paused');
    expect(reasons).toEqual(['pause', 'pause']);
    expect(cleaned).toEqual([]);
    await runner.cancel(id);
    await stateOf(id, 'cancelled');
    expect(cleaned).toEqual([[{ name: 'a.csv' }, 'cancelled']]);
    await runner.close();
  });

  it('is no end: the program that closes meanwhile finds the delivery cut off, not failed', async () => {
    const runner = await open(
      (_work, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new AppError('DELIVERY_STOPPED_LATE')));
        }),
    );
    const { id } = await send(runner);
    await stateOf(id, 'running');
    await runner.close();
    const again = await open(hang);
    expect(again.list()).toMatchObject([{ id, state: 'interrupted' }]);
    await again.close();
  });
});

it('keeps checks out of the journal and refuses to run a delivered job again', async () => {
  const report = { rows: 1, accepted: 1, rejected: 0, bytes: 1, problems: [] };
  const runner = await open((work, { jobId }) =>
    Promise.resolve(work.kind === 'check' ? { kind: 'check', report } : sent(jobId)),
  );
  const check = runner.startCheck('a.csv', { path: '/a.csv' });
  expect((await ended(check.id)).result).toEqual({ kind: 'check', report });
  expect(await readFile(journalPath(), 'utf8')).toBe('');
  const delivered = await send(runner);
  await ended(delivered.id);
  await expect(runner.retry(delivered.id)).rejects.toMatchObject({ code: 'JOB_NOT_RESTARTABLE' });
  await runner.close();
});

describe('a delivery that failed in a way that may pass', () => {
  const soon: BackOff = { mostRetries: 3, firstWaitMs: 20, longestWaitMs: 40 };
  const far: BackOff = { mostRetries: 3, firstWaitMs: 60_000, longestWaitMs: 60_000 };
  const nameOf = (work: JobWork<Plan>): string => (work.kind === 'send' ? work.plan.name : 'check');
  const waiting = (id: string) =>
    until(() => {
      expect(seen.findLast((one) => one.id === id)?.state).toBe('waiting');
    });
  /** Fails the attempts of `lost` so often, and sends the rest. */
  const losing =
    (times: number, order: string[] = []): Execute =>
    (work, { jobId }) => {
      order.push(nameOf(work));
      times -= nameOf(work) === 'lost' ? 1 : 0;
      return nameOf(work) === 'lost' && times >= 0
        ? Promise.reject(new AppError('CONNECTION_LOST'))
        : Promise.resolve(sent(jobId));
    };

  it('is tried again by itself, and says meanwhile why and when', async () => {
    const runner = await open(losing(2), soon);
    const { id } = await send(runner, 'lost');
    expect((await ended(id)).state).toBe('done');
    const states = seen.filter((job) => job.id === id).map(({ state }) => state);
    expect(states.filter((state) => state === 'waiting')).toHaveLength(2);
    const waited = seen.find((job) => job.id === id && job.state === 'waiting');
    expect(waited?.error?.code).toBe('CONNECTION_LOST');
    expect(Date.parse(waited?.retryAt ?? '')).not.toBeNaN();
    const last = seen.findLast((job) => job.id === id);
    expect(last).not.toHaveProperty('retryAt');
    expect(last).not.toHaveProperty('error');
    await runner.close();
  });

  it('is left to the user after so many attempts', async () => {
    const order: string[] = [];
    const runner = await open(losing(Infinity, order), soon);
    const { id } = await send(runner, 'lost');
    const { state, error } = await ended(id);
    expect({ state, code: error?.code }).toEqual({ state: 'failed', code: 'CONNECTION_LOST' });
    expect(order).toHaveLength(4);
    await runner.close();
  });

  it('has its attempts counted anew once something arrived', async () => {
    let attempts = 0;
    const runner = await open(async (_work, { jobId, onStep }) => {
      attempts += 1;
      if (attempts === 7) return sent(jobId);
      await onStep('confirm');
      throw new AppError('CONNECTION_LOST');
    }, soon);
    expect((await ended((await send(runner)).id)).state).toBe('done');
    await runner.close();
  });

  it('is not tried again where only the user can help', async () => {
    const runner = await open(() => Promise.reject(new AppError('HOST_KEY_CHANGED')), soon);
    const { id } = await send(runner);
    expect((await ended(id)).state).toBe('failed');
    expect(seen.some((job) => job.id === id && job.state === 'waiting')).toBe(false);
    await runner.close();
  });

  it('holds up those behind it to the same place, and no others', async () => {
    const order: string[] = [];
    const runner = await open(losing(1, order), far);
    const { id } = await send(runner, 'lost');
    const behind = await send(runner, 'behind');
    const elsewhere = await runner.startSend(randomUUID(), 'elsewhere', 'Elsewhere', {
      name: 'elsewhere',
    });
    await ended(elsewhere.id);
    await runner.retry(id);
    await ended(behind.id);
    expect(order).toEqual(['lost', 'elsewhere', 'lost', 'behind']);
    await runner.close();
  });

  it('begins at once when the user says so', async () => {
    const order: string[] = [];
    const runner = await open(losing(1, order), far);
    const { id } = await send(runner, 'lost');
    const behind = await send(runner, 'behind');
    await waiting(id);
    await runner.retry(id);
    expect((await ended(behind.id)).state).toBe('done');
    expect(order).toEqual(['lost', 'lost', 'behind']);
    await runner.close();
  });

  it('can be cancelled, and lets those behind it go', async () => {
    const runner = await open(losing(1), far);
    const { id } = await send(runner, 'lost');
    const behind = await send(runner, 'behind');
    await waiting(id);
    expect(runner.busy).toBe(true);
    await expect(runner.discard(id)).rejects.toMatchObject({ code: 'JOB_STILL_RUNNING' });
    const cancelled = await runner.cancel(id);
    expect(cancelled.state).toBe('cancelled');
    expect(cancelled).not.toHaveProperty('retryAt');
    expect((await ended(behind.id)).state).toBe('done');
    await runner.close();
  });

  it('comes back as interrupted when the program ends meanwhile', async () => {
    const first = await open(losing(1), far);
    const { id } = await send(first, 'lost');
    await waiting(id);
    await first.close();
    const second = await open(losing(0));
    expect(second.list()).toMatchObject([{ id, state: 'interrupted' }]);
    await second.close();
  });
});

function receipt(id: string): Receipt {
  const file = { name: 'n', sizeBytes: 1, sha256: 'x' };
  return {
    id,
    sourceName: 'a.csv',
    plainBytes: 1,
    plainSha256: 'x',
    rows: 1,
    parts: [{ rows: 1, plainBytes: 1, plainSha256: 'x', data: file, manifest: file }],
    keyId: 'k',
    recipientFingerprint: 'f',
    host: '127.0.0.1',
    port: 22,
    username: 'u',
    directory: '',
    hostKeySha256: 'h',
    startedAt: 's',
    finishedAt: 'f',
  };
}
