// Long work: order, number at a time, cancel, failures; and the lock of an idle window.
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/index.ts';
import type { Transfer } from '../../../shared/domain/vault.ts';
import { Transfers } from '../../../main/sds/transfers.ts';
import type { TransferWork } from '../../../main/sds/transfers.ts';
import { IdleLock } from '../../../main/shell/idle-lock.ts';

function setUp() {
  const seen: Transfer[] = [];
  const transfers = new Transfers({
    onChange: (transfer) => seen.push(transfer),
    describeFault: () => ({ code: 'INTERNAL', params: { incident: '1' }, retry: 'user' }),
  });
  const start = (title: string, work: TransferWork): Transfer =>
    transfers.start({ kind: 'upload', app: 'a', vault: 'v', title, unit: 'bytes', work });
  const stateOf = (title: string) => transfers.list().find((one) => one.title === title)?.state;
  return { seen, transfers, start, stateOf };
}

describe('transfers', () => {
  it('run two at a time, in the order given, and tell each change by a rising number', async () => {
    const { transfers, start, stateOf, seen } = setUp();
    const ends: (() => void)[] = [];
    const work: TransferWork = ({ onProgress }) => {
      onProgress(1, 2);
      return new Promise((resolve) => ends.push(() => resolve({ fileId: 'file:1' })));
    };
    for (const title of ['a', 'b', 'c']) start(title, work);
    expect([stateOf('a'), stateOf('b'), stateOf('c')]).toEqual(['running', 'running', 'queued']);
    ends[0]!();
    await wait(1);
    expect([stateOf('a'), stateOf('c')]).toEqual(['done', 'running']);
    for (const end of ends) end();
    await transfers.close();
    const ofA = seen.filter(({ title }) => title === 'a').map(({ seq }) => seq);
    expect(ofA).toEqual([...ofA].sort((one, other) => one - other));
    expect(new Set(ofA).size).toBe(ofA.length);
  });

  it('are cancelled while they wait and while they run', async () => {
    const { transfers, start, stateOf } = setUp();
    const untilCancelled: TransferWork = ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new AppError('CANCELLED')));
      });
    const [first] = ['a', 'b', 'c'].map((title) => start(title, untilCancelled));
    const waiting = transfers.list().find(({ title }) => title === 'c')!;
    expect(() => transfers.dismiss(first!.id)).toThrow('SDS_TRANSFER_RUNNING');
    expect(transfers.cancel(waiting.id).state).toBe('cancelled');
    transfers.cancel(first!.id);
    await wait(1);
    expect([stateOf('a'), stateOf('b')]).toEqual(['cancelled', 'running']);
    transfers.dismiss(first!.id);
    expect(() => transfers.cancel(first!.id)).toThrow('SDS_TRANSFER_UNKNOWN');
    expect(transfers.busy).toBe(true);
    await transfers.close();
    expect(transfers.busy).toBe(false);
  });

  it('fail with our error, or with an incident number for what is none', async () => {
    const { transfers, start } = setUp();
    start('a', () => Promise.reject(new AppError('SDS_BUSY', { host: 'h' })));
    start('b', () => Promise.reject(new Error('secret')));
    await wait(1);
    expect(transfers.list().map(({ error }) => error?.code)).toEqual(['INTERNAL', 'SDS_BUSY']);
  });
});

describe('the idle lock', () => {
  it('locks once after the set time without a touch, not while there is work, and not at 0', async () => {
    let now = 0;
    let minutes = 10;
    let isBusy = false;
    let locks = 0;
    const lock = new IdleLock({
      now: () => now,
      minutes: () => Promise.resolve(minutes),
      isBusy: () => isBusy,
      lock: () => Promise.resolve((locks += 1)),
    });
    const at = async (minute: number): Promise<number> => {
      now = minute * 60_000;
      await lock.check();
      return locks;
    };
    expect(await at(9)).toBe(0);
    lock.touch();
    expect(await at(18)).toBe(0);
    isBusy = true;
    expect(await at(30)).toBe(0);
    isBusy = false;
    expect(await at(39)).toBe(0);
    expect(await at(40)).toBe(1);
    expect(await at(60)).toBe(1);
    lock.touch();
    minutes = 0;
    expect(await at(200)).toBe(1);
    lock.close();
  });
});
