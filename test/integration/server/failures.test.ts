// Imports that fail as a whole: each file code, by a real upload that deserves it. The last test asks whether
// each was seen.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadMasterKey } from '../../../server/crypto/master-key.ts';
import { Sealer } from '../../../server/crypto/sealer.ts';
import { openStore } from '../../../server/store/index.ts';
import type { Store } from '../../../server/store/index.ts';
import type { ActivityEntry } from '../../../shared/domain/import.ts';
import { FILE_CODES } from '../../../shared/domain/problem.ts';
import { Customer, TestServer, makeWorkFolder, waitFor } from './harness.ts';

const work = makeWorkFolder();
let server: TestServer;
let customer: Customer;
let key: Awaited<ReturnType<TestServer['generateKey']>>;

const dataDir = join(work.path, 'data');
const args = ['--max-opened-bytes', '3000000', '--max-sealed-bytes', '2000000'];
/** File codes that some test of this file brought about. */
const seen = new Set<string>();

beforeAll(async () => {
  server = await TestServer.start({ dataDir, args });
  customer = new Customer(join(work.path, 'customer'));
  await customer.register(server);
  key = await server.generateKey();
});

afterAll(async () => {
  await server.stop();
  customer.remove();
  work.remove();
});

describe('an import that fails as a whole', () => {
  let count = 0;

  /** One small good file, changed by `change` before it is sent. */
  async function failing(
    change: (names: { data: string; manifest: string; to: string }) => string[] | void,
  ) {
    count += 1;
    const names = {
      data: `bad${count}.csv`,
      manifest: `bad${count}.manifest`,
      to: `bad${count}@example.com`,
    };
    customer.prepare(names.data, 'identity,Email\nsecret-id,secret@example.com\n', key, {
      name: names.manifest,
      type: 'profile',
      clientEmail: names.to,
    });
    const commands = change(names) ?? [`put ${names.data}.asc`, `put ${names.manifest}`];
    await customer.sftp(server, commands);
    const record = await server.verdictOn(names.manifest);
    expect(record).toMatchObject({ status: 'failed', rows: 0, accepted: 0 });
    const code = record.problems.find((p) => p.severity === 'error')?.code;
    if (code !== undefined) seen.add(code);
    return { record, to: names.to, code };
  }

  const edit = (name: string, change: (text: string) => string) => {
    const path = join(customer.folder, name);
    writeFileSync(path, change(readFileSync(path, 'latin1')), 'latin1');
  };
  const reseal = (name: string, content: string, options?: string[]) => {
    customer.write(name, content);
    customer.seal(name, key, options);
  };

  it('DATA_FILE_MISSING: the manifest came alone', async () => {
    const { code } = await failing(({ manifest }) => [`put ${manifest}`]);
    expect(code).toBe('DATA_FILE_MISSING');
  });

  it('KEY_NOT_FOUND', async () => {
    const { code } = await failing(({ manifest }) =>
      edit(manifest, (text) => text.replace(key.keyId, 'ec491319-9823-48cd-b6a1-6bb0bc666d75')),
    );
    expect(code).toBe('KEY_NOT_FOUND');
  });

  it('KEY_MISMATCH names both ids', async () => {
    const other = await server.generateKey();
    const { record } = await failing(({ data }) => customer.seal(data, other));
    expect(record.problems[0]).toMatchObject({ code: 'KEY_MISMATCH' });
    const ids = record.problems[0]?.message.match(/[0-9A-F]{16}/g) ?? [];
    expect(ids.length).toBeGreaterThanOrEqual(2);
    expect(ids).toContain(key.fingerprint.slice(-16));
  });

  it('NOT_PGP', async () => {
    const { code } = await failing(({ data }) => customer.write(`${data}.asc`, 'identity\nu1\n'));
    expect(code).toBe('NOT_PGP');
  });

  it.each([
    ['one byte of it was changed', (text: string) => flipArmor(text)],
    ['it was cut short', (text: string) => text.slice(0, Math.floor(text.length * 0.8))],
  ])('DAMAGED: %s', async (_, change) => {
    const { code, record, to } = await failing(({ data }) => edit(`${data}.asc`, change));
    expect(code).toBe('DAMAGED');
    const mails = await server.mailTo(to, 2);
    expect(JSON.stringify([record, mails])).not.toContain('secret');
  });

  it('DAMAGED: no integrity protection', async () => {
    const { code } = await failing(({ data }) =>
      customer.seal(data, key, ['--rfc2440', '--disable-mdc']),
    );
    expect(['DAMAGED', 'NOT_PGP']).toContain(code);
  });

  it('FORMAT_UNKNOWN', async () => {
    const { code } = await failing(({ data, manifest }) => {
      edit(manifest, (text) => text.replace('.csv.asc', '.conf.asc'));
      return [`put ${data}.asc ${data.replace('.csv', '.conf')}.asc`, `put ${manifest}`];
    });
    expect(code).toBe('FORMAT_UNKNOWN');
  });

  it('COLUMN_MISSING names the column', async () => {
    const { record } = await failing(({ manifest }) =>
      edit(manifest, (text) => text.replace(/\}\s*$/, ',"columns":{"Gone":{}}}')),
    );
    expect(record.problems).toContainEqual(
      expect.objectContaining({ code: 'COLUMN_MISSING', column: 'Gone' }),
    );
  });

  it('HEADER_MISSING', async () => {
    const { code } = await failing(({ data }) => reseal(data, ''));
    expect(code).toBe('HEADER_MISSING');
  });

  it('TOO_LARGE: the sealed file', async () => {
    const { code } = await failing(({ data }) =>
      customer.write(`${data}.asc`, Buffer.alloc(2_000_000)),
    );
    expect(code).toBe('TOO_LARGE');
  });

  it('TOO_LARGE: what comes out of it', async () => {
    const { code } = await failing(({ data }) =>
      reseal(data, `identity\n${`${'a'.repeat(999)}\n`.repeat(3200)}`, ['--compress-algo', 'zlib']),
    );
    expect(code).toBe('TOO_LARGE');
  });

  it('broken quoting late in the file leaves no row behind', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => `late${i}`).join('\n');
    const { code } = await failing(({ data }) => reseal(data, `identity\n${rows}\nx"y\n`));
    expect(code).toBe('DAMAGED');
    const response = await server.request(
      'GET',
      `/accounts/${server.ready.account}/profiles/late1`,
    );
    expect(response.status).toBe(404);
  });

  it('MANIFEST_INVALID: tells line and column, to the address that could be read', async () => {
    const { record, to } = await failing(({ manifest }) =>
      edit(manifest, (text) => text.replace('"profile"', '"profiles"')),
    );
    expect(record.problems[0]).toMatchObject({ code: 'MANIFEST_INVALID', line: 4 });
    const [mail] = await server.mailTo(to, 1);
    expect(mail?.text).toContain('line 4, column 11');
  });

  it('MANIFEST_INVALID: unreadable, told to the account', async () => {
    const { code } = await failing(({ manifest }) =>
      edit(manifest, () => '{"fileName": // what\n'),
    );
    expect(code).toBe('MANIFEST_INVALID');
    await server.mailTo('practice@sealift.example', 1);
  });

  it('MANIFEST_NAME_USED and DUPLICATE_MANIFEST: the same name again', async () => {
    const send = (names: { data: string; manifest: string }) => [
      `put ${names.data}.asc`,
      `put ${names.manifest}`,
    ];
    const { record } = await failing((names) => {
      edit(names.manifest, (text) => text.replace('"profile"', '"what"'));
      return [...send(names), ...send(names)];
    });
    const { manifest } = record;
    edit(manifest, (text) => `${text} `);
    await customer.sftp(server, [`put ${manifest}`]);
    const codes = await waitFor('the second import', async () => {
      const { items } = await server.imports();
      const own = items.filter((item) => item.manifest === manifest && item.finishedAt);
      return own.length === 2 ? own[0]!.problems.map((problem) => problem.code) : undefined;
    });
    expect(codes).toContain('MANIFEST_NAME_USED');
    seen.add('MANIFEST_NAME_USED');
    const { items } = await server.call<{ items: ActivityEntry[] }>('GET', 'activity');
    const duplicate = items.find(({ kind }) => kind === 'duplicate');
    expect(duplicate?.message).toContain(`${manifest} came again`);
    seen.add(/\((\w+)\)/.exec(duplicate?.message ?? '')?.[1] ?? '');
  });

  /** Changes what the server keeps while it is down: a fault that no upload can bring about. */
  async function spoil(change: (store: Store, sealer: Sealer) => Promise<unknown>) {
    await server.stop();
    const file = `${dataDir}.master-key`;
    const sealer = new Sealer(
      await loadMasterKey({ file: undefined, value: undefined, fallbackFile: file }),
    );
    const folder = { path: dataDir, receiver: 'test' };
    const store = await openStore(folder, undefined, sealer, { safeMoves: false });
    await change(store, sealer);
    await store.database.close();
    server = await TestServer.start({ dataDir, args });
  }

  it('PASSPHRASE_INVALID: the kept passphrase does not open the kept key', async () => {
    await spoil((store, sealer) =>
      store.database.query('UPDATE pgp_keys SET sealed_passphrase = $1 WHERE key_id = $2', [
        sealer.seal('pgp-passphrase', key.keyId, 'another one'),
        key.keyId,
      ]),
    );
    expect((await failing(() => undefined)).code).toBe('PASSPHRASE_INVALID');
  });

  it('INTERNAL: the server itself fails, and says no more', async () => {
    await spoil((store, sealer) =>
      store.database.query('UPDATE pgp_keys SET sealed_passphrase = $1 WHERE key_id = $2', [
        sealer.seal('pgp-passphrase', 'moved', key.passphrase),
        key.keyId,
      ]),
    );
    const { code, record } = await failing(() => undefined);
    expect(code).toBe('INTERNAL');
    expect(record.problems[0]?.message).toMatch(/^Something went wrong on the platform\./);
  });

  it('a plain file is refused where only encrypted ones are taken', async () => {
    const { code } = await failing(({ data, manifest }) => {
      edit(manifest, () =>
        JSON.stringify({ fileName: data, type: 'profile', clientEmail: 'plain@example.com' }),
      );
      return [`put ${data}`, `put ${manifest}`];
    });
    expect(code).toBe('MANIFEST_INVALID');
  });
});

it('leaves no file code without an import that gets it', () => {
  expect([...seen].sort()).toEqual([...FILE_CODES].sort());
});

/** Changes one letter in the middle of an armored message and drops the checksum, so that armor itself stays sound. */
function flipArmor(text: string): string {
  const lines = text.split('\n').filter((line) => !/^=[A-Za-z0-9+/]{4}$/.test(line));
  const last = lines.findLastIndex((line) => /^[A-Za-z0-9+/]{10,}/.test(line));
  lines[last] = (lines[last]!.startsWith('A') ? 'B' : 'A') + lines[last]!.slice(1);
  return lines.join('\n');
}
