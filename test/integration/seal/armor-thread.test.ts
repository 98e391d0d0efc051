/** Sealing with the armor in the built thread, as the app and the CLI do it. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { chooseRecipient, unlockKey } from '../../../main/keys/openpgp-keys.ts';
import { open } from '../../../main/seal/open.ts';
import { seal } from '../../../main/seal/seal.ts';
import type { ByteSink, SealRequest } from '../../../main/seal/seal.ts';
import { makeTestKey, PASSPHRASE } from '../../unit/keys/test-keys.ts';
import { chunked, Collector } from '../../unit/seal/streams.ts';

const armorThread = fileURLToPath(new URL('../../../dist/main/armor-thread.js', import.meta.url));
const made = await makeTestKey();
const recipient = await chooseRecipient(made.publicArmored);
const keys = [await unlockKey(made.privateArmored, PASSPHRASE)];
const plain = randomBytes(5_000_003);

const sealIt = (sink: ByteSink, more: Partial<SealRequest> = {}) =>
  seal(
    {
      source: chunked(plain, 100_000),
      fileName: 'x',
      recipient,
      compress: 'none',
      armorThread,
      ...more,
    },
    sink,
  );
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('the thread is built', () => {
  expect(existsSync(armorThread)).toBe(true);
});

test.each(['none', 1] as const)(
  'the message opens, at a slow sink’s pace (%s)',
  async (compress) => {
    const sink = new Collector();
    const slow: ByteSink = {
      async write(chunk) {
        // Read only now: by then nothing may have been written over it.
        await wait(5);
        await sink.write(chunk);
      },
    };
    const outcome = await sealIt(slow, { compress });
    const armored = sink.bytes;
    expect(outcome).toEqual({
      plainBytes: plain.length,
      plainSha256: createHash('sha256').update(plain).digest('hex'),
      sealedBytes: armored.length,
      sealedSha256: createHash('sha256').update(armored).digest('hex'),
    });
    const opened = new Collector();
    await open({ source: chunked(armored, 70_000), file: 'm', keys }, opened);
    expect(opened.bytes.equals(plain)).toBe(true);
  },
);

test('what the sink throws ends the sealing', async () => {
  let writes = 0;
  const failing: ByteSink = {
    write: () => ((writes += 1) < 3 ? Promise.resolve() : Promise.reject(new Error('full'))),
  };
  await expect(sealIt(failing)).rejects.toThrow('full');
  expect(writes).toBe(3);
});

test('cancelled in the middle, it ends at once, while the sink is stuck too', async () => {
  const abort = new AbortController();
  const stuck: ByteSink = {
    write: () => {
      abort.abort();
      return new Promise<void>(() => undefined);
    },
  };
  await expect(sealIt(stuck, { signal: abort.signal })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
});

test('a thread that does not start is an error, not a wait without end', async () => {
  const sealing = sealIt(new Collector(), { armorThread: `${armorThread}.missing` });
  await expect(sealing).rejects.toThrow();
});
