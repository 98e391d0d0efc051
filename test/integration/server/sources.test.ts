// Sources against OpenSSH's server, through `sealift sources` and the console API.
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Source } from '../../../shared/domain/source.ts';
import { startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { Bench, buildCli } from '../cli/harness.ts';
import type { JsonFailure } from '../cli/harness.ts';
import { Customer, TestServer, makeWorkFolder, waitFor } from './harness.ts';

interface Added {
  readonly id: string;
  readonly publicKey: string;
}
interface Ran {
  readonly ok: true;
  readonly source: Source;
}

const work = makeWorkFolder();
const dataDir = join(work.path, 'data');
let bench: Bench;
let sshd: Sshd;
let customer: Customer;
let server: TestServer;
let key: Awaited<ReturnType<TestServer['generateKey']>>;

beforeAll(async () => {
  buildCli();
  bench = new Bench();
  sshd = await startSshd();
  mkdirSync(join(sshd.rootDir, 'out'), { mode: 0o755 });
  customer = new Customer(join(work.path, 'customer'));
  server = await TestServer.start({ dataDir });
  key = await server.generateKey();
});
afterAll(async () => {
  await server.stop();
  await sshd.stop();
  customer.remove();
  await bench.dispose();
  work.remove();
});

const access = () => [
  ...['--console', server.ready.http, '--account', server.ready.account],
  ...['--token-file', server.ready.credentialsFile],
];
const sourceUrl = () => `sftp://${sshd.username}@${sshd.host}:${sshd.port}/~/out`;

async function add(...options: string[]): Promise<Added> {
  const hostKey = options.includes('--host-key') ? [] : ['--host-key', sshd.hostKeySha256];
  const args = ['sources', 'add', sourceUrl(), ...access(), ...hostKey, ...options];
  const { code, result } = await bench.json<Added>(args);
  expect(code).toBe(0);
  return result;
}

function authorize({ publicKey }: Added): void {
  appendFileSync(join(sshd.workDir, 'authorized_keys'), `${publicKey}\n`);
}

const run = (id: string) => bench.json<Ran>(['sources', 'run', id, ...access()]);

/** Puts a pair on the customer's server; the manifest gets the given age. */
function offer(name: string, ageSeconds = 0, csv = `identity,Name\n${name},Ann\n`): void {
  const manifest = `${name}.manifest`;
  customer.prepare(`${name}.csv`, csv, key, {
    name: manifest,
    type: 'profile',
    clientEmail: 'source@example.com',
  });
  for (const file of [`${name}.csv.asc`, manifest]) {
    const target = join(sshd.rootDir, 'out', file);
    copyFileSync(join(customer.folder, file), target);
    const written = Date.now() / 1000 - ageSeconds;
    utimesSync(target, written, written);
  }
}

describe('a source', () => {
  let source: Added;

  it('names the key that the customer has to authorise, and says when that is not done', async () => {
    source = await add('--pattern', 'daily-*');
    expect(source.publicKey).toMatch(/^ssh-ed25519 \S+ sealift$/);
    const { code, result } = await bench.json<JsonFailure>([
      'sources',
      'run',
      source.id,
      ...access(),
    ]);
    expect(code).toBe(3);
    expect(result.error.code).toBe('SOURCE_RUN_FAILED');
    expect(result.error.text).toContain('register its publicKey there');
  });

  it('brings the pairs that it means, in the order in which they were written', async () => {
    authorize(source);
    offer('daily-a', 10);
    offer('daily-b', 20);
    offer('weekly');
    const { code, result } = await run(source.id);
    expect(code).toBe(0);
    expect(result.source.lastRun).toMatchObject({ fetched: 2, problem: null });
    expect(await server.verdictOn('daily-a.manifest')).toMatchObject({
      status: 'imported',
      rows: 1,
    });
    expect(await server.verdictOn('daily-b.manifest')).toMatchObject({ status: 'imported' });
    const order = (await server.imports()).items.map(({ manifest }) => manifest);
    expect(order).toEqual(['daily-a.manifest', 'daily-b.manifest']);
    expect(await server.call('GET', 'profiles/daily-a')).toMatchObject({
      properties: { Name: 'Ann' },
    });
    expect(existsSync(join(sshd.rootDir, 'out', 'daily-a.csv.asc'))).toBe(true);
    expect(readdirSync(join(dataDir, 'accounts', server.ready.account))).toEqual([]);
    expect(readdirSync(join(dataDir, 'work'))).toEqual([]);
  });

  it('brings no manifest name twice, whatever is in it by now', async () => {
    offer('daily-a', 0, 'identity,Name\ndaily-a,Changed\n');
    expect((await run(source.id)).result.source.lastRun).toMatchObject({ fetched: 0 });
    expect((await server.imports()).items).toHaveLength(2);
  });

  it('answers a manifest without data as an upload of it', async () => {
    customer.write(
      'daily-lost.manifest',
      readFileSync(join(customer.folder, 'daily-a.manifest'), 'utf8').replace('daily-a', 'lost'),
    );
    copyFileSync(
      join(customer.folder, 'daily-lost.manifest'),
      join(sshd.rootDir, 'out', 'daily-lost.manifest'),
    );
    await run(source.id);
    const { status, problems } = await server.verdictOn('daily-lost.manifest');
    expect(status).toBe('failed');
    expect(problems.map(({ code }) => code)).toEqual(['DATA_FILE_MISSING']);
  });

  it('keeps its key over a restart, sealed', async () => {
    await server.stop('SIGKILL');
    for (const file of readdirSync(dataDir, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const bytes = readFileSync(join(file.parentPath, file.name));
      expect(bytes.includes('OPENSSH PRIVATE KEY'), file.name).toBe(false);
    }
    server = await TestServer.start({ dataDir });
    offer('daily-c');
    expect((await run(source.id)).result.source.lastRun).toMatchObject({ fetched: 1 });
  });

  it('is listed and removed', async () => {
    const { stdout } = await bench.run(['sources', 'list', ...access()]);
    expect(stdout).toContain(source.id);
    expect(stdout).toContain('fetches daily-*, when told');
    expect((await bench.run(['sources', 'remove', source.id, ...access()])).code).toBe(0);
    const gone = await bench.json<JsonFailure>(['sources', 'run', source.id, ...access()]);
    expect(gone.result.error.text).toContain(`the source ${source.id}`);
  });
});

it('fetches by the clock, also after a restart', async () => {
  const source = await add('--cron', '* * * * * *', '--time-zone', 'Europe/Berlin');
  authorize(source);
  offer('clock-a');
  expect(await server.verdictOn('clock-a.manifest')).toMatchObject({ status: 'imported' });
  await server.stop();
  server = await TestServer.start({ dataDir });
  offer('clock-b');
  expect(await server.verdictOn('clock-b.manifest')).toMatchObject({ status: 'imported' });
  await bench.run(['sources', 'remove', source.id, ...access()]);
});

it('does not log in where the host key is another', async () => {
  const source = await add('--host-key', `SHA256:${'A'.repeat(43)}`);
  authorize(source);
  const { result } = await bench.json<JsonFailure>(['sources', 'run', source.id, ...access()]);
  expect(result.error.text).toContain('another host key');
});

it('reaches no private address from a server beyond loopback', async () => {
  const args = ['--host', '0.0.0.0', '--allow-remote', '--behind-tls-proxy'];
  const remote = await TestServer.start({ dataDir: join(work.path, 'remote'), args });
  try {
    const body = { url: sourceUrl(), hostKeySha256: sshd.hostKeySha256 };
    const { id } = await remote.call<Added>('POST', 'sources', body);
    await remote.call('POST', `sources/${id}/run`);
    const visited = await waitFor('the visit', async () => {
      const { items } = await remote.call<{ items: Source[] }>('GET', 'sources');
      return items[0]?.lastRun ?? undefined;
    });
    expect(visited.problem).toContain('not on the public Internet');
  } finally {
    await remote.stop();
  }
});

it.each([
  ['a password in the address', { url: 'sftp://me:secret@example.com/' }],
  ['a host key that is none', { hostKeySha256: 'MD5:00' }],
  ['a cron line that is none', { cron: 'daily' }],
  ['too many stars', { pattern: '*a*a*a*a*a*' }],
])('refuses %s', async (_, fields) => {
  const body = { url: sourceUrl(), hostKeySha256: sshd.hostKeySha256, ...fields };
  const path = `/accounts/${server.ready.account}/sources`;
  expect((await server.request('POST', path, body)).status).toBe(400);
});
