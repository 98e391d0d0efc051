/** The limit of the upload rate, on a clock that the test moves. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RateLimit } from '../../../main/delivery/rate-limit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Takes pieces in turn for so long, from as many places. @returns bytes that went */
async function sentWithin(
  limit: RateLimit,
  seconds: number,
  pieceBytes: number,
  senders = 1,
): Promise<number> {
  let sent = 0;
  let isOver = false;
  const sending = Array.from({ length: senders }, async () => {
    while (!isOver) {
      await limit.take(pieceBytes, undefined);
      if (!isOver) sent += pieceBytes;
    }
  });
  await vi.advanceTimersByTimeAsync(seconds * 1000);
  isOver = true;
  await vi.advanceTimersByTimeAsync(60_000);
  await Promise.all(sending);
  return sent;
}

it.each([1, 3])(
  'lets so many bytes a second go, and a quarter of that at once after a rest, for %d together',
  async (senders) => {
    for (const pieceBytes of [1_000, 32_768, 100_000]) {
      const sent = await sentWithin(new RateLimit(100_000), 10, pieceBytes, senders);
      expect(sent).toBeGreaterThanOrEqual(1_000_000 - senders * pieceBytes);
      expect(sent).toBeLessThanOrEqual(1_025_000 + pieceBytes);
    }
  },
);

it('asks nobody to wait without a limit, or once it is lifted', async () => {
  const limit = new RateLimit();
  for (let piece = 0; piece < 1_000; piece += 1) await limit.take(1_000_000, undefined);
  limit.set(1_000);
  await limit.take(100_000, undefined);
  limit.set(0);
  await limit.take(1_000_000, undefined);
});

it('forgets what it owed under the old rate', async () => {
  const limit = new RateLimit(1_000);
  await limit.take(1_000_000, undefined);
  limit.set(1_000_000);
  const taken = limit.take(1, undefined);
  await vi.advanceTimersByTimeAsync(1);
  await taken;
});

it('ends with a cancel', async () => {
  const limit = new RateLimit(1_000);
  const abort = new AbortController();
  await limit.take(1_000_000, abort.signal);
  const waiting = expect(limit.take(1, abort.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
  abort.abort();
  await waiting;
});
