/** Sealing with the built threads, as the app and the CLI do it. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { chooseRecipient, unlockKey } from '../../../main/keys/openpgp-keys.ts';
import { open } from '../../../main/seal/open.ts';
import { seal } from '../../../main/seal/seal.ts';
import type { ThreadName } from '../../../main/seal/built-thread.ts';
import type { ByteSink, SealRequest } from '../../../main/seal/seal.ts';
import { makeTestKey, PASSPHRASE } from '../../unit/keys/test-keys.ts';
import { chunked, Collector } from '../../unit/seal/streams.ts';

const built = (name: ThreadName) =>
  fileURLToPath(new URL(`../../../dist/main/${name}.js`, import.meta.url));
const threads = {
  'armor-thread': built('armor-thread'),
  'deflate-thread': built('deflate-thread'),
};
const made = await makeTestKey();
const recipient = await chooseRecipient(made.publicArmored);
const keys = [await unlockKey(made.privateArmored, PASSPHRASE)];
const plain = randomBytes(9_000_003);

const sealIt = (sink: ByteSink, more: Partial<SealRequest> = {}) =>
  seal(
    {
      source: chunked(plain, 100_000),
      fileName: 'x',
      recipient,
      compress: 'none',
      threads,
      ...more,
    },
    sink,
  );
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test.each(Object.values(threads))('%s is built', (path) => {
  expect(existsSync(path)).toBe(true);
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

test.each(['armor-thread', 'deflate-thread'] as const)(
  'a %s that does not start is an error, not a wait without end',
  async (name) => {
    const missing = { ...threads, [name]: `${threads[name]}.missing` };
    const sealing = sealIt(new Collector(), { compress: 1, threads: missing });
    await expect(sealing).rejects.toThrow();
  },
);
