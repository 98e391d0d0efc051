/**
 * A file too large for one sealed file, sent by the CLI to the bundled server: every row once. Other forms of data,
 * and what breaks at other moments: send-parts.long.test.ts.
 */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import type { JsonFailure } from './harness.ts';
import { PartsBench, csv } from './parts-bench.ts';
import type { Sent } from './parts-bench.ts';

const platform = PartsBench.use();

describe('send, beyond the limit of a sealed file', () => {
  it('goes in parts, each with its manifest, and arrives whole', () =>
    platform.expectInParts('orders.csv', `\uFEFF${csv('\r\n')}`));

  it('names a row that fits no part, and sends nothing', async () => {
    const rows = csv('\n').split('\n');
    rows[300] = `user-299,Bought,"${randomBytes(40_000).toString('base64')}"`;
    await platform.bench.file('large.csv', rows.join('\n'));
    const { code, result } = await platform.bench.json<JsonFailure>(platform.sendArgs('large.csv'));
    expect(code).toBe(1);
    expect(result.error).toMatchObject({
      code: 'RECORD_FITS_NO_PART',
      params: { file: 'large.csv', row: 300, line: 301 },
    });
    expect(await platform.client.imports(platform.account)).toEqual([]);
    expect(platform.bench.list('profile/spool')).toEqual([]);
  });
});

it('tries again by itself, and says so', async () => {
  const name = 'retried.csv';
  await platform.bench.file(name, csv('\n'));
  platform.proxy.cutAfter(45_000, 'to');
  const { code, result, stderr } = await platform.bench.json<Sent>(
    platform.sendArgs(name, '--retries', '3'),
  );
  expect(code, stderr).toBe(0);
  expect(stderr.replace(/\s+/g, ' ')).toMatch(/was lost.* Trying again in 1 s, attempt 2 of 4\./);
  expect(result.receipts[0]?.parts).toHaveLength(4);
  await platform.expectEveryRowOnce(4);
});

it('two runs at the same moment send files of one name under two', async () => {
  for (const folder of ['one', 'two']) {
    await mkdir(platform.bench.path(folder), { recursive: true });
    await platform.bench.file(
      `${folder}/same.csv`,
      `identity,event_name,note\nu1,Bought,${folder}\n`,
    );
  }
  const runs = ['one', 'two'].map((folder) =>
    platform.bench.json<Sent>(platform.sendArgs(`${folder}/same.csv`)),
  );
  const ended = await Promise.all(runs);
  expect(ended.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual([0, 0]);
  const names = ended.map(({ result }) => result.receipts[0]?.parts[0]?.data.name);
  expect(new Set(names).size).toBe(2);
  expect(names).toContain('same.csv.asc');
  await vi.waitFor(
    async () => expect((await platform.importedNotes()).toSorted()).toEqual(['one', 'two']),
    {
      timeout: 30_000,
      interval: 100,
    },
  );
});
