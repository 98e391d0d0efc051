// Files of SDS over HTTP: the three ways in, what is told of them, the search, the way out.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestApp, TestTenant } from '../../helpers/sds.ts';
import {
  get,
  linkTo,
  listFiles,
  openUpload,
  send,
  sendForm,
  sendRaw,
  sha256,
} from './files-harness.ts';
import type { Download, FileInfo } from './files-harness.ts';
import { startSds } from './harness.ts';
import type { SdsServer } from './harness.ts';

let sds: SdsServer;
let tenant: TestTenant;
/** Owner of `vault`, with 101; reads encrypted. */
let owner: TestApp;
/** 110: writes, reads as stored. */
let plain: TestApp;
/** 100. */
let writer: TestApp;
/** 000. */
let none: TestApp;
let vaultId: string;

const permissions = () => [
  { app: 'plain', permission: '110' },
  { app: 'writer', permission: '100' },
];

beforeAll(async () => {
  sds = await startSds();
  tenant = sds.tenant;
  owner = await tenant.register('owner');
  plain = await tenant.register('plain');
  writer = await tenant.register('writer');
  none = await tenant.register('none');
  vaultId = await tenant.makeVault(owner, 'vault', { permissions: permissions() });
}, 180_000);

afterAll(async () => {
  expect(sds.server.log).not.toContain('internal-error');
  expect(sds.server.log).not.toContain('not-readable');
  await sds.server.stop();
});

async function info(id: string, app = plain): Promise<FileInfo> {
  return (await tenant.must<FileInfo>(app, 'GET', `/files/${id}`)).data;
}

describe('an upload', () => {
  const bytes = randomBytes(100_001);

  it('as a form has its fields first, tags as JSON text, and the file last', async () => {
    const answer = await sendForm(
      tenant,
      writer,
      { vault: 'vault', description: 'ä text', tags: '{"CONSIGNEE":"ADDRESS","EMPTY":null}' },
      new Blob([bytes]),
      'häßlich.pdf',
    );
    expect(answer).toMatchObject({ status: 202, data: { status: 'PENDING' } });
    const { id } = answer.data;
    expect(id).toMatch(/^file:[0-9a-f-]{36}$/);
    expect(await info(id)).toMatchObject({
      id,
      vault: 'vault',
      type: 'FILE',
      status: 'COMPLETED',
      name: 'häßlich.pdf',
      description: 'ä text',
      tags: { CONSIGNEE: 'ADDRESS', EMPTY: '' },
      size: bytes.length,
    });
    const { link, encrypted } = await linkTo(tenant, plain, id);
    expect(encrypted).toBe(false);
    expect(sha256((await get(link)).body)).toBe(sha256(bytes));
  });

  it('as raw content has its fields in the query', async () => {
    const fields = { vault: 'vault', name: 'raw & co', 'tag.A=B': '=&', 'tag.__proto__': '' };
    const answer = await sendRaw(tenant, writer, fields, bytes);
    expect(answer.status).toBe(202);
    const found = await info(answer.data.id);
    expect(found).toMatchObject({ name: 'raw & co', status: 'COMPLETED' });
    expect(Object.entries(found.tags)).toEqual([
      ['A=B', '=&'],
      ['__proto__', ''],
    ]);
    expect((await get((await linkTo(tenant, plain, answer.data.id)).link)).body.equals(bytes)).toBe(
      true,
    );
  });

  it('as a URL is stored as it is, never fetched', async () => {
    const body = {
      type: 'URL',
      url: 'https://files.example/a?b=c',
      name: 'a.pdf',
      vault: 'vault',
      tags: { K: 'V' },
    };
    const { data } = await tenant.must<{ id: string; status: string }>(writer, 'POST', '/files', {
      body,
    });
    expect(data.status).toBe('PENDING');
    const found = await info(data.id);
    expect(found).toMatchObject({ type: 'URL', status: 'COMPLETED', tags: { K: 'V' } });
    expect(JSON.stringify(found)).not.toContain('files.example');
    for (const app of [plain, owner]) {
      expect(await linkTo(tenant, app, data.id)).toEqual({ type: 'URL', link: body.url });
    }
  });

  it('of raw content is signed without its bytes in strict mode', async () => {
    const path = '/files?vault=vault&name=strict';
    const type = { 'Content-Type': 'text/csv' };
    expect(await send(tenant, writer, path, 'a,b', type, true)).toMatchObject({ status: 202 });
  });

  it.each([0, 1, 65_535, 65_536, 65_537, 131_072])('of %i bytes comes back', async (size) => {
    const content = randomBytes(size);
    const fields = { vault: 'vault', name: `${size}.bin` };
    for (const answer of [
      await sendRaw(tenant, writer, fields, content),
      await sendForm(tenant, writer, fields, new Blob([content]), 'x'),
    ]) {
      expect(answer.status).toBe(202);
      const { link } = await linkTo(tenant, plain, answer.data.id);
      const fetched = await get(link);
      expect(fetched.headers['content-length']).toBe(String(size));
      expect(fetched.body.equals(content)).toBe(true);
    }
  });

  it('needs the write bit, and a vault of the tenant', async () => {
    const reader = await tenant.register('reader');
    await tenant.must(owner, 'PUT', `/vaults/${vaultId}`, {
      body: { permissions: [...permissions(), { app: 'reader', permission: '010' }] },
    });
    const fields = { vault: 'vault', name: 'x' };
    for (const app of [reader, none]) {
      expect(await sendRaw(tenant, app, fields, 'x')).toMatchObject({ status: 403 });
      const form = await sendForm(tenant, app, fields, new Blob(['x']), 'x');
      expect(form).toMatchObject({ status: 403, error: { code: '210104020201' } });
    }
    const other = await sds.makeTenant();
    const stranger = await other.register('plain');
    expect(await sendRaw(other, stranger, fields, 'x')).toMatchObject({ status: 404 });
    expect(await sendRaw(tenant, writer, { ...fields, vault: 'nowhere' }, 'x')).toMatchObject({
      status: 404,
    });
  });
});

describe('the search', () => {
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    await tenant.makeVault(owner, 'search', { permissions: permissions() });
    const files = {
      a: { COLOUR: 'red', SIZE: 'L' },
      b: { COLOUR: 'red', SIZE: '' },
      c: { COLOUR: 'Red' },
      d: { colour: 'red' },
      e: {},
    };
    for (const [name, tags] of Object.entries(files)) {
      const fields = { vault: 'search', name, tags: JSON.stringify(tags) };
      ids[name] = (await sendForm(tenant, writer, fields, new Blob([name]), 'x')).data.id;
    }
    await tenant.must(writer, 'POST', '/files', {
      body: {
        type: 'URL',
        url: 'https://x.example',
        name: 'f',
        vault: 'search',
        tags: { SIZE: null },
      },
    });
  });

  it.each([
    ['', 'a b c d e f'],
    ['tag.COLOUR=red', 'a b'],
    ['tag.COLOUR=Red', 'c'],
    ['tag.colour=red', 'd'],
    ['tag.COLOUR=red&tag.SIZE=L', 'a'],
    ['tag.SIZE=', 'b f'],
    ['tagKey=SIZE', 'a b f'],
    ['tagKey=SIZE&tagKey=COLOUR', 'a b'],
    ['tagKey=COLOUR&tag.SIZE=', 'b'],
    ['tag.COLOUR=red&tag.COLOUR=Red', ''],
    ['tag.COLOUR=re', ''],
    ['tag.COLOUR=red%20', ''],
    ['tag.NONE=', ''],
    ['tagKey=NONE', ''],
    ['name=a', 'a'],
    ['name=A', ''],
    ['name=a&tag.COLOUR=red', 'a'],
    ['name=c&tag.COLOUR=red', ''],
    ["tag.COLOUR=red'%20OR%20'1'='1", ''],
    ['tag.__proto__=x', ''],
  ])('%j finds %j', async (query, expected) => {
    for (const app of [plain, owner]) {
      const found = await listFiles(tenant, app, `vault=search&${query}`);
      expect(found.map(({ name }) => name).join(' ')).toBe(expected);
    }
  });

  it('tells what is known of a file, never content, link or URL', async () => {
    const found = await listFiles(tenant, plain, 'vault=search');
    for (const item of found) {
      expect(Object.keys(item).sort().join()).toMatch(
        /^createdAt,id,name,(size,)?status,tags,type,updatedAt,vault$/,
      );
    }
  });

  it('goes page by page', async () => {
    const seen: string[] = [];
    let after = '';
    for (;;) {
      const path = `/files?vault=search&tagKey=SIZE&limit=1${after}`;
      const { data } = await tenant.must<{ items: FileInfo[]; next?: string }>(plain, 'GET', path);
      seen.push(...data.items.map(({ name }) => name));
      if (data.next === undefined) break;
      after = `&after=${data.next}`;
    }
    expect(seen).toEqual(['a', 'b', 'f']);
  });

  it('needs a read bit and a vault', async () => {
    expect((await tenant.call(writer, 'GET', '/files?vault=search')).status).toBe(403);
    expect((await tenant.call(none, 'GET', '/files?vault=search')).status).toBe(403);
    expect((await tenant.call(plain, 'GET', '/files?vault=nowhere')).status).toBe(404);
    expect((await tenant.call(writer, 'GET', `/files/${ids.a}`)).status).toBe(403);
    expect((await tenant.call(writer, 'GET', `/files/${ids.a}/download`)).status).toBe(403);
    const other = await sds.makeTenant();
    const stranger = await other.register('plain');
    for (const path of [`/files/${ids.a}`, `/files/${ids.a}/download`]) {
      const foreign = await other.call(stranger, 'GET', path);
      const missing = await other.call(
        stranger,
        'GET',
        path.replace(ids.a!, 'file:0190a3e2-7c54-7b1a-9a35-0c6f8e3d2b10'),
      );
      expect(foreign.status).toBe(404);
      expect(foreign.error).toEqual(missing.error);
    }
  });
});

describe('a deletion', () => {
  it('takes row, tags, content and links, and frees the vault to be disabled', async () => {
    const id = await tenant.makeVault(owner, 'deletions', { permissions: permissions() });
    const upload = { vault: 'deletions', name: 'gone.bin', 'tag.K': 'V' };
    const file = (await sendRaw(tenant, writer, upload, randomBytes(70_000))).data.id;
    const { link } = await linkTo(tenant, plain, file);
    const before = contentFiles().length;
    const path = `/files/${file}`;
    const disable = { body: { enable: false } };
    expect((await tenant.call(owner, 'PUT', `/vaults/${id}`, disable)).status).toBe(409);

    expect((await tenant.call(none, 'DELETE', path)).status).toBe(403);
    const other = await sds.makeTenant();
    const stranger = await other.register('writer');
    expect((await other.call(stranger, 'DELETE', path)).status).toBe(404);
    expect((await tenant.must(writer, 'DELETE', path)).data).toEqual({ id: file });

    expect((await tenant.call(writer, 'DELETE', path)).status).toBe(404);
    expect((await tenant.call(plain, 'GET', path)).status).toBe(404);
    expect((await get(link)).status).toBe(403);
    expect(await listFiles(tenant, plain, 'vault=deletions&tag.K=V')).toEqual([]);
    expect(contentFiles().length).toBe(before - 1);
    expect((await tenant.call(owner, 'PUT', `/vaults/${id}`, disable)).status).toBe(200);
  });

  it('waits for an upload to end', async () => {
    const upload = openUpload(tenant, writer, { vault: 'vault', name: 'slow.bin' });
    upload.request.write(randomBytes(1000));
    await expect
      .poll(() => listFiles(tenant, plain, 'vault=vault&name=slow.bin'))
      .toMatchObject([{ status: 'PENDING' }]);
    const [pending] = await listFiles(tenant, plain, 'vault=vault&name=slow.bin');
    expect((await tenant.call(writer, 'DELETE', `/files/${pending!.id}`)).status).toBe(409);
    upload.request.end();
    expect((await upload.answer).status).toBe(202);
    expect((await tenant.call(writer, 'DELETE', `/files/${pending!.id}`)).status).toBe(200);
  });

  function contentFiles(): string[] {
    const all = readdirSync(join(dirname(sds.server.ready.credentialsFile), 'sds-files'), {
      recursive: true,
      encoding: 'utf8',
    });
    return all.filter((name) => /[0-9a-f-]{36}/.test(name));
  }
});

describe('a download', () => {
  const content = randomBytes(200_000);
  let id: string;

  beforeAll(async () => {
    id = (await sendRaw(tenant, writer, { vault: 'vault', name: 'big.bin' }, content)).data.id;
  });

  it('needs no header, and is neither shown nor kept by a browser', async () => {
    const { link, expiresAt } = await linkTo(tenant, plain, id);
    const seconds = (Date.parse(expiresAt) - Date.now()) / 1000;
    expect(seconds).toBeGreaterThan(800);
    expect(seconds).toBeLessThan(901);
    const { status, headers, body } = await get(link);
    expect(status).toBe(200);
    expect(body.equals(content)).toBe(true);
    expect(headers).toMatchObject({
      'accept-ranges': 'bytes',
      'cache-control': 'no-store',
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="big.bin"; filename*=UTF-8''big.bin`,
      'x-content-type-options': 'nosniff',
    });
    const head = await get(link, {}, 'HEAD');
    expect(head.status).toBe(200);
    expect(head.body.length).toBe(0);
    expect(head.headers['content-length']).toBe(String(content.length));
    expect(head.headers.etag).toBe(headers.etag);
  });

  it('takes expiresIn within its bounds', async () => {
    const { data } = await tenant.must<Download>(
      plain,
      'GET',
      `/files/${id}/download?expiresIn=60`,
    );
    expect((Date.parse(data.expiresAt) - Date.now()) / 1000).toBeLessThan(61);
    for (const bad of ['59', '604801', '-1', '1e3x', '']) {
      const { status } = await tenant.call(plain, 'GET', `/files/${id}/download?expiresIn=${bad}`);
      expect(status, bad).toBe(400);
    }
  });

  /** Ranges of `whole`, asked for at `link`. */
  async function expectRanges(link: string, whole: Buffer) {
    const size = whole.length;
    const cases: [string, number, number][] = [
      ['bytes=0-0', 0, 1],
      ['bytes=0-', 0, size],
      [`bytes=${size - 1}-`, size - 1, size],
      ['bytes=65535-65536', 65_535, 65_537],
      ['bytes=65536-131071', 65_536, 131_072],
      ['bytes=100000-999999999', 100_000, size],
      ['bytes=-1', size - 1, size],
      ['bytes=-70000', size - 70_000, size],
      [`bytes=-${size + 5}`, 0, size],
    ];
    for (const [range, start, end] of cases) {
      const { status, headers, body } = await get(link, { Range: range });
      expect(status, range).toBe(206);
      expect(headers['content-range']).toBe(`bytes ${start}-${end - 1}/${size}`);
      expect(body.equals(whole.subarray(start, end)), range).toBe(true);
    }
    for (const range of [`bytes=${size}-`, 'bytes=-0', 'bytes=9999999999-']) {
      const { status, headers } = await get(link, { Range: range });
      expect(status, range).toBe(416);
      expect(headers['content-range']).toBe(`bytes */${size}`);
    }
    for (const range of ['bytes=5-1', 'bytes=-', 'bytes=a-b', 'lines=0-1', 'bytes=0-1,5-6']) {
      expect((await get(link, { Range: range })).status, range).toBe(200);
    }
  }

  it('gives ranges of content as stored', async () => {
    await expectRanges((await linkTo(tenant, plain, id)).link, content);
  });

  it('gives a range only of the content that If-Range names', async () => {
    const { link } = await linkTo(tenant, plain, id);
    const etag = String((await get(link, {}, 'HEAD')).headers.etag);
    const range = { Range: 'bytes=0-9' };
    expect((await get(link, { ...range, 'If-Range': etag })).status).toBe(206);
    expect((await get(link, { ...range, 'If-Range': '"other"' })).status).toBe(200);
  });

  it('for who reads encrypted is opened by OpenSSL, and the same in all ranges', async () => {
    const first = await linkTo(tenant, owner, id);
    const second = await linkTo(tenant, owner, id);
    expect(first.encrypted).toBe(true);
    const { body: sealed, headers } = await get(first.link);
    const other = await get(second.link);
    expect(sealed.length).toBe(200_016 - (200_016 % 16));
    expect(sealed.equals(other.body)).toBe(false);
    expect(headers.etag).not.toBe(other.headers.etag);
    expect(openWithOpenssl(owner, first.secret!, sealed).equals(content)).toBe(true);
    expect(openWithOpenssl(owner, second.secret!, other.body).equals(content)).toBe(true);
    await expectRanges(first.link, sealed);
  });

  it.each([0, 15, 16, 65_536])('of %i encrypted bytes is opened by OpenSSL', async (size) => {
    const bytes = randomBytes(size);
    const sent = await sendRaw(tenant, writer, { vault: 'vault', name: 'x' }, bytes);
    const { link, secret } = await linkTo(tenant, owner, sent.data.id);
    expect(openWithOpenssl(owner, secret!, (await get(link)).body).equals(bytes)).toBe(true);
  });

  it('is refused under a link that was altered or made up', async () => {
    const { link } = await linkTo(tenant, plain, id);
    const [base = '', token = ''] = link.split('token=');
    const [payload = '', mac = ''] = token.split('.');
    const forged = Buffer.from(
      Buffer.from(payload, 'base64url').toString().replace('decrypted', 'encrypted'),
    ).toString('base64url');
    const flipped = `${mac.slice(0, 5)}${mac[5] === 'A' ? 'B' : 'A'}${mac.slice(6)}`;
    for (const bad of [
      `${forged}.${mac}`,
      `${payload}.${flipped}`,
      payload,
      `${payload}.`,
      `.${mac}`,
      `${token}.x`,
      'x'.repeat(5000),
      '',
    ]) {
      const { status, body } = await get(`${base}token=${bad}`);
      expect(status, bad).toBe(403);
      expect(body.toString()).toContain('210104010203');
    }
    const elsewhere = link.replace(
      /file:[0-9a-f-]{36}/,
      'file:0190a3e2-7c54-7b1a-9a35-0c6f8e3d2b10',
    );
    expect((await get(elsewhere)).status).toBe(403);
    expect((await get(base.replace('?', ''))).status).toBe(400);
  });

  it('is refused once the app may no longer read in that way', async () => {
    const { link } = await linkTo(tenant, plain, id);
    const put = (permission: string) =>
      tenant.must(owner, 'PUT', `/vaults/${vaultId}`, {
        body: { permissions: [{ app: 'plain', permission }] },
      });
    for (const permission of ['100', '000', '101']) {
      await put(permission);
      expect((await get(link)).status, permission).toBe(403);
    }
    await put('010');
    expect((await get(link)).status).toBe(200);
    await tenant.must(owner, 'PUT', `/vaults/${vaultId}`, { body: { permissions: permissions() } });
  });
});

describe('a vault', () => {
  it('with a file in it cannot be disabled', async () => {
    const id = await tenant.makeVault(owner, 'full');
    await sendRaw(tenant, owner, { vault: 'full', name: 'x' }, 'x');
    const body = { enable: false };
    expect(await tenant.call(owner, 'PUT', `/vaults/${id}`, { body })).toMatchObject({
      status: 409,
      error: { code: '210102030403' },
    });
  });

  it('that is disabled takes no file', async () => {
    await tenant.makeVault(owner, 'off', { enable: false });
    const answer = await sendRaw(tenant, owner, { vault: 'off', name: 'x' }, 'x');
    expect(answer).toMatchObject({ status: 403, error: { code: '210104020202' } });
    expect((await tenant.call(owner, 'GET', '/files?vault=off')).status).toBe(403);
  });
});

/** Unwraps the key and opens the content with nothing but OpenSSL's command line. */
function openWithOpenssl(app: TestApp, secret: string, sealed: Buffer): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-openssl-'));
  try {
    const keyFile = join(folder, 'key.pem');
    writeFileSync(keyFile, app.privateKey.export({ format: 'pem', type: 'pkcs8' }), {
      mode: 0o600,
    });
    const unwrap = ['pkeyutl', '-decrypt', '-inkey', keyFile, '-pkeyopt', 'rsa_padding_mode:pkcs1'];
    const key = execFileSync('openssl', unwrap, { input: Buffer.from(secret, 'base64') });
    expect(key.length).toBe(16);
    const open = ['enc', '-d', '-aes-128-cbc', '-K', key.toString('hex'), '-iv', '0'.repeat(32)];
    return execFileSync('openssl', open, { input: sealed, maxBuffer: 2 ** 30 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
