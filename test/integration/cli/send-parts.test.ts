/** A file too large for one sealed file, sent by the CLI to the bundled server: every row once, whatever breaks. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConsoleClient } from '../../../main/console/client.ts';
import type { Receipt } from '../../../shared/domain/job.ts';
import { startSealiftServer } from '../../helpers/sealift-server.ts';
import type { SealiftServer } from '../../helpers/sealift-server.ts';
import { makeKeyFile } from '../../helpers/sshd.ts';
import { canMountTmpfs } from '../../helpers/tmpfs.ts';
import { startTcpProxy } from '../../helpers/tcp-proxy.ts';
import type { TcpProxy } from '../../helpers/tcp-proxy.ts';
import { Bench, buildCli } from './harness.ts';
import type { JsonFailure } from './harness.ts';

const LIMIT = 30_000;
const ROWS = 900;

const MOUNTABLE = canMountTmpfs();
if (!MOUNTABLE)
  console.warn('send-parts: no full disk is tried, since this user may not mount a tmpfs.');

interface Sent {
  readonly ok: true;
  readonly receipts: Receipt[];
}

let bench: Bench;
let server: SealiftServer;
let client: ConsoleClient;
let proxy: TcpProxy;
beforeAll(async () => {
  buildCli();
  server = await startSealiftServer({ args: ['--max-sealed-bytes', String(LIMIT)] });
  client = new ConsoleClient({ url: server.ready.http, adminToken: server.adminToken });
  bench = new Bench();
  makeKeyFile(bench.path('identity'));
});
afterAll(async () => {
  await bench.dispose();
  await server.stop();
});

/** An account for each test, with a key set of its own. */
let account: string;
let keyId: string;
beforeEach(async () => {
  proxy = await startTcpProxy(server.ready.sftp.port);
  account = (await client.addAccount('d@example.com')).id;
  const publicKey = await readFile(bench.path('identity.pub'), 'utf8');
  await client.addSshKey(account, { name: 'cli', publicKey });
  const made = await client.generatePgpKey(account, {
    ...{ name: 'P', email: 'p@example.com' },
    type: 'curve25519',
  });
  keyId = made.keyId;
  await bench.file(`${account}.asc`, made.publicKey);
});
afterEach(() => proxy.stop());

const sendArgs = (file: string, ...further: string[]): string[] => [
  ...['send', file, '--to', `sftp://${account}@127.0.0.1:${proxy.port}/`],
  ...['--identity', 'identity', '--accept-new-host-key', '--recipient', `${account}.asc`],
  ...['--key-id', keyId, '--type', 'event', '--email', 'd@example.com'],
  ...['--max-sealed-bytes', String(LIMIT), '--retries', '0', ...further],
];

/** Events that each say their number, with something that hardly compresses. */
const events = Array.from({ length: ROWS }, (_, index) => ({
  identity: `user-${index}`,
  event_name: 'Bought',
  note: `row ${index}, ${randomBytes(75).toString('base64')}`,
}));
const csv = (eol: string): string =>
  ['identity,event_name,note', ...events.map((row) => `${row.identity},Bought,"${row.note}"`)].join(
    eol,
  );

/** What the server took, in the order in which it took it. */
async function importedNotes(): Promise<string[]> {
  const notes: string[] = [];
  for (let after: string | undefined; ;) {
    const page = await client.events(account, { limit: 500, ...(after && { after }) });
    notes.push(...page.items.map((item) => (item['properties'] as { note: string }).note));
    if (!page.next) return notes;
    after = page.next;
  }
}

async function expectEveryRowOnce(parts: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const imports = await client.imports(account);
      expect(imports.filter(({ status }) => status === 'imported')).toHaveLength(parts);
    },
    { timeout: 30_000, interval: 100 },
  );
  expect(await importedNotes()).toEqual(events.map(({ note }) => note));
  const imports = await client.imports(account);
  expect(imports.filter(({ status }) => status !== 'imported')).toEqual([]);
}

describe('send, beyond the limit of a sealed file', () => {
  it.each<[string, string]>([
    ['orders.csv', `\uFEFF${csv('\r\n')}`],
    ['orders.json', `{ "d" : [ ${events.map((row) => JSON.stringify(row)).join(',\n')} ] }\n`],
    ['orders.ndjson', events.map((row) => JSON.stringify(row)).join('\n')],
  ])('%s goes in parts, each with its manifest, and arrives whole', async (name, content) => {
    await bench.file(name, content);
    const { code, result } = await bench.json<Sent>(sendArgs(name));
    expect(code).toBe(0);
    const parts = result.receipts[0]?.parts ?? [];
    expect(parts.length).toBeGreaterThanOrEqual(3);
    const count = String(parts.length).padStart(2, '0');
    const [stem, extension] = name.split('.');
    expect(parts.map(({ data }) => data.name)).toEqual(
      parts.map((_, i) => `${stem}.part-0${i + 1}-of-${count}.${extension}.asc`),
    );
    for (const { data } of parts) expect(data.sizeBytes).toBeLessThan(LIMIT);
    expect(parts.reduce((sum, { rows }) => sum + rows, 0)).toBe(ROWS);
    expect(result.receipts[0]).toMatchObject({
      rows: ROWS,
      plainBytes: Buffer.byteLength(content),
    });
    await expectEveryRowOnce(parts.length);
    expect(bench.list('profile/deliveries')).toEqual([]);
    expect(bench.list('profile/spool')).toEqual([]);
  });

  it('converts first and cuts then', async () => {
    const text = csv('\n').replaceAll(',', ';');
    await bench.file('other.csv', Buffer.from(`\uFEFF${text}`, 'utf16le'));
    const { code, result } = await bench.json<Sent>(sendArgs('other.csv', '--convert'));
    expect(code).toBe(0);
    await vi.waitFor(
      async () => {
        const imports = await client.imports(account);
        expect(imports.filter(({ status }) => status === 'imported')).toHaveLength(
          result.receipts[0]?.parts.length ?? 0,
        );
      },
      { timeout: 30_000, interval: 100 },
    );
    const wanted = events.map(({ note }) => note.replaceAll(',', ';'));
    expect(await importedNotes()).toEqual(wanted);
  });

  it('takes dated names the next time, and tells of the parts in words', async () => {
    await bench.file('orders.csv', csv('\n'));
    expect((await bench.run(sendArgs('orders.csv'))).code).toBe(0);
    const { stdout } = await bench.run(sendArgs('orders.csv'));
    expect(stdout).toMatch(/part 1 of 4: \d+ rows, plain .+ sha256 [0-9a-f]{64}\n/);
    expect(stdout).toMatch(/data +orders-\d{8}T\d{6}Z\.part-01-of-04\.csv\.asc/);
  });

  it('names a row that fits no part, and sends nothing', async () => {
    const rows = csv('\n').split('\n');
    rows[300] = `user-299,Bought,"${randomBytes(40_000).toString('base64')}"`;
    await bench.file('large.csv', rows.join('\n'));
    const { code, result } = await bench.json<JsonFailure>(sendArgs('large.csv'));
    expect(code).toBe(1);
    expect(result.error).toMatchObject({
      code: 'RECORD_FITS_NO_PART',
      params: { file: 'large.csv', row: 300, line: 301 },
    });
    expect(await client.imports(account)).toEqual([]);
    expect(bench.list('profile/spool')).toEqual([]);
  });

  it.skipIf(!MOUNTABLE)('says that there is no room for the parts, and leaves none', async () => {
    await bench.file('orders.csv', csv('\n'));
    const spool = bench.path('profile/spool');
    await mkdir(spool, { recursive: true, mode: 0o700 });
    // Room for one part and not for the second.
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=44k', 'tmpfs', spool]);
    try {
      const { code, stderr } = await bench.run(sendArgs('orders.csv'));
      expect(code).toBe(1);
      expect(stderr.replace(/\s+/g, ' ')).toContain(
        'There is no space left on this machine for the sealed form of orders.csv; nothing of it was sent.' +
          ' Free about as much space as orders.csv takes, where Sealift keeps its own data, and send again.' +
          ' The unfinished parts were removed.',
      );
      expect(stderr).not.toContain(spool);
      expect(await client.imports(account)).toEqual([]);
      expect(bench.list('profile/spool')).toEqual([]);
    } finally {
      execFileSync('umount', ['-l', spool]);
    }
    // Nothing is lost: with room for the parts, the same command sends them.
    expect((await bench.run(sendArgs('orders.csv'))).code).toBe(0);
    await expectEveryRowOnce(4);
  });
});

it('two runs at the same moment send files of one name under two', async () => {
  for (const folder of ['one', 'two']) {
    await mkdir(bench.path(folder), { recursive: true });
    await bench.file(`${folder}/same.csv`, `identity,event_name,note\nu1,Bought,${folder}\n`);
  }
  const runs = ['one', 'two'].map((folder) => bench.json<Sent>(sendArgs(`${folder}/same.csv`)));
  const ended = await Promise.all(runs);
  expect(ended.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual([0, 0]);
  const names = ended.map(({ result }) => result.receipts[0]?.parts[0]?.data.name);
  expect(new Set(names).size).toBe(2);
  expect(names).toContain('same.csv.asc');
  await vi.waitFor(async () => expect((await importedNotes()).toSorted()).toEqual(['one', 'two']), {
    timeout: 30_000,
    interval: 100,
  });
});

describe('after a break', () => {
  it.each<['to' | 'from', number, string]>([
    ['to', 12_000, 'in the first part'],
    ['to', 108_000, 'in the last part'],
    ['from', 4_500, 'while a later part is answered'],
  ])('%s the server, at %i bytes, %s: every row arrives once', async (direction, bytes) => {
    const name = `broken-${direction}-${bytes}.csv`;
    await bench.file(name, csv('\n'));
    proxy.cutAfter(bytes, direction);
    const broken = await bench.json<JsonFailure>(sendArgs(name));
    if (broken.code !== 0) expect(broken.code).toBe(3);
    const before = (await client.imports(account)).length;

    const { code, result, stderr } = await bench.json<Sent>(sendArgs(name));
    expect(code, stderr).toBe(0);
    const parts = result.receipts[0]?.parts ?? [];
    if (broken.code !== 0) {
      expect(parts).toHaveLength(4);
      expect(parts[0]?.data.name).toBe(`broken-${direction}-${bytes}.part-01-of-04.csv.asc`);
      if (before > 0) expect(broken.stderr).toMatch(/of 4 parts arrived/);
      await expectEveryRowOnce(4);
    }
    expect(bench.list('profile/deliveries')).toEqual([]);
  });

  it('tries again by itself, and says so', async () => {
    const name = 'retried.csv';
    await bench.file(name, csv('\n'));
    proxy.cutAfter(45_000, 'to');
    const { code, result, stderr } = await bench.json<Sent>(sendArgs(name, '--retries', '3'));
    expect(code, stderr).toBe(0);
    expect(stderr.replace(/\s+/g, ' ')).toMatch(/was lost.* Trying again in 1 s, attempt 2 of 4\./);
    expect(result.receipts[0]?.parts).toHaveLength(4);
    await expectEveryRowOnce(4);
  });

  it('keeps to the cut under which the first parts arrived, whatever the limit is now', async () => {
    const name = 'changed.csv';
    await bench.file(name, csv('\n'));
    // Far away, so that there is time between the first part's final name and the second's.
    await proxy.stop();
    proxy = await startTcpProxy(server.ready.sftp.port, 20);
    const running = bench.json<JsonFailure>(sendArgs(name));
    await vi.waitFor(
      async () => {
        const [journal] = bench.list('profile/deliveries');
        const noted = await bench.read(join('profile/deliveries', journal ?? ''));
        expect(noted).toContain('"delivered"');
      },
      { timeout: 30_000, interval: 5 },
    );
    proxy.cut();
    expect((await running).code).toBe(3);
    const { code, result } = await bench.json<Sent>(
      sendArgs(name, '--max-sealed-bytes', '1000000'),
    );
    expect(code).toBe(0);
    expect(result.receipts[0]?.parts).toHaveLength(4);
    await expectEveryRowOnce(4);
  });
});
