// The order of things around an import: what came first, what came twice, in which form, and who hears of it.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredProfile } from '../../../server/store/rows.ts';
import type { ActivityEntry } from '../../../shared/domain/import.ts';
import { SEED_SAMPLE } from '../../unit/manifest/seed-sample.ts';
import { Customer, TestServer, makeWorkFolder, waitFor } from './harness.ts';

const work = makeWorkFolder();
let server: TestServer;
let customer: Customer;
let key: Awaited<ReturnType<TestServer['generateKey']>>;

async function start(args: readonly string[]) {
  server = await TestServer.start({ args });
  customer = new Customer(join(work.path, `customer${Math.random()}`));
  await customer.register(server);
  key = await server.generateKey();
}

async function stop() {
  await server.stop();
  customer.remove();
}

afterAll(() => work.remove());

function prepare(name: string, csv: string): void {
  customer.prepare(`${name}.csv`, csv, key, {
    name: `${name}.manifest`,
    type: 'profile',
    clientEmail: `${name}@example.com`,
  });
}

const codesOf = async (manifest: string) =>
  (await server.verdictOn(manifest)).problems.map(({ code }) => code);
const activity = async () =>
  (await server.call<{ items: ActivityEntry[] }>('GET', 'activity')).items;

describe('the platform as it is', () => {
  beforeAll(() => start([]));
  afterAll(stop);

  it('fails a manifest that comes before its data, and takes the data by a new manifest', async () => {
    prepare('early', 'identity,Name\nearly,Ann\n');
    await customer.sftp(server, ['put early.manifest', 'put early.csv.asc']);
    expect(await codesOf('early.manifest')).toEqual(['DATA_FILE_MISSING']);
    await customer.sftp(server, ['put early.manifest early-2.manifest']);
    expect(await server.verdictOn('early-2.manifest')).toMatchObject({ status: 'imported' });
  });

  it('lets a data file without a manifest lie', async () => {
    prepare('alone', 'identity,Name\nalone,Ann\n');
    await customer.sftp(server, ['put alone.csv.asc']);
    expect(await customer.sftp(server, ['ls'])).toContain('alone.csv.asc');
    const manifests = (await server.imports()).items.map(({ fileName }) => fileName);
    expect(manifests).not.toContain('alone.csv.asc');
  });

  it('gives a data file to the first of two manifests', async () => {
    prepare('twice', 'identity,Name\ntwice,Ann\n');
    await customer.sftp(server, [
      'put twice.csv.asc',
      'put twice.manifest',
      'put twice.manifest twice-2.manifest',
    ]);
    expect(await server.verdictOn('twice.manifest')).toMatchObject({ status: 'imported' });
    expect(await codesOf('twice-2.manifest')).toEqual(['DATA_FILE_MISSING']);
    expect(await server.call('GET', 'stats')).toMatchObject({ profiles: 2 });
  });

  it('reads a manifest in YAML', async () => {
    prepare('yaml', 'who,n\nyaml,7\n');
    const columns = 'columns:\n  who: { ctName: identity }\n  n:\n    dataType: Integer\n';
    customer.write(
      'yaml.manifest',
      `# by hand\nfileName: yaml.csv.asc\ntype: Profile\nclientEmail: yaml@example.com\nkeyId: ${key.keyId}\n${columns}`,
    );
    await customer.sftp(server, ['put yaml.csv.asc', 'put yaml.manifest']);
    expect(await server.verdictOn('yaml.manifest')).toMatchObject({ status: 'imported' });
    expect(await server.call('GET', 'profiles/yaml')).toMatchObject({ properties: { n: 7 } });
  });

  it('says where the guide’s own sample is no JSON', async () => {
    customer.write('sample.manifest', SEED_SAMPLE);
    await customer.sftp(server, ['put sample.manifest']);
    const record = await server.verdictOn('sample.manifest');
    expect(record.problems[0]).toMatchObject({ code: 'MANIFEST_INVALID', line: 13 });
    const [mail] = await server.mailTo('practice@sealift.example', 1);
    expect(mail?.text).toContain('line 13, column 50');
  });

  it('applies profile operations in the order of the rows', async () => {
    const operations = [
      'ops,red,$add',
      'ops,blue,$add',
      'ops,red,$remove',
      'ops,green,$add',
      'other,x,$set',
      'other,x,$delete',
    ];
    prepare('ops', `identity,colour,colour.operation\n${operations.join('\n')}\n`);
    await customer.sftp(server, ['put ops.csv.asc', 'put ops.manifest']);
    expect(await server.verdictOn('ops.manifest')).toMatchObject({ status: 'imported' });
    const colours = async (who: string) =>
      (await server.call<StoredProfile>('GET', `profiles/${who}`)).properties['colour'];
    expect(await colours('ops')).toEqual(['blue', 'green']);
    expect(await colours('other')).toBeUndefined();
  });

  it('checks ts in profiles as it does in events', async () => {
    prepare('ts', 'identity,ts\nts-1,1760000000\nts-2,1760000000000\n');
    await customer.sftp(server, ['put ts.csv.asc', 'put ts.manifest']);
    expect(await server.verdictOn('ts.manifest')).toMatchObject({ accepted: 1, rejected: 1 });
    expect(await codesOf('ts.manifest')).toEqual(['525']);
  });

  it('keeps all of it in the account’s activity, without a value of a cell', async () => {
    prepare('told', 'identity,Email\ntold-secret,secret@\n');
    await customer.sftp(server, ['put told.csv.asc', 'put told.manifest', 'put told.manifest']);
    const { id } = await server.verdictOn('told.manifest');
    await server.mailTo('told@example.com', 3);
    const entries = await waitFor('its mails in the activity', async () => {
      const own = (await activity()).filter((entry) => entry.importId === id);
      return own.filter(({ kind }) => kind === 'mail').length === 3 ? own : undefined;
    });
    expect(entries.map(({ kind }) => kind).toReversed()).toEqual(
      expect.arrayContaining(['picked-up', 'mail', 'mail', 'verdict', 'mail']),
    );
    const verdict = entries.find(({ kind }) => kind === 'verdict');
    expect(verdict).toMatchObject({ problem: true });
    expect(verdict?.message).toBe('told.manifest failed (1 of 1 row refused).');
    const all = await activity();
    expect(all.find(({ kind }) => kind === 'duplicate')?.message).toContain('told.manifest');
    expect(all.find(({ kind }) => kind === 'account')?.message).toMatch(/key/);
    expect(JSON.stringify(all)).not.toMatch(/told-secret|secret@/);
    const page = await server.call<{ items: ActivityEntry[]; next: string }>(
      'GET',
      'activity?limit=2',
    );
    const rest = await server.call<{ items: ActivityEntry[] }>(
      'GET',
      `activity?after=${page.next}`,
    );
    expect([...page.items, ...rest.items]).toEqual(await activity());
  });
});

describe('with --silent-manifest-errors and --plain-failed-rows', () => {
  beforeAll(() => start(['--silent-manifest-errors', '--plain-failed-rows']));
  afterAll(stop);

  it('answers a broken manifest with silence', async () => {
    customer.write('broken.manifest', SEED_SAMPLE);
    await customer.sftp(server, ['put broken.manifest']);
    expect(await codesOf('broken.manifest')).toContain('MANIFEST_INVALID');
    prepare('after', 'identity,Name\nafter,Ann\n');
    await customer.sftp(server, ['put after.csv.asc', 'put after.manifest']);
    // Mail leaves in the order of the imports: once this came, the other would have come.
    await server.mailTo('after@example.com', 3);
    const { items } = await server.call<{ items: { to: string }[] }>('GET', '/mail');
    expect(new Set(items.map(({ to }) => to))).toEqual(new Set(['after@example.com']));
  });

  it('mails the refused rows as they are', async () => {
    prepare('plain', 'identity,Email\nplain,not-a-mail\n');
    await customer.sftp(server, ['put plain.csv.asc', 'put plain.manifest']);
    const mails = await server.mailTo('plain@example.com', 3);
    const [attachment] = mails.at(-1)?.attachments ?? [];
    expect(attachment?.fileName).toBe('failed-rows.csv');
    expect(Buffer.from(attachment?.contentBase64 ?? '', 'base64').toString()).toContain(
      'plain,not-a-mail,515 Email',
    );
    expect(mails.at(-1)?.text).toContain('column "Email"');
    expect(mails.map(({ text }) => text).join()).not.toContain('not-a-mail');
  });
});
