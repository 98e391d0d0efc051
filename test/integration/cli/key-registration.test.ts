/** `sealift keys register | receive | set-id | hand-over` against the bundled server and GnuPG. */
import { readFile, stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleClient } from '../../../main/console/client.ts';
import type { KeySet } from '../../../shared/domain/key-set.ts';
import { startSealiftServer } from '../../helpers/sealift-server.ts';
import type { SealiftServer } from '../../helpers/sealift-server.ts';
import { Bench, buildCli, GpgKeys, onTerminal } from './harness.ts';
import type { JsonFailure } from './harness.ts';

const PASSPHRASE = 'correct horse battery staple';
const KEY_ID = 'ec491319-9823-48cd-b6a1-6bb0bc666d75';

interface Told {
  readonly ok: true;
  readonly keySet: KeySet;
}

let server: SealiftServer;
let client: ConsoleClient;
let bench: Bench;
let gpg: GpgKeys;
let fingerprint = '';
const secured = { env: { SEALIFT_MASTER_PASSWORD_FILE: '' } };
beforeAll(async () => {
  buildCli();
  server = await startSealiftServer();
  client = new ConsoleClient({ url: server.ready.http, adminToken: server.adminToken });
  bench = new Bench();
  gpg = await GpgKeys.make(bench);
  await bench.file('pass.txt', `${PASSPHRASE}\n`);
  secured.env.SEALIFT_MASTER_PASSWORD_FILE = await bench.file('master.txt', 'a master password\n');
  const identity = ['--name', 'Data', '--email', 'd@example.com', '--type', 'curve25519'];
  const args = ['keys', 'make', ...identity, '--passphrase-file', 'pass.txt'];
  fingerprint = (await bench.json<Told>(args, secured)).result.keySet.fingerprint;
});
afterAll(async () => {
  gpg.stop();
  await bench.dispose();
  await server.stop();
});

function access(account = server.ready.account, tokenFile = server.ready.credentialsFile) {
  return ['--console', server.ready.http, '--account', account, '--token-file', tokenFile];
}

const newAccount = async () => (await client.addAccount('me@example.com')).id;

describe('keys register', () => {
  it('asks for a confirmation, and shares nothing without it', async () => {
    const account = await newAccount();
    const args = ['keys', 'register', fingerprint, ...access(account)];
    const { code, result } = await bench.json<JsonFailure>(args, secured);
    expect(code).toBe(1);
    expect(result.error.code).toBe('CONFIRMATION_NEEDED');
    const masterFile = ['--master-password-file', 'master.txt'];
    const declined = await onTerminal(bench, [...args, ...masterFile], [['Type share', 'no\r']]);
    expect(declined.code).toBe(1);
    expect(await client.listPgpKeys(account)).toEqual([]);

    const agreed = await onTerminal(bench, [...args, ...masterFile], [['Type share', 'share\r']]);
    expect(agreed.code).toBe(0);
    expect(agreed.screen).toContain('the private encryption key');
    const [registered] = await client.listPgpKeys(account);
    expect(registered?.fingerprint).toBe(fingerprint);
    expect(agreed.screen).toContain(registered?.keyId);
  });

  it('is left by Ctrl-C with 130', async () => {
    const args = ['keys', 'register', fingerprint, ...access()];
    const { code } = await onTerminal(bench, args, [['Type share', '\u0003']]);
    expect(code).toBe(130);
  });

  it('notes the Key ID with --yes, and takes a file that holds the token alone', async () => {
    const account = await newAccount();
    const token = await bench.file('token.txt', `${server.adminToken}\n`);
    const args = ['keys', 'register', fingerprint, ...access(account, token), '--yes'];
    const { code, stderr, result } = await bench.json<Told>(args, secured);
    expect(code).toBe(0);
    expect(stderr).toContain('127.0.0.1');
    const [registered] = await client.listPgpKeys(account);
    expect(result.keySet.registrations).toContainEqual({
      keyId: registered?.keyId,
      platform: `${new URL(server.ready.http).host} / ${account}`,
      registeredAt: expect.any(String),
    });
  });

  it('refuses a token file without token, and names a wrong token as such', async () => {
    await bench.file('empty.json', '{"other": 1}');
    await bench.file('wrong.txt', 'wrong');
    const tell = async (file: string) => {
      const args = ['keys', 'register', fingerprint, ...access(undefined, file), '--yes'];
      return (await bench.json<JsonFailure>(args, secured)).result.error.code;
    };
    expect(await tell('empty.json')).toBe('TOKEN_FILE_UNUSABLE');
    expect(await tell('wrong.txt')).toBe('CONSOLE_UNAUTHORIZED');
  });
});

describe('keys receive', () => {
  const request = ['--name', 'Received', '--email', 'r@example.com'];

  it('keeps pair, passphrase and Key ID, so that the key opens what is sealed to it', async () => {
    const args = ['keys', 'receive', ...access(), ...request];
    const { code, stderr, result } = await bench.json<Told>(args, secured);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { keySet } = result;
    expect(keySet).toMatchObject({ hasPrivateKey: true, hasPassphrase: true });
    const registered = await client.listPgpKeys(server.ready.account);
    expect(keySet.registrations.map(({ keyId }) => keyId)).toEqual(
      registered.filter((one) => one.fingerprint === keySet.fingerprint).map(({ keyId }) => keyId),
    );
    await bench.file('note.csv', 'identity\nu1\n');
    expect((await bench.run(['seal', 'note.csv', '--to', keySet.fingerprint])).code).toBe(0);
    const open = ['open', 'note.csv.asc', '--key', keySet.fingerprint, '-o', '-'];
    expect((await bench.run(open, secured)).stdout).toBe('identity\nu1\n');
  });

  it('takes no place on the server when the secrets cannot be kept here', async () => {
    const account = await newAccount();
    const args = ['keys', 'receive', ...access(account), ...request];
    const { code, result } = await bench.json<JsonFailure>(args, {
      env: { SEALIFT_HOME: bench.path('without-keychain') },
    });
    expect(code).toBe(1);
    expect(result.error.code).toBe('KEYCHAIN_UNAVAILABLE');
    expect(await client.listPgpKeys(account)).toEqual([]);
  });
});

describe('keys set-id', () => {
  it('notes a Key ID in any case, without a secret of the profile', async () => {
    const args = ['keys', 'set-id', fingerprint, KEY_ID.toUpperCase()];
    const { code, result } = await bench.json<Told>(args);
    expect(code).toBe(0);
    expect(result.keySet.registrations.at(-1)).toMatchObject({ keyId: KEY_ID });
    expect((await bench.run(['keys', 'list'])).stdout).toContain(KEY_ID);
  });

  it('refuses what is no UUID, and a key set that is not here', async () => {
    expect((await bench.run(['keys', 'set-id', fingerprint, 'seven'])).code).toBe(2);
    const args = ['keys', 'set-id', 'A'.repeat(40), KEY_ID];
    const { code, result } = await bench.json<JsonFailure>(args);
    expect(code).toBe(1);
    expect(result.error.code).toBe('KEY_NOT_STORED');
  });
});

describe('keys hand-over', () => {
  /** How each secret part is protected; `gnu-dummy` is one that is not there. */
  const secretParts = (file: string) =>
    gpg
      .gpg(['--list-packets', bench.path(file)])
      .toString()
      .match(/(?<=^\s)[\w+-]+(?= S2K)/gm);

  it('writes the encryption subkey alone, both keys protected, and no passphrase', async () => {
    const args = ['keys', 'hand-over', fingerprint, '-o', 'bundle', '--yes'];
    expect((await bench.run(args, secured)).code).toBe(0);
    expect(bench.list('bundle')).toEqual(['README.txt', 'private.asc', 'public.asc']);
    expect((await stat(bench.path('bundle'))).mode & 0o777).toBe(0o700);
    expect((await stat(bench.path('bundle/private.asc'))).mode & 0o777).toBe(0o600);
    expect(secretParts('bundle/private.asc')).toEqual(['gnu-dummy', 'iter+salt']);
    const texts = await Promise.all(
      bench.list('bundle').map((name) => readFile(bench.path(`bundle/${name}`), 'utf8')),
    );
    expect(texts.join('')).not.toContain(PASSPHRASE);
    expect(texts[0]).toContain(`sealift keys set-id ${fingerprint}`);

    // What the platform does with it.
    await bench.file('data.csv', 'identity\nu1\n');
    await bench.run(['seal', 'data.csv', '--to', 'bundle/public.asc']);
    const open = ['open', 'data.csv.asc', '--key', 'bundle/private.asc'];
    const opened = await bench.run([...open, '--passphrase-file', 'pass.txt', '-o', '-']);
    expect(opened.stdout).toBe('identity\nu1\n');
  });

  it('holds the primary with --with-primary', async () => {
    const args = ['keys', 'hand-over', fingerprint, '-o', 'whole', '--yes', '--with-primary'];
    const { code, stderr } = await bench.run(args, secured);
    expect(code).toBe(0);
    expect(stderr).toContain('the whole private key');
    expect(secretParts('whole/private.asc')).toEqual(['iter+salt', 'iter+salt']);
  });

  it('leaves a folder that is there as it is, and makes none without a confirmation', async () => {
    const existing = ['keys', 'hand-over', fingerprint, '-o', 'bundle', '--yes'];
    const before = await bench.read('bundle/private.asc');
    expect((await bench.json<JsonFailure>(existing, secured)).result.error.code).toBe(
      'FILE_EXISTS',
    );
    expect(await bench.read('bundle/private.asc')).toBe(before);
    const unconfirmed = ['keys', 'hand-over', fingerprint, '-o', 'never'];
    expect((await bench.run(unconfirmed, secured)).code).toBe(1);
    expect(bench.list()).not.toContain('never');
  });
});
