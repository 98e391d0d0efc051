/** The level of compression by what the line takes. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { chooseRecipient } from '../../../main/keys/openpgp-keys.ts';
import { HARD_LEVEL, linkLevel, QUICK_LEVEL } from '../../../main/jobs/link-level.ts';
import { PartSpool } from '../../../main/jobs/part-spool.ts';
import { DEFLATE_BLOCK_BYTES } from '../../../main/seal/deflate-block.ts';
import { Deflation } from '../../../main/seal/deflation.ts';
import { seal } from '../../../main/seal/seal.ts';
import { makeTestKey } from '../keys/test-keys.ts';
import { chunked } from '../seal/streams.ts';
import { wordRows } from '../../helpers/word-rows.ts';

const MIB = 1024 * 1024;

test('quick until sealed bytes wait for the line, hard until hardly any are left', () => {
  let backlog: number | undefined;
  const level = linkLevel(() => backlog);
  expect(level()).toBe(QUICK_LEVEL);
  const steps: readonly (readonly [number, number])[] = [
    [3 * MIB, QUICK_LEVEL],
    [5 * MIB, HARD_LEVEL],
    [2 * MIB, HARD_LEVEL],
    [0.5 * MIB, QUICK_LEVEL],
    [3 * MIB, QUICK_LEVEL],
  ];
  for (const [bytes, expected] of steps) {
    backlog = bytes;
    expect(level()).toBe(expected);
  }
});

test('the spool knows what waits, once somebody follows it', async () => {
  const spoolDir = await mkdtemp(join(tmpdir(), 'sealift-backlog-'));
  const spool = await PartSpool.open({ spoolDir, jobId: randomUUID() }, MIB);
  const part = await spool.begin(1);
  await part.write(Buffer.alloc(1000));
  expect(spool.backlogBytes).toBeUndefined();
  const source = await part.source();
  await source.read(Buffer.alloc(300));
  expect(spool.backlogBytes).toBe(700);
  await part.write(Buffer.alloc(50));
  expect(spool.backlogBytes).toBe(750);
  await source.close();
  await part.discard();
  await rm(spoolDir, { recursive: true });
});

test('while hardly anything of it is taken, a part is sealed smaller', async () => {
  const text = Buffer.from(wordRows(18 * MIB));
  const { publicArmored } = await makeTestKey();
  const recipient = await chooseRecipient(publicArmored);
  const spoolDir = await mkdtemp(join(tmpdir(), 'sealift-backlog-'));
  const sealedBytes = async (number: number, isFollowed: boolean): Promise<number> => {
    const spool = await PartSpool.open({ spoolDir, jobId: randomUUID() }, MIB);
    const part = await spool.begin(number);
    const upload = await part.source();
    async function* rows() {
      for await (const chunk of chunked(text, 100_000)) {
        yield chunk;
        if (isFollowed && part.sizeBytes > 0 && part.readBytes === 0)
          await upload.read(Buffer.alloc(1));
      }
    }
    const compress = linkLevel(() => spool.backlogBytes);
    const sealed = await seal({ source: rows(), fileName: 'x', recipient, compress }, part);
    await upload.close();
    await part.discard();
    return sealed.sealedBytes;
  };
  expect(await sealedBytes(1, true)).toBeLessThan(await sealedBytes(2, false));
  await rm(spoolDir, { recursive: true });
}, 60_000);

test('blocks of different levels make one stream', async () => {
  const text = Buffer.from(wordRows(3 * MIB));
  const sizeAt = async (level: ConstructorParameters<typeof Deflation>[0]): Promise<number> => {
    const out: Buffer[] = [];
    const deflation = new Deflation(level, undefined);
    for await (const chunk of deflation.run(chunked(text, 100_000))) out.push(Buffer.from(chunk));
    const deflated = Buffer.concat(out);
    expect(inflateRawSync(deflated).equals(text)).toBe(true);
    return deflated.length;
  };
  const levels = [1, 6, 1, 9, 6] as const;
  let asked = 0;
  const mixed = await sizeAt(() => levels[asked++ % levels.length]!);
  expect(asked).toBe(Math.ceil(text.length / DEFLATE_BLOCK_BYTES));
  expect(mixed).toBeLessThan(await sizeAt(1));
  expect(mixed).toBeGreaterThan(await sizeAt(6));
});
