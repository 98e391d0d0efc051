/** Keys between GnuPG and us, both ways: what it exports we read, what we make it takes. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeHandOver } from '../../../main/keys/hand-over.ts';
import { chooseRecipient, readKeys, unlockKey } from '../../../main/keys/openpgp-keys.ts';
import { sealFile } from '../../../main/seal/seal-file.ts';
import { makeTestKey, PASSPHRASE } from '../../unit/keys/test-keys.ts';
import { Peers } from '../seal/peers.ts';

let peers: Peers;

beforeAll(async () => {
  peers = await Peers.start();
});
afterAll(() => peers.stop());

/** gpg's listing of a key by record type: `pub`, `uid`, `sub`. */
async function listing(fingerprint: string): Promise<Record<string, string[]>> {
  const { stdout } = await peers.gpg('--with-colons', '--list-keys', fingerprint);
  const records = stdout.split('\n').map((line) => line.split(':'));
  return Object.fromEntries(records.map((fields) => [fields[0]!, fields]));
}

async function importToGpg(armored: string): Promise<string> {
  const path = peers.path('import.asc');
  await writeFile(path, armored);
  return (await peers.gpg('--import', path)).stderr;
}

async function exportFromGpg(...args: string[]): Promise<Buffer> {
  const path = peers.path('export');
  await rm(path, { force: true });
  await peers.gpg('--output', path, ...args);
  return readFile(path);
}

describe('a key of ours', () => {
  test.each([
    ['rsa3072', '1', '3072'],
    ['curve25519', '22', '255'],
  ] as const)('%s is taken by gpg as it was made', async (type, algorithm, bits) => {
    const key = await makeTestKey({ type, comment: 'weekly', expires: { days: 10 } });
    const said = await importToGpg(key.privateArmored);
    expect(said).toContain('secret keys imported: 1');
    expect(said).not.toMatch(/warning|unavailable/i);
    const { pub, uid, sub } = await listing(key.keySet.fingerprint);
    const expires = String(Date.parse(key.keySet.expiresAt!) / 1000);
    expect([pub![3], pub![2], pub![6]]).toEqual([algorithm, bits, expires]);
    expect(sub![11]).toBe('e');
    expect(uid![9]).toBe('Test Sender (weekly) <sender@example.com>');
  });

  test('is revoked in gpg by its certificate', async () => {
    const key = await makeTestKey();
    await importToGpg(key.publicArmored);
    expect((await listing(key.keySet.fingerprint)).pub![1]).not.toBe('r');
    await importToGpg(key.revocationArmored);
    expect((await listing(key.keySet.fingerprint)).pub![1]).toBe('r');
    const revoked = await exportFromGpg('--export', key.keySet.fingerprint);
    await expect(chooseRecipient(revoked)).rejects.toMatchObject({ code: 'KEY_REVOKED' });
  });

  test('handed over as a bundle opens files in gpg and in rnp, and signs nothing', async () => {
    const key = await makeTestKey({ email: 'bundle@example.com' });
    const { publicKey, privateKey } = await makeHandOver(key.privateArmored, PASSPHRASE, {
      withPrimary: false,
    });
    await importToGpg(publicKey);
    await importToGpg(privateKey);
    const { stdout } = await peers.gpg('--with-colons', '--list-secret-keys', 'bundle@example.com');
    const records = stdout.split('\n').map((line) => line.split(':'));
    const serial = (type: string) => records.find((fields) => fields[0] === type)![14];
    // `#` is gpg's sign for a secret part that is not there.
    expect([serial('sec'), serial('ssb')]).toEqual(['#', '+']);

    const inputPath = peers.path('rows.csv');
    const outputPath = peers.path('rows.csv.asc');
    await writeFile(inputPath, 'identity\r\nx\r\n');
    await writeFile(peers.path(`${'bundle@example.com'}.private`), privateKey);
    const recipient = await chooseRecipient(publicKey);
    await sealFile({ inputPath, outputPath, recipient, compress: 6 });
    for (const peer of ['gpg', 'rnp'] as const) {
      const opened = await peers.openWith(peer, outputPath, {
        ...key,
        email: 'bundle@example.com',
      });
      expect(opened.toString()).toBe('identity\r\nx\r\n');
    }
    const signing = peers.gpg('-u', 'bundle@example.com', '--output', '-', '--sign', inputPath);
    await expect(signing).rejects.toThrow();
  });
});

describe('a key of gpg', () => {
  const make = async (email: string, algorithm: string, usage = 'default') => {
    await peers.gpg('--quick-generate-key', `Gpg <${email}>`, algorithm, usage, '0');
  };

  test.each([
    ['rsa@gpg.example', 'default', 'RSA 3072'],
    ['curve@gpg.example', 'future-default', 'Curve25519'],
    ['nist@gpg.example', 'nistp256', 'NIST P-256'],
  ])('%s is read in every form in which it is exported', async (email, algorithm, name) => {
    if (algorithm === 'nistp256') {
      await make(email, algorithm, 'sign,cert');
      const { pub, fpr } = await listing(email);
      expect(pub).toBeDefined();
      await peers.gpg('--quick-add-key', fpr![9]!, 'nistp256', 'encr', '0');
    } else await make(email, algorithm);

    const forms = [
      ['--export'],
      ['--armor', '--export'],
      ['--export-secret-keys'],
      ['--armor', '--export-secret-keys'],
      ['--export-secret-subkeys'],
      ['--armor', '--export-secret-subkeys'],
    ];
    for (const form of forms) {
      const [key, ...others] = await readKeys(await exportFromGpg(...form, email));
      expect(others).toEqual([]);
      expect(key!.keySet).toMatchObject({
        algorithm: name,
        userId: `Gpg <${email}>`,
        use: 'ready',
        hasPrivateKey: form.at(-1) !== '--export',
      });
      if (key!.privateArmored) {
        await expect(unlockKey(key!.privateArmored, 'wrong')).rejects.toMatchObject({
          code: 'PASSPHRASE_WRONG',
        });
        await expect(unlockKey(key!.privateArmored, PASSPHRASE)).resolves.toBeDefined();
      }
    }
  });

  test('several in one file are all read', async () => {
    const keys = await readKeys(await exportFromGpg('--export'));
    expect(keys.length).toBeGreaterThanOrEqual(3);
    expect(new Set(keys.map((key) => key.fingerprint)).size).toBe(keys.length);
  });

  test('without an encryption subkey is refused as that', async () => {
    await make('sign@gpg.example', 'rsa3072', 'sign,cert');
    const key = await exportFromGpg('--export', 'sign@gpg.example');
    await expect(chooseRecipient(key)).rejects.toMatchObject({ code: 'KEY_CANNOT_ENCRYPT' });
  });

  test('that expired is refused as that', async () => {
    const options = ['--faked-system-time', '20240101T000000'];
    await peers.gpg(
      ...options,
      '--quick-generate-key',
      'Old <old@gpg.example>',
      'default',
      'default',
      '1m',
    );
    const key = await exportFromGpg('--export', 'old@gpg.example');
    await expect(chooseRecipient(key)).rejects.toMatchObject({
      code: 'KEY_EXPIRED',
      params: { date: '2024-01-31' },
    });
  });

  test('of DSA and Elgamal is read, and refused as weak', async () => {
    const path = peers.path('parameters');
    const lines = [
      'Key-Type: DSA',
      'Key-Length: 1024',
      'Subkey-Type: ELG-E',
      'Subkey-Length: 1024',
    ];
    await writeFile(path, [...lines, 'Name-Email: dsa@gpg.example', '%commit', ''].join('\n'));
    await peers.gpg('--full-generate-key', path);
    const key = await exportFromGpg('--export', 'dsa@gpg.example');
    expect((await readKeys(key))[0]!.keySet.algorithm).toMatch(/^DSA/);
    await expect(chooseRecipient(key)).rejects.toMatchObject({ code: 'KEY_TOO_WEAK' });
  });
});
