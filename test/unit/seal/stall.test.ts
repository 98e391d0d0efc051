// What OpenPGP.js never answers for must end; what is only slow must not.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MalformedError } from '../../../main/seal/bytes.ts';
import { StallGuard } from '../../../main/seal/stall.ts';

const STALL_MS = 200;
const never = new Promise<never>(() => undefined);

async function* slowly(pieces: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let piece = 0; piece < pieces; piece += 1) {
    await sleep(2 * STALL_MS);
    yield Uint8Array.of(piece);
  }
}

async function readAll(source: AsyncIterable<Uint8Array>): Promise<number[]> {
  const bytes: number[] = [];
  for await (const piece of source) bytes.push(...piece);
  return bytes;
}

describe('the guard against messages that stall', () => {
  it('ends what waits although its source has told all or is not asked', async () => {
    const guard = new StallGuard(STALL_MS);
    expect(await readAll(guard.watch(slowly(1)))).toEqual([0]);
    await expect(guard.inTime(never)).rejects.toThrow(MalformedError);
    await expect(new StallGuard(STALL_MS).inTime(never)).rejects.toThrow(MalformedError);
  });

  it('waits for a source that is slower than that', async () => {
    const guard = new StallGuard(STALL_MS);
    const source = guard.watch(slowly(2));
    expect(await readAll(guard.each(source))).toEqual([0, 1]);
  });

  it('lets a reader take its time', async () => {
    const guard = new StallGuard(STALL_MS);
    const read: number[] = [];
    for await (const piece of guard.each(guard.watch(slowly(2)))) {
      await sleep(2 * STALL_MS);
      read.push(...piece);
    }
    expect(read).toEqual([0, 1]);
  });
});
