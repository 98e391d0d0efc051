/** The console client against addresses and answers that are not those of a Sealift console. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ConsoleClient } from '../../../main/console/client.ts';
import { AppError, errorNext, errorText } from '../../../shared/errors/index.ts';
import { freePort } from '../../helpers/sshd.ts';

const TOKEN = 'token-that-stays-here';
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that answers everything in one way; tells the requests it got. */
async function answering(
  answer: (request: http.IncomingMessage, response: http.ServerResponse) => void,
) {
  const requests: http.IncomingMessage[] = [];
  const server = http.createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, requests, client: new ConsoleClient({ url, adminToken: TOKEN }) };
}

async function failureOf(work: Promise<unknown>): Promise<AppError> {
  const failure: unknown = await work.catch((error: unknown) => error);
  if (!(failure instanceof AppError)) throw new Error(`not an AppError: ${String(failure)}`);
  expect(`${errorText(failure)} ${errorNext(failure)}`).not.toMatch(/\{\w+\}/);
  expect(JSON.stringify(failure.toView())).not.toContain(TOKEN);
  return failure;
}

describe('an address', () => {
  it.each([
    'https://console.example.com',
    'https://console.example.com/base/',
    'http://127.0.0.1:4000',
    'http://127.9.9.9',
    'http://localhost:4000/',
    'http://[::1]:4000',
  ])('%s is taken', (url) => {
    expect(() => new ConsoleClient({ url, adminToken: TOKEN })).not.toThrow();
  });

  it.each([
    ['CONSOLE_INSECURE', 'http://console.example.com'],
    ['CONSOLE_INSECURE', 'http://127.0.0.1.example.com'],
    ['CONSOLE_INSECURE', 'http://localhost.example.com'],
    ['CONSOLE_INSECURE', 'http://10.0.0.1'],
    ['CONSOLE_INSECURE', 'http://[::ffff:10.0.0.1]'],
    ['CONSOLE_URL_INVALID', 'console.example.com'],
    ['CONSOLE_URL_INVALID', 'ftp://127.0.0.1'],
    ['CONSOLE_URL_INVALID', 'https://me:secret@console.example.com'],
    ['CONSOLE_URL_INVALID', ''],
  ])('%s: %s', (code, url) => {
    expect(() => new ConsoleClient({ url, adminToken: TOKEN })).toThrow(code);
  });
});

describe('a call', () => {
  it('encodes what it puts in the path and keeps the base path', async () => {
    const { url, requests } = await answering((_request, response) => response.end('{}'));
    const client = new ConsoleClient({ url: `${url}/base/`, adminToken: TOKEN });
    await client.profile('a/b', 'käufer?x=1#y');
    expect(requests[0]?.url).toBe('/base/v1/accounts/a%2Fb/profiles/k%C3%A4ufer%3Fx%3D1%23y');
    expect(requests[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect((await failureOf(client.profile('..', 'x'))).code).toBe('CONSOLE_NOT_FOUND');
    expect(requests).toHaveLength(1);
  });

  it('takes its token nowhere else', async () => {
    const other = await answering((_request, response) => response.end('{"items":[]}'));
    const { client } = await answering((_request, response) => {
      response.writeHead(307, { location: `${other.url}/v1/mail` }).end();
    });
    expect((await failureOf(client.mails())).code).toBe('CONSOLE_UNREACHABLE');
    expect(other.requests).toEqual([]);
  });

  it.each([
    [401, 'CONSOLE_UNAUTHORIZED'],
    [403, 'CONSOLE_UNAUTHORIZED'],
    [404, 'CONSOLE_NOT_FOUND'],
    [409, 'CONSOLE_CONFLICT'],
    [400, 'CONSOLE_REJECTED'],
    [422, 'CONSOLE_REJECTED'],
    [500, 'CONSOLE_FAILED'],
    [503, 'CONSOLE_FAILED'],
  ])('maps status %d to %s, with the words of the server', async (status, code) => {
    const body = JSON.stringify({ error: { code: 'X', message: 'No\u001b[1m\r\nmore keys.' } });
    const { client } = await answering((_request, response) => {
      response.writeHead(status).end(body);
    });
    const failure = await failureOf(client.addSshKey('a', { name: 'n', publicKey: 'k' }));
    expect(failure).toMatchObject({ code, params: { reason: 'No [1m more keys' } });
  });

  it.each([
    ['text', 'hello'],
    ['another shape', '{"things": []}'],
    ['a wrong item', '{"items": [{"id": 1}]}'],
    ['an endless list', '{"items": [], "next": "1"}'],
  ])('does not believe %s', async (_what, body) => {
    const { client } = await answering((_request, response) => response.end(body));
    expect((await failureOf(client.mails())).code).toBe('CONSOLE_BAD_ANSWER');
  });

  it('does not swallow an endless answer', async () => {
    const { client } = await answering((_request, response) => {
      const chunk = Buffer.alloc(1024 * 1024, ' ');
      const more = () => response.write(chunk, (error) => error ?? setImmediate(more));
      more();
    });
    expect((await failureOf(client.failedRows('a', 'b'))).code).toBe('CONSOLE_BAD_ANSWER');
  });

  it('names what cannot be reached', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const client = new ConsoleClient({ url, adminToken: TOKEN });
    expect(await failureOf(client.mails())).toMatchObject({
      code: 'CONSOLE_UNREACHABLE',
      params: { reason: 'ECONNREFUSED' },
    });
  });

  it('can be cancelled while the server thinks', async () => {
    const cancel = new AbortController();
    const { client } = await answering(() => cancel.abort());
    const failure = await failureOf(client.mails(undefined, { signal: cancel.signal }));
    expect(failure.code).toBe('CANCELLED');
  });
});
