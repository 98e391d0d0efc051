/** Passphrases asked for on a real terminal (a pty made by script(1)): nothing of them is shown. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, buildCli, GpgKeys, onTerminal } from './harness.ts';

const PASSPHRASE = 'hunter2 hunter2';

let bench: Bench;
let gpg: GpgKeys;
beforeAll(async () => {
  buildCli();
  bench = new Bench();
  gpg = await GpgKeys.make(bench);
  await gpg.addKey('locked@example.com', 'encrypt', PASSPHRASE);
  await bench.file('users.csv', 'identity\nu1\n');
  await bench.file('master.txt', 'a master password\n');
  await bench.run(['seal', 'users.csv', '--to', 'locked@example.com.public.asc']);
});
afterAll(async () => {
  gpg.stop();
  await bench.dispose();
});

describe('the hidden prompt', () => {
  const open = ['open', 'users.csv.asc', '--key', 'locked@example.com.private.asc', '-o'];

  it('opens a key with what is typed, mended by backspace', async () => {
    const typed = `${PASSPHRASE}x\u007f\r`;
    const { code, screen } = await onTerminal(
      bench,
      [...open, 'out.csv'],
      [['Passphrase for', typed]],
    );
    expect(code).toBe(0);
    expect(screen).toContain('integrity verified');
    expect(screen).not.toContain('hunter2');
    expect(await bench.read('out.csv')).toBe('identity\nu1\n');
  });

  it('is left by Ctrl-C with 130', async () => {
    const { code } = await onTerminal(
      bench,
      [...open, 'never.csv'],
      [['Passphrase for', 'x\u0003']],
    );
    expect(code).toBe(130);
    expect(bench.list()).not.toContain('never.csv');
  });

  it('asks twice for the master password of a profile that has neither it nor a keychain', async () => {
    const make = ['keys', 'make', '--name', 'N', '--email', 'n@example.com'];
    await bench.file('pass.txt', `${PASSPHRASE}\n`);
    const args = [...make, '--type', 'curve25519', '--passphrase-file', 'pass.txt'];
    const { code, screen } = await onTerminal(bench, args, [
      ['New master password', 'a master password\r'],
      ['The same again', 'a master password\r'],
    ]);
    expect(code).toBe(0);
    const fingerprint = /[0-9A-F]{40}/.exec(screen)?.[0] ?? '';
    const kept = ['keys', 'export', fingerprint, '--private', '--master-password-file'];
    expect((await bench.run([...kept, 'master.txt'])).code).toBe(0);
  });

  it('removes a private key when the end of its fingerprint is typed', async () => {
    const { stdout } = await bench.run(['keys', 'list', '--json']);
    const fingerprint = /[0-9A-F]{40}/.exec(stdout)?.[0] ?? '';
    const remove = ['keys', 'remove', fingerprint, '--master-password-file', 'master.txt'];
    const wrong = await onTerminal(bench, remove, [['Type', 'yes\r']]);
    expect(wrong.code).toBe(1);
    const typed = `${fingerprint.slice(-8).toLowerCase()}\r`;
    expect((await onTerminal(bench, remove, [['Type', typed]])).code).toBe(0);
    expect((await bench.run(['keys', 'list'])).stdout).not.toContain(fingerprint);
  });

  it('asks twice for the passphrase of a new key, and judges it', async () => {
    const make = ['keys', 'make', '--name', 'N', '--email', 'n@example.com'];
    const args = [...make, '--type', 'curve25519', '--master-password-file', 'master.txt'];
    const twice = (second: string) =>
      onTerminal(bench, args, [
        ['Passphrase for the new key', 'sesame\r'],
        ['The same again', `${second}\r`],
      ]);
    const differing = await twice('sesami');
    expect(differing.code).toBe(1);
    expect(differing.screen).toContain('not the same');
    const same = await twice('sesame');
    expect(same.code).toBe(0);
    expect(same.screen).toMatch(/Passphrase: .+\./);
    expect(differing.screen + same.screen).not.toContain('sesam');
  });
});
