// What can go wrong with a call has a text and a next step of its own, and the same session goes on afterwards.
import { constants, createCipheriv, generateKeyPairSync, publicEncrypt } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppError, ErrorCode } from '../../../shared/errors/index.ts';
import { errorNext, errorText } from '../../../shared/errors/index.ts';
import { readRecords } from '../../../main/sds/records.ts';
import type { AppSession } from '../../../main/sds/sds.ts';
import { storedForm } from '../../../main/sds/values.ts';
import { TestServer } from '../server/harness.ts';
import { SdsBench, accessOfServer, failure } from './harness.ts';
import { Middleman } from './middleman.ts';

let server: TestServer;
let middleman: Middleman;
const bench = new SdsBench();
let tenantId = '';
let session: AppSession;
let readerKey: KeyObject;
let recordId = '';
const VAULT = 'refusals';

beforeAll(async () => {
  server = await TestServer.start();
  middleman = await Middleman.start(server.ready.http);
  tenantId = await bench.login(middleman.url, accessOfServer(server));
  const made = await bench.app(tenantId, 'Reader');
  session = made.session;
  readerKey = await bench.sds.apps.privateKey((await bench.sds.apps.get(made.app.id)).current);
  await session.client.makeVault(VAULT, { uniqueData: true });
  recordId = await session.client.create({ vault: VAULT, data: storedForm('text', 'here') });
}, 120_000);
afterAll(async () => {
  middleman.stop();
  await server.stop();
  await bench.dispose();
});

const isCall = (url: string): boolean => !url.includes('/aaa/');

/** Every call of SDS is answered so, in the server's place. */
async function answered(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<AppError> {
  middleman.rule = ({ url }) => (isCall(url) ? { status, body, headers } : 'pass');
  return failure(session.client.read([recordId]));
}

/** An error as SDS gives it. */
const refusal = (unique: string, status: number) => ({
  error: { code: `21010201${unique}`, description: 'no', additionalInfo: {}, status },
});

/** The error of one record that comes as this envelope. */
async function envelope(data: string): Promise<AppError> {
  const answer = { data: { id: recordId, vault: VAULT, data, meta: null, encrypted: true } };
  middleman.rule = ({ url }) => (url.includes('/data/') ? { status: 200, body: answer } : 'pass');
  const [read] = await readRecords(session, VAULT, [recordId]);
  if (!read?.error) throw new Error('it was read');
  return read.error;
}

/** As SDS seals a value, under an AES key of any length. */
function sealed(text: string, key: KeyObject, secret = Buffer.alloc(16, 7)): string {
  const aes = Buffer.alloc(16, secret);
  const cipher = createCipheriv('aes-128-cbc', aes, Buffer.alloc(16));
  const content = Buffer.concat([
    cipher.update(Buffer.from(text).toString('base64')),
    cipher.final(),
  ]);
  const wrapped = publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, secret);
  return `${wrapped.toString('base64')}.${content.toString('base64')}`;
}

/** Each ends with an error; the next one begins with the way to the server open again. */
const CASES: readonly (readonly [string, ErrorCode, () => Promise<AppError>])[] = [
  [
    'server down',
    'SDS_UNREACHABLE',
    () => {
      middleman.rule = () => 'cut';
      return failure(session.client.read([recordId]));
    },
  ],
  [
    'token expired, and a new one too',
    'SDS_TOKEN_REFUSED',
    () => answered(401, refusal('0102', 401)),
  ],
  ['403', 'SDS_FORBIDDEN', () => answered(403, {})],
  ['404', 'SDS_NOT_FOUND', () => failure(session.client.read([recordId.replace(/.{4}$/, '0000')]))],
  [
    '404 of an app that is to be permitted something',
    'SDS_APP_NOT_REGISTERED',
    () =>
      failure(
        session.client.makeVault('for-nobody', {
          permissions: [{ app: 'nobody-here', permission: '010' }],
        }),
      ),
  ],
  [
    '409: the value is there',
    'SDS_DATA_NOT_UNIQUE',
    () => failure(session.client.create({ vault: VAULT, data: storedForm('text', 'here') })),
  ],
  ['409 of another kind', 'SDS_CONFLICT', () => answered(409, {})],
  [
    '413',
    'SDS_TOO_LARGE',
    () =>
      failure(
        session.client.create({ vault: VAULT, data: Buffer.alloc(400_000).toString('base64') }),
      ),
  ],
  ['429', 'SDS_TOO_MANY', () => answered(429, {}, { 'retry-after': '90' })],
  [
    'wrong key',
    'SDS_NOT_DECRYPTED',
    () => envelope(sealed('here', generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey)),
  ],
];

describe('what can go wrong', () => {
  it.each(CASES)('%s: %s, and the next call works', async (_, code, fail) => {
    const error = await fail();
    middleman.rule = () => 'pass';
    expect(error.code).toBe(code);
    expect(errorText(error)).toMatch(/^[A-Z].*\.$/);
    expect(errorNext(error)).toMatch(/^[A-Z].*\.$/);
    const [read] = await readRecords(session, VAULT, [recordId]);
    expect(Buffer.from(read!.value!).toString()).toBe('here');
  });

  it('has a text and a next step of its own each', async () => {
    const told: string[][] = [];
    for (const [, , fail] of CASES) {
      const error = await fail();
      middleman.rule = () => 'pass';
      told.push([errorText(error), errorNext(error)]);
    }
    expect(new Set(told.map(([text]) => text)).size).toBe(CASES.length);
    expect(new Set(told.map(([, next]) => next)).size).toBe(CASES.length);
  });

  it('says one thing of a wrong key, a damaged envelope and a secret of another length', async () => {
    const right = sealed('here', readerKey);
    const wrapped = right.split('.')[0]!;
    const damaged = [
      right.replace(/\..{8}/, '.AAAAAAAA'),
      `${wrapped}.${sealed('here', readerKey).split('.')[1]!.slice(0, 20)}`,
      `${wrapped}!.AAAA`,
      wrapped,
      '',
      ...[15, 17, 24, 32].map((bytes) => sealed('here', readerKey, Buffer.alloc(bytes, 7))),
    ];
    const wrong = await CASES.at(-1)![2]();
    for (const one of damaged) {
      const error = await envelope(one);
      expect([error.code, errorText(error)]).toEqual([wrong.code, errorText(wrong)]);
    }
    middleman.rule = () => 'pass';
  });
});

describe('a strict signature', () => {
  const strictOf = async (work: () => Promise<unknown>): Promise<boolean[]> => {
    const before = middleman.seen.length;
    await work();
    return middleman.seen
      .slice(before)
      .filter(({ url }) => isCall(url))
      .map(({ strict }) => strict);
  };

  it('is made once a vault asked for it, and from then on for every call of this app', async () => {
    const { session: strict } = await bench.app(tenantId, 'Strict');
    const { session: other } = await bench.app(tenantId, 'Other');
    await strict.client.makeVault('strict-vault', { isStrict: true });
    await strict.client.makeVault('plain-vault', {});
    const read = (name: string) => strictOf(() => strict.client.page(name, { limit: 1 }));
    expect(await read('plain-vault')).toEqual([false]);
    expect(await read('strict-vault')).toEqual([false, true]);
    expect(await read('strict-vault')).toEqual([true]);
    expect(await read('plain-vault')).toEqual([true]);
    expect(await strictOf(() => other.client.vaults())).toEqual([false]);
  });

  it('is made at once from the second call on where the service takes no other', async () => {
    const always = await TestServer.start({ args: ['--sds-strict'] });
    const between = await Middleman.start(always.ready.http);
    const there = new SdsBench();
    try {
      const id = await there.login(between.url, accessOfServer(always));
      const { session: one } = await there.app(id, 'Always');
      between.seen.length = 0;
      for (let call = 0; call < 3; call += 1) await one.client.vaults();
      const calls = between.seen.filter(({ url }) => isCall(url));
      expect(calls.map(({ strict }) => strict)).toEqual([false, true, true, true]);
    } finally {
      between.stop();
      await always.stop();
      await there.dispose();
    }
  }, 120_000);
});
