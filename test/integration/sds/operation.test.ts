// SDS in operation: what lies on the disk, what is logged, a restart, the demo, /metrics, the switches.
import { createPrivateKey, randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestTenant, TestApp, openSealed } from '../../helpers/sds.ts';
import type { TenantAccess } from '../../helpers/sds.ts';
import { makeWorkFolder, runServer, waitFor } from '../server/harness.ts';
import { get, linkTo, listFiles, openUpload, sendRaw } from './files-harness.ts';
import { startSds } from './harness.ts';
import type { SdsServer } from './harness.ts';

const work = makeWorkFolder();
const dataDir = join(work.path, 'data');
let sds: SdsServer;

interface CredentialsFile {
  readonly adminToken: string;
  readonly sds: TenantAccess;
  readonly sdsApps: readonly { id: string; name: string; privateKeyFile: string }[];
}
const credentials = (): CredentialsFile =>
  JSON.parse(readFileSync(sds.server.ready.credentialsFile, 'utf8')) as CredentialsFile;

beforeAll(async () => {
  sds = await startSds({
    dataDir,
    args: ['--seed', 'demo', '--sds-safe-moves', '--print-secrets'],
  });
}, 180_000);

afterAll(async () => {
  await sds.server.stop();
  work.remove();
});

/** An app of the demo, with the key that was handed over. */
function demoApp(name: string): TestApp {
  const entry = credentials().sdsApps.find((app) => app.name === name)!;
  const app = Object.create(TestApp.prototype) as TestApp;
  const privateKey = createPrivateKey(readFileSync(entry.privateKeyFile));
  return Object.assign(app, { name, privateKey, id: entry.id });
}

it('hands its secrets over in 0600 files, and on the line when asked', () => {
  const { adminToken, sds: access, sdsApps } = credentials();
  expect(sds.server.ready).toMatchObject({ adminToken, sds: access });
  expect(sdsApps.map(({ name }) => name)).toEqual(['demo-clinic', 'demo-billing']);
  const files = sdsApps.map(({ privateKeyFile }) => privateKeyFile);
  for (const file of [sds.server.ready.credentialsFile, ...files]) {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(dirname(file)).toBe(dirname(sds.server.ready.credentialsFile));
  }
});

it('the demo has 40 tagged files', async () => {
  interface Files {
    items: { name: string; status: string; size: number; tags: Record<string, string> }[];
  }
  const found = async (app: TestApp, query: string) =>
    (await sds.tenant.must<Files>(app, 'GET', `/files?${query}`)).data.items;
  const calls = await found(demoApp('demo-clinic'), 'vault=phone-numbers&tag.KIND=call-list');
  const invoices = await found(demoApp('demo-billing'), 'vault=invoices&tag.KIND=invoice');
  expect(calls.length + invoices.length).toBe(40);
  for (const { status, size, tags } of [...calls, ...invoices]) {
    expect(status).toBe('COMPLETED');
    expect(size).toBeGreaterThan(0);
    expect(Object.keys(tags).length).toBeGreaterThan(1);
  }
  expect(await found(demoApp('demo-billing'), 'vault=invoices&tag.PAID=')).toHaveLength(10);
});

it('the demo has vaults with different permissions, and 2,000 records', async () => {
  const clinic = demoApp('demo-clinic');
  const billing = demoApp('demo-billing');
  const list = async (app: TestApp) =>
    (await sds.tenant.must<{ items: object[] }>(app, 'GET', '/vaults')).data.items;
  expect(await list(clinic)).toMatchObject([
    { name: 'diagnoses', permission: '101' },
    { name: 'invoices', permission: '100' },
    { name: 'phone-numbers', permission: '110' },
  ]);
  expect(await list(billing)).toMatchObject([
    { name: 'invoices', permission: '101' },
    { name: 'phone-numbers', permission: '001' },
  ]);
  interface Page {
    items: { id: string }[];
    next?: string;
  }
  let total = 0;
  for (const [app, vault] of [
    [clinic, 'phone-numbers'],
    [clinic, 'diagnoses'],
    [billing, 'invoices'],
  ] as const) {
    let after = '';
    do {
      const path = `/data?vault=${vault}&limit=200${after}`;
      const { data }: { data: Page } = await sds.tenant.must<Page>(app, 'GET', path);
      total += data.items.length;
      after = data.next ? `&after=${data.next}` : '';
    } while (after !== '');
  }
  expect(total).toBe(2000);
  const { data } = await sds.tenant.must<Page>(billing, 'GET', '/data?vault=phone-numbers&limit=1');
  const id = data.items[0]!.id;
  const read = async (app: TestApp) =>
    (await sds.tenant.must<{ data: string }>(app, 'GET', `/data/${id}`)).data.data;
  const sealed = await read(billing);
  expect(openSealed(billing.privateKey, sealed)).toBe(await read(clinic));
});

it('safe moves need a read bit in the vault that is left', async () => {
  const clinic = demoApp('demo-clinic');
  const billing = demoApp('demo-billing');
  const id = await sds.tenant.store(clinic, 'invoices', 'moved?');
  const move = (app: TestApp, vault: string) =>
    sds.tenant.call(app, 'PUT', `/data/${id}`, { body: { vault } });
  expect((await move(clinic, 'diagnoses')).status).toBe(403);
  expect((await move(clinic, 'invoices')).status).toBe(200);
  await sds.tenant.makeVault(billing, 'archive');
  expect((await move(billing, 'archive')).status).toBe(200);
});

it('tells counts and times at /metrics, and nobody’s names', async () => {
  const { tenant } = sds;
  const app = await tenant.register('metrics-app', 1024);
  await tenant.makeVault(app, 'metrics');
  const content = randomBytes(100_000);
  const before = await fileMetrics();
  const { data } = await sendRaw(tenant, app, { vault: 'metrics', name: 'x' }, content);
  expect((await get((await linkTo(tenant, app, data.id)).link)).status).toBe(200);
  const broken = openUpload(tenant, app, { vault: 'metrics', name: 'broken' });
  broken.request.write('12345');
  await waitFor('the upload', async () => (await listFiles(tenant, app, 'vault=metrics'))[1]);
  broken.request.destroy();
  await waitFor('its end', async () => (await fileMetrics()).failed > before.failed || undefined);
  expect(await fileMetrics()).toEqual({
    uploads: before.uploads + 1,
    downloads: before.downloads + 1,
    failed: before.failed + 1,
    bytesIn: before.bytesIn + 100_005,
    // An owner reads encrypted: to the next whole block.
    bytesOut: before.bytesOut + 100_000 + 16 - (100_000 % 16),
  });
  await sds.tenant.call(undefined, 'GET', '/vaults');
  const response = await fetch(`${sds.http}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  expect(text).toMatch(/^sealift_http_requests_total\{api="sds",method="GET",status="200"\} \d+$/m);
  expect(text).toMatch(/^sealift_http_requests_total\{api="sds",method="GET",status="400"\} \d+$/m);
  expect(text).toMatch(/^sealift_http_request_seconds_bucket\{api="sds",le="\+Inf"\} (\d+)$/m);
  const total = /_count\{api="sds"\} (\d+)/.exec(text)?.[1];
  expect(text).toContain(`le="+Inf"} ${total}`);
  // Each line is a comment or a sample.
  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? [\d.e+-]+)$/);
  }
  expect(text).not.toContain('demo');
});

/** What /metrics counts of files. */
async function fileMetrics() {
  const text = await (await fetch(`${sds.http}/metrics`)).text();
  const value = (series: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.split(' ')[1] ?? 0,
    );
  const transfers = (direction: string, outcome: string) =>
    value(`sealift_sds_file_transfers_total{direction="${direction}",outcome="${outcome}"}`);
  return {
    uploads: transfers('upload', 'completed'),
    downloads: transfers('download', 'completed'),
    failed: transfers('upload', 'failed'),
    bytesIn: value('sealift_sds_file_bytes_total{direction="upload"}'),
    bytesOut: value('sealift_sds_file_bytes_total{direction="download"}'),
  };
}

describe('at rest', () => {
  const secrets: string[] = [];

  it('nothing that was supplied lies open, nor is it logged', async () => {
    const app = await sds.tenant.register('at-rest');
    await sds.tenant.makeVault(app, 'at-rest', { uniqueData: true });
    const text = 'a secret that nobody may find';
    const id = await sds.tenant.store(app, 'at-rest', text, { note: 'meta that nobody may find' });
    const stored = Buffer.from(text).toString('base64');
    await sds.tenant.must(app, 'GET', `/data/${id}`);
    await sds.tenant.call(app, 'GET', '/data?vault=at-rest&note=query-that-nobody-may-find');
    secrets.push(stored, text, 'nobody may find', 'nobody-may-find', app.key);
    secrets.push(credentials().sds.clientSecret, sds.tenant.token, app.signature());
    await sds.server.stop();
    const files = readdirSync(dataDir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !file.endsWith('credentials.json'));
    for (const file of files) {
      const bytes = readFileSync(file);
      for (const secret of secrets) expect(bytes.includes(secret), file).toBe(false);
    }
    for (const secret of secrets) expect(sds.server.log).not.toContain(secret);
    expect(sds.server.log).toContain('"event":"sds.request"');
  });

  it('a restart finds all of it, and tokens hold on', async () => {
    const { tenant } = sds;
    const before = credentials();
    sds = await startSds({ dataDir, args: ['--seed', 'demo', '--sds-strict'] });
    expect(credentials()).toEqual(before);
    expect(sds.server.ready.sds).toEqual({
      tenant: before.sds.tenant,
      clientId: before.sds.clientId,
    });
    const same = tenant.on(sds.http);
    const clinic = demoApp('demo-clinic');
    const refused = await same.call(clinic, 'GET', '/vaults');
    expect(refused.error.additionalInfo).toEqual({ required: 'strict' });
    expect((await same.call(clinic, 'GET', '/vaults', { strict: true })).status).toBe(200);
    expect(await TestTenant.open(sds.http, before.sds)).toBeInstanceOf(TestTenant);
  });
});

it('--seed takes the word demo, and limits take numbers', async () => {
  for (const args of [
    ['--seed', 'more'],
    ['--sds-rate', '0'],
    ['--max-requests', 'many'],
  ]) {
    expect(await runServer(args)).toMatchObject({ code: 2 });
  }
});
