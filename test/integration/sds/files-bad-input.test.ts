// Whatever is sent as a file: an error with a code, nothing listed that is not there, never a 500.
import { existsSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestApp, TestTenant } from '../../helpers/sds.ts';
import { makeWorkFolder, waitFor } from '../server/harness.ts';
import {
  FILE_PART,
  FORM_TYPE,
  field,
  formText,
  get,
  linkTo,
  listFiles,
  openUpload,
  send,
  sendForm,
  sendRaw,
} from './files-harness.ts';
import { startSds } from './harness.ts';
import type { SdsServer } from './harness.ts';

const work = makeWorkFolder();
const dataDir = join(work.path, 'data');
let sds: SdsServer;
let tenant: TestTenant;
let app: TestApp;

beforeAll(async () => {
  sds = await startSds({ dataDir, args: ['--sds-idle', '2', '--sds-uploads', '2'] });
  tenant = sds.tenant;
  app = await tenant.register('app');
  await tenant.makeVault(app, 'vault');
}, 180_000);

afterAll(async () => {
  expect(sds.server.log).not.toContain('internal-error');
  await sds.server.stop();
  work.remove();
});

/** What lies in the content folder. */
function contentFiles(): string[] {
  const root = join(dataDir, 'sds-files');
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /[0-9a-f]{12}/.test(name),
  );
}

const byName = async (name: string) =>
  (await listFiles(tenant, app, `vault=vault&name=${encodeURIComponent(name)}`))[0];

describe('a form', () => {
  const vault = [field('vault'), 'vault'] as const;
  const file = [FILE_PART, 'content'] as const;

  it.each<[string, string]>([
    ['without a file', formText([vault])],
    ['without anything', formText([])],
    ['that is empty', ''],
    ['that is no form', 'no form at all'],
    ['that ends in the middle of a field', `--x\r\n${field('vault')}\r\n\r\nvau`],
    ['that ends in the middle of the file', formText([vault, file]).slice(0, -12)],
    ['that ends before its last dashes', formText([vault, file]).slice(0, -4)],
    ['with a field after the file', formText([file, vault])],
    ['with a good field after the file', formText([vault, file, [field('name'), 'b']])],
    ['with two files', formText([vault, file, file])],
    ['with a field twice', formText([vault, vault, file])],
    ['with an unknown field', formText([vault, [field('owner'), 'app'], file])],
    ['with a field without name', formText([vault, ['Content-Disposition: form-data', 'x'], file])],
    [
      'with forty fields',
      formText([...Array(40).keys()].map((n) => [field(`f${n}`), 'x'] as const)),
    ],
    ['with an endless field', formText([[field('vault'), 'v'.repeat(100_000)], file])],
    ['with endless headers', formText([[`${FILE_PART}\r\nX: ${'x'.repeat(100_000)}`, 'c']])],
    [
      'with an encoded file',
      formText([vault, [`${FILE_PART}\r\nContent-Transfer-Encoding: base64`, 'YQ==']]),
    ],
    ['with tags that are no JSON', formText([vault, [field('tags'), '{A:1}'], file])],
    ['with tags that are a text', formText([vault, [field('tags'), '"a"'], file])],
    ['with a tag that is a number', formText([vault, [field('tags'), '{"A":1}'], file])],
    ['with the type URL', formText([vault, [field('type'), 'URL'], file])],
  ])('%s is refused', async (_what, body) => {
    const answer = await send(tenant, app, '/files', body, FORM_TYPE);
    expect(answer.status).toBe(400);
    expect(answer.error.code).toMatch(/^21010402\d{4}$/);
  });

  it.each(['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/mixed; boundary=x'])(
    'declared as %j is refused',
    async (type) => {
      const body = formText([vault, file]);
      const answer = await send(tenant, app, '/files', body, { 'Content-Type': type });
      expect(answer.status).toBe(400);
    },
  );

  it('without a vault is refused before the file is read', async () => {
    const answer = await send(tenant, app, '/files', formText([file]), FORM_TYPE);
    expect(answer).toMatchObject({ status: 400, error: { additionalInfo: { field: 'vault' } } });
  });
});

describe('names', () => {
  const bad = [
    '../../etc/passwd',
    '/etc/passwd',
    'C:\\windows\\a.txt',
    '..',
    '.',
    '',
    'a\0b',
    'a\r\nX: y',
  ];

  it.each(bad)('%j is refused as name and in a query', async (name) => {
    const raw = await sendRaw(tenant, app, { vault: 'vault', name }, 'x');
    expect(raw).toMatchObject({ status: 400, error: { additionalInfo: { field: 'name' } } });
    const body = { type: 'URL', url: 'https://x.example', vault: 'vault', name };
    expect((await tenant.call(app, 'POST', '/files', { body })).status).toBe(400);
  });

  it('of a form are refused when they are paths', async () => {
    const answer = await sendForm(tenant, app, { vault: 'vault' }, new Blob(['x']), '../a.txt');
    expect(answer).toMatchObject({ status: 400, error: { additionalInfo: { field: 'name' } } });
  });

  it.each([
    ['a"b;c%41\u202Efdp.exe', 'a_b_c_41_fdp.exe'],
    ['naïve €.txt', 'na_ve _.txt'],
    ['\u{1F512}'.repeat(120), '_'.repeat(120)],
    ['...', '_'],
  ])('%j does no harm in a download', async (name, ascii) => {
    const { data } = await sendRaw(tenant, app, { vault: 'vault', name }, 'x');
    expect(await byName(name)).toMatchObject({ id: data.id, name });
    const { headers } = await get((await linkTo(tenant, app, data.id)).link);
    const disposition = String(headers['content-disposition']);
    expect(disposition.startsWith(`attachment; filename="${ascii}`)).toBe(true);
    expect(disposition).toMatch(/^[\x20-\x7e]+$/);
  });
});

describe('fields', () => {
  const many = (count: number, key = 'k', value = 'v') =>
    Object.fromEntries([...Array(count).keys()].map((n) => [`${key}${n}`, value]));
  const base = { type: 'URL', url: 'https://x.example', vault: 'vault', name: 'x' };

  it.each<[string, object]>([
    ['51 tags', { tags: many(51) }],
    ['thousands of tags', { tags: many(3000) }],
    ['a key of 129 characters', { tags: { ['k'.repeat(129)]: '' } }],
    ['an empty key', { tags: { '': 'v' } }],
    ['a value of 257 characters', { tags: { k: 'v'.repeat(257) } }],
    ['a nested value', { tags: { k: { a: 'b' } } }],
    ['half a surrogate pair', { tags: { k: '\ud800' } }],
    [
      'a list with a key twice',
      {
        tags: [
          { key: 'a', value: '' },
          { key: 'a', value: '' },
        ],
      },
    ],
    ['no URL', { url: undefined }],
    ['a URL of another scheme', { url: 'javascript:alert(1)' }],
    ['a URL that is none', { url: 'x' }],
    ['the type FILE', { type: 'FILE' }],
    ['a callback that is none', { callback: 'x' }],
    ['a callback with a password', { callback: 'https://a:b@x.example' }],
    ['an unknown field', { owner: 'app' }],
    ['a name of 256 characters', { name: 'n'.repeat(256) }],
  ])('%s: refused', async (_what, change) => {
    const answer = await tenant.call(app, 'POST', '/files', { body: { ...base, ...change } });
    expect(answer.status).toBe(400);
  });

  it('at their limits are taken', async () => {
    const tags = many(50, 'k'.repeat(126), 'v'.repeat(256));
    const answer = await tenant.call(app, 'POST', '/files', { body: { ...base, tags } });
    expect(answer.status).toBe(202);
  });

  it.each([
    '/files',
    '/files?vault=vault&limit=-1',
    '/files?vault=vault&limit=201',
    '/files?vault=vault&after=x',
    '/files?vault=vault&tag.=x',
    '/files?vault=vault&tagKey=',
    '/files?vault=vault&colour=red',
    '/files?vault=vault&vault=vault',
    `/files?vault=vault&${[...Array(60).keys()].map((n) => `tag.a${n}=x`).join('&')}`,
    '/files/file:x',
    '/files/x/download',
  ])('%j is refused as a search', async (path) => {
    expect((await tenant.call(app, 'GET', path)).status).toBe(400);
  });

  it.each(['vault=vault', 'vault=vault&name=x&name=y', 'vault=vault&name=x&tag.=y', 'name=x'])(
    '%j is refused beside raw content',
    async (query) => {
      const type = { 'Content-Type': 'text/plain' };
      expect((await send(tenant, app, `/files?${query}`, 'x', type)).status).toBe(400);
    },
  );
});

describe('an upload that breaks off', () => {
  const failed = (name: string) =>
    waitFor(`${name} to fail`, async () => {
      const found = await byName(name);
      return found?.status === 'FAILED' ? found : undefined;
    });

  it('with its client is FAILED, and leaves nothing', async () => {
    const before = contentFiles();
    const upload = openUpload(tenant, app, { vault: 'vault', name: 'gone' });
    upload.request.write(Buffer.alloc(300_000, 1));
    await waitFor('content', async () =>
      contentFiles().length > before.length ? true : undefined,
    );
    expect((await byName('gone'))?.status).toBe('PENDING');
    expect((await byName('gone'))?.size).toBeUndefined();
    upload.request.destroy();
    const { id, error } = await failed('gone');
    expect(error).toContain('broke');
    await waitFor('removal', async () =>
      contentFiles().length === before.length ? true : undefined,
    );
    const answer = await tenant.call(app, 'GET', `/files/${id}/download`);
    expect(answer).toMatchObject({ status: 409, error: { code: '210104010406' } });
  });

  it('while PENDING has no link, and keeps its vault from being disabled', async () => {
    const vaultId = await tenant.makeVault(app, 'busy');
    const upload = openUpload(tenant, app, { vault: 'busy', name: 'slow' });
    upload.request.write('x');
    const id = await waitFor(
      'the file',
      async () => (await listFiles(tenant, app, 'vault=busy'))[0]?.id,
    );
    expect(await tenant.call(app, 'GET', `/files/${id}/download`)).toMatchObject({
      status: 409,
      error: { code: '210104010405' },
    });
    const disable = () =>
      tenant.call(app, 'PUT', `/vaults/${vaultId}`, { body: { enable: false } });
    expect((await disable()).status).toBe(409);
    upload.request.destroy();
    await waitFor('the vault to be disabled', async () =>
      (await disable()).status === 200 ? true : undefined,
    );
  });

  it('by falling silent is told so, and FAILED', async () => {
    const upload = openUpload(tenant, app, { vault: 'vault', name: 'silent' });
    upload.request.write(Buffer.alloc(1000));
    const { status, text } = await upload.answer;
    expect(status).toBe(408);
    expect(text).toContain('210104020506');
    expect((await failed('silent')).error).toContain('too long');
  });

  it('in the middle of a form is FAILED', async () => {
    const head = `--x\r\n${field('vault')}\r\n\r\nvault\r\n--x\r\n${field('name')}\r\n\r\nhalf\r\n--x\r\n${FILE_PART}\r\n\r\nsome`;
    expect((await send(tenant, app, '/files', head, FORM_TYPE)).status).toBe(400);
    expect((await failed('half')).error).toContain('form');
  });

  it('when there are too many is told to come again', async () => {
    const uploads = ['a', 'b'].map((name) => openUpload(tenant, app, { vault: 'vault', name }));
    for (const { request } of uploads) request.write('x');
    await waitFor('two uploads', async () =>
      (await byName('a'))?.status === 'PENDING' && (await byName('b'))?.status === 'PENDING'
        ? true
        : undefined,
    );
    const third = await sendRaw(tenant, app, { vault: 'vault', name: 'c' }, 'x');
    expect(third.status).toBe(503);
    expect(third.headers.get('retry-after')).toBe('1');
    for (const { request } of uploads) request.end();
    expect((await Promise.all(uploads.map(({ answer }) => answer))).map((a) => a.status)).toEqual([
      202, 202,
    ]);
    expect((await sendRaw(tenant, app, { vault: 'vault', name: 'c' }, 'x')).status).toBe(202);
  });
});

describe('content that nobody may send', () => {
  it('is not read: the answer comes while the body is still on its way', async () => {
    const upload = openUpload(tenant, app, { vault: 'nowhere', name: 'x' });
    upload.request.write('x');
    expect((await upload.answer).status).toBe(404);
    upload.request.destroy();
    const before = contentFiles().length;
    const target = '/core/api/v1/sds/files?vault=vault&name=x';
    const { hostname, port } = new URL(sds.http);
    const head = `POST ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n`;
    const socket = connect(Number(port), hostname, () => socket.write(head));
    const answer = await new Promise<string>((done) =>
      socket.once('data', (b) => done(b.toString())),
    );
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
    expect(contentFiles().length).toBe(before);
  });
});
