/** The other forms of a file too large for one sealed file, a full disk, and lines that break at other moments. */
import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { canMountTmpfs } from '../../helpers/tmpfs.ts';
import type { JsonFailure } from './harness.ts';
import { PartsBench, csv, events } from './parts-bench.ts';
import type { Sent } from './parts-bench.ts';

const MOUNTABLE = canMountTmpfs();
if (!MOUNTABLE)
  console.warn('send-parts: no full disk is tried, since this user may not mount a tmpfs.');

const platform = PartsBench.use();

describe('send, beyond the limit of a sealed file', () => {
  it.each<[string, string]>([
    ['orders.json', `{ "d" : [ ${events.map((row) => JSON.stringify(row)).join(',\n')} ] }\n`],
    ['orders.ndjson', events.map((row) => JSON.stringify(row)).join('\n')],
  ])('%s goes in parts, each with its manifest, and arrives whole', (name, content) =>
    platform.expectInParts(name, content),
  );

  it('converts first and cuts then', async () => {
    const text = csv('\n').replaceAll(',', ';');
    await platform.bench.file('other.csv', Buffer.from(`\uFEFF${text}`, 'utf16le'));
    const { code, result } = await platform.bench.json<Sent>(
      platform.sendArgs('other.csv', '--convert'),
    );
    expect(code).toBe(0);
    await vi.waitFor(
      async () => {
        const imports = await platform.client.imports(platform.account);
        expect(imports.filter(({ status }) => status === 'imported')).toHaveLength(
          result.receipts[0]?.parts.length ?? 0,
        );
      },
      { timeout: 30_000, interval: 100 },
    );
    const wanted = events.map(({ note }) => note.replaceAll(',', ';'));
    expect(await platform.importedNotes()).toEqual(wanted);
  });

  it('takes dated names the next time, and tells of the parts in words', async () => {
    await platform.bench.file('orders.csv', csv('\n'));
    expect((await platform.bench.run(platform.sendArgs('orders.csv'))).code).toBe(0);
    const { stdout } = await platform.bench.run(platform.sendArgs('orders.csv'));
    expect(stdout).toMatch(/part 1 of 4: \d+ rows, plain .+ sha256 [0-9a-f]{64}\n/);
    expect(stdout).toMatch(/data +orders-\d{8}T\d{6}Z\.part-01-of-04\.csv\.asc/);
  });

  it.skipIf(!MOUNTABLE)('says that there is no room for the parts, and leaves none', async () => {
    await platform.bench.file('orders.csv', csv('\n'));
    const spool = platform.bench.path('profile/spool');
    await mkdir(spool, { recursive: true, mode: 0o700 });
    // Room for one part and not for the second.
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=44k', 'tmpfs', spool]);
    try {
      const { code, stderr } = await platform.bench.run(platform.sendArgs('orders.csv'));
      expect(code).toBe(1);
      expect(stderr.replace(/\s+/g, ' ')).toContain(
        'There is no space left on this machine for the sealed form of orders.csv; nothing of it was sent.' +
          ' Free about as much space as orders.csv takes, where Sealift keeps its own data, and send again.' +
          ' The unfinished parts were removed.',
      );
      expect(stderr).not.toContain(spool);
      expect(await platform.client.imports(platform.account)).toEqual([]);
      expect(platform.bench.list('profile/spool')).toEqual([]);
    } finally {
      execFileSync('umount', ['-l', spool]);
    }
    // Nothing is lost: with room for the parts, the same command sends them.
    expect((await platform.bench.run(platform.sendArgs('orders.csv'))).code).toBe(0);
    await platform.expectEveryRowOnce(4);
  });
});

describe('after a break', () => {
  it.each<['to' | 'from', number, string]>([
    ['to', 12_000, 'in the first part'],
    ['to', 108_000, 'in the last part'],
    ['from', 4_500, 'while a later part is answered'],
  ])('%s the server, at %i bytes, %s: every row arrives once', async (direction, bytes) => {
    const name = `broken-${direction}-${bytes}.csv`;
    await platform.bench.file(name, csv('\n'));
    platform.proxy.cutAfter(bytes, direction);
    const broken = await platform.bench.json<JsonFailure>(platform.sendArgs(name));
    if (broken.code !== 0) expect(broken.code).toBe(3);
    const before = (await platform.client.imports(platform.account)).length;

    const { code, result, stderr } = await platform.bench.json<Sent>(platform.sendArgs(name));
    expect(code, stderr).toBe(0);
    const parts = result.receipts[0]?.parts ?? [];
    if (broken.code !== 0) {
      expect(parts).toHaveLength(4);
      expect(parts[0]?.data.name).toBe(`broken-${direction}-${bytes}.part-01-of-04.csv.asc`);
      if (before > 0) expect(broken.stderr).toMatch(/of 4 parts arrived/);
      await platform.expectEveryRowOnce(4);
    }
    expect(platform.bench.list('profile/deliveries')).toEqual([]);
  });

  it('keeps to the cut under which the first parts arrived, whatever the limit is now', async () => {
    const name = 'changed.csv';
    await platform.bench.file(name, csv('\n'));
    // Far away, so that there is time between the first part's final name and the second's.
    await platform.moveAway(20);
    const running = platform.bench.json<JsonFailure>(platform.sendArgs(name));
    await vi.waitFor(
      async () => {
        const [journal] = platform.bench.list('profile/deliveries');
        const noted = await platform.bench.read(join('profile/deliveries', journal ?? ''));
        expect(noted).toContain('"delivered"');
      },
      { timeout: 30_000, interval: 5 },
    );
    platform.proxy.cut();
    expect((await running).code).toBe(3);
    const { code, result } = await platform.bench.json<Sent>(
      platform.sendArgs(name, '--max-sealed-bytes', '1000000'),
    );
    expect(code).toBe(0);
    expect(result.receipts[0]?.parts).toHaveLength(4);
    await platform.expectEveryRowOnce(4);
  });
});
