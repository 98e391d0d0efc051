/** The spool of sealed parts: read while it is written, from the beginning as often as wanted, and gone when it is given up. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { UploadSource } from '../../../main/delivery/upload-source.ts';
import { discardUnknown, PartSpool } from '../../../main/jobs/part-spool.ts';
import type { SpooledPart } from '../../../main/jobs/part-spool.ts';

const BUFFER_BYTES = 1000;

let spoolDir: string;
let jobId: string;
let spool: PartSpool;
beforeEach(async () => {
  spoolDir = await mkdtemp(join(tmpdir(), 'sealift-spool-'));
  jobId = randomUUID();
  spool = await PartSpool.open({ spoolDir, jobId }, 5000);
});
afterEach(() => rm(spoolDir, { recursive: true }));

async function readAll(source: UploadSource): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (;;) {
    const buffer = Buffer.alloc(BUFFER_BYTES);
    const length = await source.read(buffer);
    if (length === 0) break;
    pieces.push(buffer.subarray(0, length));
  }
  await source.close();
  return Buffer.concat(pieces);
}

const isPending = async (work: Promise<unknown>): Promise<boolean> => {
  const waited = new Promise((resolve) => setTimeout(resolve, 50, 'pending'));
  return (await Promise.race([work, waited])) === 'pending';
};

it('gives every byte in order to whoever follows while it grows, and to whoever comes later', async () => {
  const part = await spool.begin(1);
  const chunks = [1, 999, 1000, 1001, 0, 4096, 17].map((size) => randomBytes(size));
  const whole = Buffer.concat(chunks);
  const following = [readAll(await part.source()), readAll(await part.source())];
  for (const chunk of chunks) {
    await part.write(chunk);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await part.commit();
  for (const read of [...following, readAll(await part.source())]) {
    expect((await read).equals(whole)).toBe(true);
  }
});

it('waits for a full buffer, and hands out the rest when the part is whole', async () => {
  const part = await spool.begin(1);
  const source = await part.source();
  expect(source.totalBytes).toBe(5000);
  const first = source.read(Buffer.alloc(BUFFER_BYTES));
  await part.write(randomBytes(BUFFER_BYTES - 1));
  expect(await isPending(first)).toBe(true);
  await part.write(randomBytes(2));
  expect(await first).toBe(BUFFER_BYTES);
  const second = source.read(Buffer.alloc(BUFFER_BYTES));
  expect(await isPending(second)).toBe(true);
  await part.commit();
  expect(await second).toBe(1);
  expect(await source.read(Buffer.alloc(BUFFER_BYTES))).toBe(0);
  expect(source.totalBytes).toBe(BUFFER_BYTES + 1);
  await source.close();
});

it('ends whoever waits when the part is given up, and leaves no file', async () => {
  const part = await spool.begin(1);
  const source = await part.source();
  const waiting = source.read(Buffer.alloc(BUFFER_BYTES));
  const ended = expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
  await part.discard();
  await ended;
  await source.close();
  expect(await readdir(spoolDir)).toEqual([]);
});

it('hands out the parts as they begin, until no further one will', async () => {
  const found: number[] = [];
  const following = (async () => {
    for await (const { number } of spool.parts()) found.push(number);
  })();
  const begun: SpooledPart[] = [await spool.begin(2)];
  expect(await isPending(following)).toBe(true);
  begun.push(await spool.begin(3));
  spool.end();
  await following;
  expect(found).toEqual([2, 3]);
  expect(spool.part(3)).toBe(begun[1]);
  expect(spool.part(1)).toBeUndefined();
  for (const part of begun) await part.commit();
});

it('begins empty: what a crash left of the same job is removed, and nothing else', async () => {
  await writeFile(join(spoolDir, `${jobId}.7.asc`), 'torn');
  await writeFile(join(spoolDir, 'other.asc'), 'of another job');
  await PartSpool.open({ spoolDir, jobId }, 5000);
  expect(await readdir(spoolDir)).toEqual(['other.asc']);
});

it('is found again when all of it is there as it was noted', async () => {
  const content = randomBytes(3000);
  for (const number of [1, 2]) {
    const part = await spool.begin(number);
    await part.write(content);
    await part.commit();
  }
  const files = await spool.sync();
  expect(files).toEqual([
    { part: 1, sizeBytes: 3000 },
    { part: 2, sizeBytes: 3000 },
  ]);
  const again = await PartSpool.reopen({ spoolDir, jobId }, files.slice(1));
  const found: SpooledPart[] = [];
  for await (const part of again?.parts() ?? []) found.push(part);
  expect(found.map(({ number }) => number)).toEqual([2]);
  expect((await readAll(await found[0]!.source())).equals(content)).toBe(true);

  await writeFile(join(spoolDir, `${jobId}.asc`), content.subarray(1));
  expect(await PartSpool.reopen({ spoolDir, jobId }, files)).toBeUndefined();
  await rm(join(spoolDir, `${jobId}.asc`));
  expect(await PartSpool.reopen({ spoolDir, jobId }, files)).toBeUndefined();
});

it('loses what nobody knows any more, and nothing of a delivery that began meanwhile', async () => {
  const begun = randomUUID();
  await writeFile(join(spoolDir, `${jobId}.asc`), 'sealed');
  await writeFile(join(spoolDir, `${randomUUID()}.2.asc`), 'left');
  await discardUnknown(spoolDir, async () => {
    await writeFile(join(spoolDir, `${begun}.asc`), 'begun');
    return [jobId];
  });
  expect((await readdir(spoolDir)).sort()).toEqual([`${jobId}.asc`, `${begun}.asc`].sort());
});
