/** `sealift keys` as a process: with a master password, and on a machine without a keychain. */
import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeySet } from '../../../shared/domain/key-set.ts';
import { Keyring } from '../keys/keyring.ts';
import { Bench, buildCli, GpgKeys } from './harness.ts';
import type { JsonFailure } from './harness.ts';

const PASSPHRASE = 'correct horse battery staple';
const MASTER_PASSWORD = 'a master password';

interface Made {
  readonly ok: true;
  readonly keySet: KeySet;
  readonly kept: boolean;
}
interface Listed {
  readonly keySets: KeySet[];
}

const make = ['keys', 'make', '--name', 'Data', '--email', 'd@example.com', '--type', 'curve25519'];

let bench: Bench;
let gpg: GpgKeys;
beforeAll(async () => {
  buildCli();
  bench = new Bench();
  gpg = await GpgKeys.make(bench);
  await bench.file('pass.txt', `${PASSPHRASE}\n`);
  await bench.file('master.txt', `${MASTER_PASSWORD}\n`);
});
afterAll(async () => {
  gpg.stop();
  await bench.dispose();
});

describe('without a keychain', () => {
  const empty = { env: { SEALIFT_HOME: '' } };
  beforeAll(() => {
    empty.env.SEALIFT_HOME = bench.path('no-keychain');
  });

  it('lists nothing, and that is fine', async () => {
    const { code, result } = await bench.json<Listed>(['keys', 'list'], empty);
    expect(code).toBe(0);
    expect(result).toEqual({ ok: true, keySets: [], damaged: [] });
  });

  it('refuses to make a key that it could not keep, before anything is written', async () => {
    const args = [...make, '--passphrase-file', 'pass.txt', '--export-public', 'unkept.asc'];
    const { code, result } = await bench.json<JsonFailure>(args, empty);
    expect(code).toBe(1);
    expect(result.error.code).toBe('KEYCHAIN_UNAVAILABLE');
    expect(result.error.next).toContain('--export-private');
    expect(bench.list()).not.toContain('unkept.asc');
    expect(bench.list('no-keychain')).toEqual([]);
  });

  it('makes a key into files alone, and says so', async () => {
    const files = ['--export-public', 'alone.public.asc', '--export-private', 'alone.private.asc'];
    const args = [...make, '--passphrase-file', 'pass.txt', ...files];
    const { code, stderr, result } = await bench.json<Made>(args, empty);
    expect(code).toBe(0);
    expect(result.kept).toBe(false);
    expect(stderr).toMatch(/NOT kept/);
    expect(bench.list('no-keychain')).toEqual([]);
    expect((await stat(bench.path('alone.private.asc'))).mode & 0o777).toBe(0o600);
    const shown = gpg.gpg(['--show-keys', '--with-colons', bench.path('alone.private.asc')]);
    expect(shown.toString()).toContain(`:${result.keySet.fingerprint}:`);
  });

  it('imports, lists and exports public keys', async () => {
    const imported = await bench.json<Listed>(['keys', 'import', 'alone.public.asc'], empty);
    expect(imported.code).toBe(0);
    const [keySet] = imported.result.keySets;
    expect(keySet).toMatchObject({ hasPrivateKey: false, use: 'ready' });
    const { stdout } = await bench.run(['keys', 'export', keySet?.fingerprint ?? ''], empty);
    expect(stdout).toMatch(/^-----BEGIN PGP PUBLIC KEY BLOCK-----/);
  });
});

describe('a key set that cannot be made', () => {
  const fresh = { env: { SEALIFT_HOME: '' } };
  beforeAll(() => {
    fresh.env.SEALIFT_HOME = bench.path('fresh-profile');
  });
  const master = ['--master-password-file', 'master.txt'];

  it('leaves neither key nor export when one export cannot be written', async () => {
    const exports = ['--export-public', 'first.asc', '--export-revocation', 'missing/second.asc'];
    const args = [...make, ...master, '--passphrase-file', 'pass.txt', ...exports];
    const { code, result } = await bench.json<JsonFailure>(args, fresh);
    expect([code, result.error.code]).toEqual([1, 'FILE_NOT_WRITABLE']);
    expect(bench.list().filter((name) => name.startsWith('first.asc'))).toEqual([]);
    expect((await bench.json<Listed>(['keys', 'list'], fresh)).result.keySets).toEqual([]);
  });

  it('does not settle the master password', async () => {
    const { result } = await bench.json<JsonFailure>([...make, ...master], fresh);
    expect(result.error.code).toBe('PASSPHRASE_NOT_GIVEN');
    expect(bench.list('fresh-profile')).toEqual([]);
  });

  it('is not exported to stdout', async () => {
    const args = [...make, '--passphrase-file', 'pass.txt', '--export-private', '-'];
    const { code, result } = await bench.json<JsonFailure>(args, fresh);
    expect([code, result.error.code]).toEqual([2, 'USAGE']);
    expect(bench.list()).not.toContain('-');
  });
});

describe('with a master password', () => {
  const secured = { env: { SEALIFT_MASTER_PASSWORD_FILE: '' } };
  let fingerprint = '';
  beforeAll(() => {
    secured.env.SEALIFT_MASTER_PASSWORD_FILE = bench.path('master.txt');
  });

  it('makes a key set and keeps it', async () => {
    const args = [...make, '--expires', '90d', '--passphrase-file', 'pass.txt'];
    const { code, stderr, result } = await bench.json<Made>(args, secured);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(result).toMatchObject({ kept: true, keySet: { hasPrivateKey: true } });
    expect(result.keySet.expiresAt).toBeDefined();
    fingerprint = result.keySet.fingerprint;
    const { stdout } = await bench.run(['keys', 'list']);
    expect(stdout).toContain(fingerprint);
  });

  it('exports the private key and the revocation certificate', async () => {
    const args = ['keys', 'export', fingerprint.toLowerCase(), '--private', '-o', 'kept.asc'];
    expect((await bench.run(args, secured)).code).toBe(0);
    expect((await stat(bench.path('kept.asc'))).mode & 0o777).toBe(0o600);
    const revocation = await bench.run(['keys', 'export', fingerprint, '--revocation'], secured);
    expect(revocation.stdout).toMatch(/^-----BEGIN PGP PUBLIC KEY BLOCK-----/);
  });

  it('seals to a stored key and opens with its kept passphrase', async () => {
    await bench.file('note.csv', 'identity\nu1\n');
    expect((await bench.run(['seal', 'note.csv', '--to', fingerprint])).code).toBe(0);
    const opened = await bench.run(
      ['open', 'note.csv.asc', '--key', fingerprint, '-o', '-'],
      secured,
    );
    expect(opened).toMatchObject({ code: 0, stdout: 'identity\nu1\n' });
  });

  it('does not give secrets without the master password, nor with a wrong one', async () => {
    const args = ['keys', 'export', fingerprint, '--private'];
    const without = await bench.json<JsonFailure>(args);
    expect(without.code).toBe(1);
    expect(without.result.error.code).toBe('MASTER_PASSWORD_NEEDED');
    expect(without.result.error.next).toContain('--master-password-file');
    const wrong = await bench.json<JsonFailure>([...args, '--master-password-file', 'pass.txt']);
    expect(wrong.result.error.code).toBe('MASTER_PASSWORD_WRONG');
  });

  it('imports from stdin what gpg exports, with its passphrase', async () => {
    const gpgFingerprint = await gpg.addKey('import@example.com', 'encrypt', PASSPHRASE);
    const input = await bench.read('import@example.com.private.asc');
    const args = ['keys', 'import', '-', '--passphrase-file', 'pass.txt'];
    const { code, result } = await bench.json<Listed>(args, { ...secured, input });
    expect(code).toBe(0);
    expect(result.keySets).toMatchObject([{ fingerprint: gpgFingerprint, hasPassphrase: true }]);
  });

  it('removes a key set for good, a private key only when that is confirmed', async () => {
    const remove = ['keys', 'remove', fingerprint];
    const unasked = await bench.json<JsonFailure>(remove, secured);
    expect([unasked.code, unasked.result.error.code]).toEqual([1, 'CONFIRMATION_NEEDED']);
    expect(unasked.stderr).toContain('never be opened again');
    expect((await bench.run(['keys', 'export', fingerprint, '-o', '-'])).stdout).toMatch(/^-----/);
    expect((await bench.run([...remove, '--yes'], secured)).code).toBe(0);
    const { result } = await bench.json<JsonFailure>(['keys', 'export', fingerprint]);
    expect(result.error.code).toBe('KEY_NOT_STORED');
  });
});

describe('with a keychain', () => {
  const desktop = { env: { DBUS_SESSION_BUS_ADDRESS: '', SEALIFT_HOME: '' } };
  let keyring: Keyring;
  beforeAll(async () => {
    keyring = await Keyring.start();
    await keyring.serve('login password');
    desktop.env.DBUS_SESSION_BUS_ADDRESS = keyring.busAddress;
    desktop.env.SEALIFT_HOME = bench.path('keychain-profile');
  });
  afterAll(() => keyring.stop());

  it('opens with the passphrase that the keychain keeps', async () => {
    const args = [...make, '--passphrase-file', 'pass.txt'];
    const { code, result } = await bench.json<Made>(args, desktop);
    expect(code).toBe(0);
    const { fingerprint, hasPassphrase } = result.keySet;
    expect(hasPassphrase).toBe(true);
    const sealed = await bench.run(['seal', '-', '--to', fingerprint], { ...desktop, input: 'x' });
    const open = ['open', '-', '--key', fingerprint];
    const opened = await bench.run(open, { ...desktop, input: sealed.stdout });
    expect(opened).toEqual({ code: 0, stdout: 'x', stderr: '' });
    await keyring.silence();
    const refused = await bench.run(open, { ...desktop, input: sealed.stdout });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('keychain');
  });
});

describe('passphrases and key files', () => {
  it('are not asked for where there is no terminal', async () => {
    const args = [...make, '--master-password-file', 'master.txt'];
    const { code, result } = await bench.json<JsonFailure>(args);
    expect(code).toBe(1);
    expect(result.error.code).toBe('PASSPHRASE_NOT_GIVEN');
    expect(result.error.next).toContain('--passphrase-file');
  });

  it('lose one line end of their file, no blank; a readable file is warned about', async () => {
    await bench.file('blank.txt', `${PASSPHRASE} \r\n`, 0o644);
    const args = ['open', 'note.csv.asc', '--key', 'kept.asc', '--passphrase-file', 'blank.txt'];
    const { stderr, result } = await bench.json<JsonFailure>([...args, '-o', 'x']);
    expect(result.error.code).toBe('PASSPHRASE_WRONG');
    expect(stderr).toMatch(/warning: blank\.txt can be read by others/);
  });

  it('are refused when their file is empty', async () => {
    await bench.file('empty.txt', '\n');
    const args = [
      ...make,
      '--master-password-file',
      'master.txt',
      '--passphrase-file',
      'empty.txt',
    ];
    const { code, result } = await bench.json<JsonFailure>(args);
    expect(code).toBe(1);
    expect(result.error.code).toBe('PASSPHRASE_FILE_UNUSABLE');
  });

  it('never replace a key file that is there', async () => {
    const before = await bench.read('kept.asc');
    const args = [...make, '--passphrase-file', 'pass.txt', '--export-private', 'kept.asc'];
    const { code, result } = await bench.json<JsonFailure>(args);
    expect(code).toBe(1);
    expect(result.error.code).toBe('FILE_EXISTS');
    expect(await bench.read('kept.asc')).toBe(before);
  });
});
