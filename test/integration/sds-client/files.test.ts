// Files of vaults over real HTTP: streamed up and down, decrypted on the way, and nothing left by what fails.
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { open, readFile, readdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/index.ts';
import { downloadFile, fetchUrlFile, hostOf } from '../../../main/sds/download.ts';
import type { AppSession } from '../../../main/sds/sds.ts';
import { uploadFile } from '../../../main/sds/upload.ts';
import { TestServer } from '../server/harness.ts';
import { SdsBench, accessOfServer, noHooks } from './harness.ts';

const MIB = 1024 * 1024;
const vault = 'contracts';
const bench = new SdsBench();
let server: TestServer;
let owner: AppSession;
let reader: AppSession;

beforeAll(async () => {
  server = await TestServer.start();
  const tenantId = await bench.login(server.ready.http, accessOfServer(server));
  owner = (await bench.app(tenantId, 'Owner')).session;
  reader = (await bench.app(tenantId, 'Reader')).session;
  await owner.client.makeVault(vault, { permissions: [{ app: 'Reader', permission: '010' }] });
}, 120_000);
afterAll(async () => {
  await server.stop();
  await bench.dispose();
});

const parts = async (): Promise<string[]> =>
  (await readdir(bench.dir)).filter((name) => name.endsWith('.part'));

async function failure(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (error instanceof AppError) return error.code;
  throw new Error(`no AppError, but ${String(error)}`);
}

it('50 MB go up and come back the same, decrypted here and by the server', async () => {
  const path = bench.path('large.bin');
  const hash = createHash('sha256');
  const file = await open(path, 'w');
  for (let written = 0; written < 50; written++) {
    const chunk = randomBytes(MIB);
    hash.update(chunk);
    await file.write(chunk);
  }
  await file.close();
  const sha256 = hash.digest('hex');
  const seen: number[] = [];
  const hooks = { ...noHooks, onProgress: (done: number) => seen.push(done) };
  const tags = [
    { key: 'CONSIGNEE', value: 'ADDRESS & more=ä' },
    { key: 'EMPTY', value: '' },
  ];
  const facts = { vault, name: 'grün "a".bin', description: 'two\nlines', tags };
  const sent = await uploadFile(owner, path, facts, hooks);
  expect(sent.sha256).toBe(sha256);
  expect(seen.at(-1)).toBe(50 * MIB);
  expect(await owner.client.file(sent.fileId!)).toMatchObject({
    ...facts,
    status: 'COMPLETED',
    type: 'FILE',
    sizeBytes: 50 * MIB,
  });
  for (const [session, badge] of [
    [owner, 'decrypted-here'],
    [reader, 'decrypted-by-server'],
  ] as const) {
    const target = bench.path(`${badge}.bin`);
    expect(await downloadFile(session, sent.fileId!, target, noHooks)).toEqual({ sha256, badge });
    const saved = createHash('sha256').update(await readFile(target));
    expect(saved.digest('hex')).toBe(sha256);
  }
  expect(await parts()).toEqual([]);
}, 240_000);

describe('small files', () => {
  const upload = async (
    name: string,
    content: Buffer,
    tags: { key: string; value: string }[] = [],
  ) => {
    const path = bench.path('small');
    await writeFile(path, content);
    return (await uploadFile(owner, path, { vault, name, tags }, noHooks)).fileId!;
  };

  it('of every length around a block come back, the empty one too', async () => {
    for (const length of [0, 1, 15, 16, 17]) {
      const content = randomBytes(length);
      const id = await upload(`f${length}`, content);
      await downloadFile(owner, id, bench.path('back'), noHooks);
      expect(await readFile(bench.path('back'))).toEqual(content);
    }
  });

  it('come under a new link where the first is over, and not at all where the second is, too', async () => {
    const id = await upload('renewed', randomBytes(100_000));
    const over = (link: string) => link.replace(/.(?=.{3}$)/, (last) => (last === 'A' ? 'B' : 'A'));
    let asked = 0;
    const withLinksOver = (count: number): AppSession => {
      asked = 0;
      const { service } = owner.client;
      const download = async (...input: Parameters<AppSession['client']['download']>) => {
        const found = await owner.client.download(...input);
        asked += 1;
        return asked > count ? found : { ...found, link: over(found.link) };
      };
      return { ...owner, client: { service, download } as unknown as AppSession['client'] };
    };
    const target = bench.path('renewed');
    const { sha256 } = await downloadFile(withLinksOver(1), id, target, noHooks);
    expect(asked).toBe(2);
    const saved = createHash('sha256').update(await readFile(target));
    expect(saved.digest('hex')).toBe(sha256);
    const again = downloadFile(withLinksOver(9), id, bench.path('never'), noHooks);
    expect(await failure(again)).toBe('SDS_LINK_REFUSED');
    expect(asked).toBe(2);
    expect((await readdir(bench.dir)).filter((name) => name.startsWith('never'))).toEqual([]);
  });

  it('are found by name, by tags and by keys of tags, page by page', async () => {
    const tags = [
      { key: 'K', value: 'v' },
      { key: 'L', value: '' },
    ];
    const ids = [
      await upload('one', Buffer.from('1'), tags),
      await upload('two', Buffer.from('2'), tags),
    ];
    const find = async (query: object) =>
      (await owner.client.files({ vault, ...query })).items.map(({ id }) => id);
    expect(await find({ name: 'one' })).toEqual([ids[0]]);
    expect(await find({ tags: [{ key: 'K', value: 'v' }, { key: 'L' }] })).toEqual(ids);
    expect(await find({ tags: [{ key: 'K', value: 'V' }] })).toEqual([]);
    const first = await owner.client.files({ vault, tags: [{ key: 'L', value: '' }], limit: 1 });
    expect(first.items.map(({ id }) => id)).toEqual([ids[0]]);
    expect(await find({ tags: [{ key: 'L', value: '' }], after: first.next })).toEqual([ids[1]]);
  });

  it('are deleted, and then not there', async () => {
    const id = await upload('gone', Buffer.from('x'));
    await owner.client.removeFile(id);
    expect(await failure(downloadFile(owner, id, bench.path('gone'), noHooks))).toBe(
      'SDS_NOT_FOUND',
    );
    expect(await parts()).toEqual([]);
  });

  it('are refused before a byte is sent to who may not write, and cancelled on the way', async () => {
    const path = bench.path('large.bin');
    const facts = { vault, name: 'x', tags: [] };
    expect(await failure(uploadFile(reader, path, facts, noHooks))).toBe('SDS_FORBIDDEN');
    const abort = new AbortController();
    const hooks = { signal: abort.signal, onProgress: () => abort.abort() };
    expect(await failure(uploadFile(owner, path, facts, hooks))).toBe('CANCELLED');
    const id = await upload('back', randomBytes(MIB));
    const again = new AbortController();
    const stop = { signal: again.signal, onProgress: () => again.abort() };
    expect(await failure(downloadFile(owner, id, bench.path('cut'), stop))).toBe('CANCELLED');
    expect((await readdir(bench.dir)).filter((name) => name.startsWith('cut'))).toEqual([]);
  });
});

describe('URL files', () => {
  const site = createServer((request, response) => {
    if (request.url === '/moved') {
      response.writeHead(302, { location: `http://localhost:${port()}/a.txt` }).end();
      return;
    }
    headers.push(request.headers);
    if (request.url === '/a.txt') response.end('from afar');
    else response.writeHead(404).end();
  });
  const headers: NodeJS.Dict<string | string[]>[] = [];
  const port = (): number => (site.address() as AddressInfo).port;
  beforeAll(() => new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => site.close(resolve)));

  it('are fetched from hosts that were agreed to, without a header of SDS', async () => {
    const url = `http://127.0.0.1:${port()}/a.txt`;
    const id = await owner.client.addUrl({ vault, name: 'a.txt', tags: [] }, url);
    const found = await owner.client.download(id);
    expect(found).toEqual({ type: 'URL', link: url });
    expect(await failure(downloadFile(owner, id, bench.path('url'), noHooks))).toBe(
      'SDS_NOT_A_FILE',
    );
    const host = hostOf(url);
    await fetchUrlFile(url, [host], bench.path('url'), noHooks);
    expect(await readFile(bench.path('url'), 'utf8')).toBe('from afar');
    expect(Object.keys(headers.at(-1)!).filter((name) => /^x-|auth|cookie/.test(name))).toEqual([]);
    const moved = `http://127.0.0.1:${port()}/moved`;
    const fetchMoved = (hosts: string[]) => fetchUrlFile(moved, hosts, bench.path('url2'), noHooks);
    expect(await failure(fetchMoved([host]))).toBe('SDS_URL_OTHER_HOST');
    expect(await failure(fetchUrlFile(`${url}x`, [host], bench.path('url2'), noHooks))).toBe(
      'SDS_URL_FAILED',
    );
    expect((await readdir(bench.dir)).filter((name) => name.startsWith('url2'))).toEqual([]);
  });

  it('are not fetched over what anyone can read', () => {
    for (const url of [
      'http://files.example.com/a',
      'ftp://h/a',
      'file:///etc/passwd',
      'https://u:p@h/a',
      'x',
    ]) {
      expect(() => hostOf(url)).toThrow('SDS_URL_NOT_SECURE');
    }
    expect(hostOf('https://files.example.com:8443/a')).toBe('files.example.com:8443');
  });
});
