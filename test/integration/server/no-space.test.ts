// The server's disk full in the middle of an import: nothing is refused for good. It waits, and goes on when there is
// room again; a manifest that could not even be journaled is taken then.
import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../../server/store/rows.ts';
import { canMountTmpfs, SmallDisk } from '../../helpers/tmpfs.ts';
import { Customer, TestServer, makeWorkFolder, runServer, waitFor } from './harness.ts';

const MOUNTABLE = canMountTmpfs();
if (!MOUNTABLE) console.warn('no-space: no disk is filled, since this user may not mount a tmpfs.');

const DISK_MIB = 300;
const ROWS = 8_000;

const work = makeWorkFolder();
const disk = { folder: join(work.path, 'disk') };
const dataDir = join(disk.folder, 'data');
let small: SmallDisk;
let server: TestServer;
let customer: Customer;
let key: Awaited<ReturnType<TestServer['generateKey']>>;

beforeAll(async () => {
  if (!MOUNTABLE) return;
  mkdirSync(disk.folder);
  small = SmallDisk.mount(disk.folder, DISK_MIB);
  customer = new Customer(join(work.path, 'customer'));
  server = await TestServer.start({ dataDir });
  await customer.register(server);
  key = await server.generateKey();
});

afterAll(async () => {
  if (MOUNTABLE) {
    await server.stop();
    small.unmount();
    customer.remove();
  }
  work.remove();
});

/** A pair whose data is there already, and whose manifest waits for its final name. */
async function prepare(name: string): Promise<void> {
  const rows = Array.from({ length: ROWS }, (_, i) => `person${i},Ran-${name},${i}`);
  customer.prepare(`${name}.csv`, `identity,evtName,n\n${rows.join('\n')}\n`, key, {
    ...{ name: `${name}.manifest`, type: 'event', clientEmail: 'd@example.com' },
  });
}

async function upload(name: string): Promise<void> {
  await customer.sftp(server, [`put ${name}.csv.asc`, `put ${name}.manifest .${name}.part`]);
}

async function rowsOf(name: string): Promise<number> {
  let count = 0;
  for (let after = ''; ;) {
    const query = `events?name=Ran-${name}&limit=1000${after}`;
    const page = await server.call<{ items: StoredEvent[]; next?: string }>('GET', query);
    count += page.items.length;
    if (page.next === undefined) return count;
    after = `&after=${page.next}`;
  }
}

/** Less than an empty database takes. */
const TINY_MIB = 12;

it.skipIf(!MOUNTABLE)(
  'a disk without room for the database is told, and can be tried again',
  async () => {
    const folder = join(work.path, 'tiny');
    mkdirSync(folder);
    const tiny = SmallDisk.mount(folder, TINY_MIB);
    const start = () => runServer(['--data', join(folder, 'data')]);
    try {
      for (const { code, output } of [await start(), await start()]) {
        expect(output).toMatch(/cannot be used: the disk is full\.\n.+\.\n$/);
        expect(code).toBe(1);
      }
    } finally {
      tiny.unmount();
    }
  },
);

describe.skipIf(!MOUNTABLE)('on a disk that is full', () => {
  it('an import waits, and is whole when there is room again', async () => {
    await prepare('waiting');
    await upload('waiting');
    small.fill(0);
    await customer.sftp(server, ['rename .waiting.part waiting.manifest']);
    await waitFor('the import to meet the full disk', async () =>
      server.log.includes('import.waits-for-space') ? true : undefined,
    );
    const { items } = await server.imports();
    expect(items.filter(({ finishedAt }) => finishedAt !== null)).toEqual([]);
    small.free();
    expect(await server.verdictOn('waiting.manifest')).toMatchObject({
      ...{ status: 'imported', rows: ROWS, rejected: 0 },
    });
    expect(await rowsOf('waiting')).toBe(ROWS);
  });

  it('a manifest that cannot be journaled is taken later', async () => {
    await prepare('unjournaled');
    const path = join(customer.folder, 'unjournaled.manifest');
    // Blanks that the database can hardly compress: room is needed to write them down.
    const blanks = Array.from({ length: 500_000 }, () => ' \t\n\r'[randomInt(4)]).join('');
    customer.write('unjournaled.manifest', readFileSync(path, 'utf8') + blanks);
    await upload('unjournaled');
    small.fill(0);
    await customer.sftp(server, ['rename .unjournaled.part unjournaled.manifest']);
    await waitFor('the pick-up to meet the full disk', async () =>
      /"import\.waits-for-space","account"/.test(server.log) ? true : undefined,
    );
    expect((await server.imports()).items.map(({ manifest }) => manifest)).toEqual([
      'waiting.manifest',
    ]);
    small.free();
    expect(await server.verdictOn('unjournaled.manifest')).toMatchObject({ status: 'imported' });
    expect(await rowsOf('unjournaled')).toBe(ROWS);
    expect(readdirSync(join(dataDir, 'accounts', server.ready.account))).toEqual([]);
  });
});
