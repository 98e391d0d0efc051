/** `sealift seal` and `open` as processes: GnuPG on the other side, every refusal, nothing left behind. */
import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, buildCli, GpgKeys, until } from './harness.ts';
import type { JsonFailure } from './harness.ts';

const PASSPHRASE = 'hunter2 hunter2';
const ROWS = 'identity,city\nu1,Berlin\n';
const NOBODY_UID = 65_534;

let bench: Bench;
let gpg: GpgKeys;
beforeAll(async () => {
  buildCli();
  bench = new Bench();
  gpg = await GpgKeys.make(bench);
  await gpg.addKey('plain@example.com', 'encrypt');
  await gpg.addKey('locked@example.com', 'encrypt', PASSPHRASE);
  await gpg.addKey('signer@example.com', 'sign-only');
  await bench.file('users.csv', ROWS);
  await bench.file('pass.txt', `${PASSPHRASE}\n`);
});
afterAll(async () => {
  gpg.stop();
  await bench.dispose();
});

const toPlain = ['--to', 'plain@example.com.public.asc'];
const withPlain = ['--key', 'plain@example.com.private.asc'];

describe('seal and open', () => {
  it('seals beside the file what gpg opens, readable for its owner only', async () => {
    const { code, result } = await bench.json(['seal', 'users.csv', ...toPlain]);
    expect(code).toBe(0);
    expect(result).toMatchObject({ ok: true, file: 'users.csv.asc', plainBytes: ROWS.length });
    expect(gpg.gpg(['--decrypt', bench.path('users.csv.asc')]).toString()).toBe(ROWS);
    expect((await stat(bench.path('users.csv.asc'))).mode & 0o777).toBe(0o600);
  });

  it('opens what gpg seals, under the name without its ending', async () => {
    const recipient = ['--trust-model', 'always', '--recipient', 'plain@example.com'];
    const output = ['--output', bench.path('from-gpg.csv.gpg')];
    gpg.gpg([...output, ...recipient, '--encrypt', bench.path('users.csv')]);
    const { code } = await bench.run(['open', 'from-gpg.csv.gpg', ...withPlain]);
    expect(code).toBe(0);
    expect(await bench.read('from-gpg.csv')).toBe(ROWS);
  });

  it('seals in parts with --split what gpg opens, with a manifest for each', async () => {
    const rows = Array.from({ length: 700 }, (_, i) => `u${i},${randomBytes(60).toString('hex')}`);
    await bench.file('big.csv', `identity,city\n${rows.join('\n')}\n`);
    const manifest = { fileName: 'big.csv.asc', type: 'profile', clientEmail: 'd@example.com' };
    const keyId = 'ec491319-9823-48cd-b6a1-6bb0bc666d75';
    await bench.file('big.manifest', JSON.stringify({ ...manifest, keyId }));
    const limited = [...toPlain, '--max-sealed-bytes', '20000'];
    const whole = await bench.run(['seal', 'big.csv', ...limited, '-o', 'whole.asc']);
    expect(whole.stderr).toContain('--split');

    const args = ['seal', 'big.csv', ...limited, '--split', '--manifest', 'big.manifest'];
    const { code, result } = await bench.json<{ parts: { file: string; manifest: string }[] }>(
      args,
    );
    expect(code).toBe(0);
    expect(result.parts.length).toBeGreaterThan(2);
    const found: string[] = [];
    for (const { file, manifest: path } of result.parts) {
      expect(file).toMatch(/^big\.part-0\d-of-0\d\.csv\.asc$/);
      expect((await stat(bench.path(file))).size).toBeLessThan(20_000);
      const opened = gpg.gpg(['--decrypt', bench.path(file)]).toString();
      expect(opened).toMatch(/^identity,city\n/);
      found.push(...opened.trimEnd().split('\n').slice(1));
      expect(JSON.parse(await bench.read(path))).toEqual({ ...manifest, keyId, fileName: file });
    }
    expect(found).toEqual(rows);
    const before = bench.list();
    const again = await bench.json<JsonFailure>(args);
    expect(again.result.error.code).toBe('FILE_EXISTS');
    expect(bench.list()).toEqual(before);
  });

  it('works in a pipe', async () => {
    const sealed = await bench.run(['seal', '-', ...toPlain], { input: ROWS });
    expect(sealed.stderr).toBe('');
    const opened = await bench.run(['open', '-', ...withPlain], { input: sealed.stdout });
    expect(opened).toEqual({ code: 0, stdout: ROWS, stderr: '' });
  });

  it('accepts an empty file', async () => {
    await bench.file('empty.csv', '');
    expect((await bench.run(['seal', 'empty.csv', ...toPlain])).code).toBe(0);
    expect(gpg.gpg(['--decrypt', bench.path('empty.csv.asc')])).toHaveLength(0);
  });

  it('overwrites only with --force', async () => {
    await bench.file('kept.asc', 'precious');
    const args = ['seal', 'users.csv', ...toPlain, '-o', 'kept.asc', '--compress', 'none'];
    const refused = await bench.json<JsonFailure>(args);
    expect(refused.code).toBe(1);
    expect(refused.result.error.code).toBe('FILE_EXISTS');
    expect(await bench.read('kept.asc')).toBe('precious');
    expect((await bench.run([...args, '--force'])).code).toBe(0);
    expect(gpg.gpg(['--decrypt', bench.path('kept.asc')]).toString()).toBe(ROWS);
  });

  it('never overwrites its own input, not even with --force', async () => {
    await bench.file('own.csv', ROWS);
    await link(bench.path('own.csv'), bench.path('same.csv'));
    const own = ['seal', 'own.csv', ...toPlain, '--force', '-o'];
    for (const args of [
      [...own, 'own.csv'],
      [...own, './same.csv'],
    ]) {
      const { code, result } = await bench.json<JsonFailure>(args);
      expect([code, result.error.code]).toEqual([1, 'OUTPUT_IS_INPUT']);
    }
    expect(await bench.read('own.csv')).toBe(ROWS);
    await bench.run(['seal', 'own.csv', ...toPlain]);
    const before = await bench.read('own.csv.asc');
    const open = ['open', 'own.csv.asc', ...withPlain, '-o', 'own.csv.asc', '--force'];
    expect((await bench.json<JsonFailure>(open)).result.error.code).toBe('OUTPUT_IS_INPUT');
    expect(await bench.read('own.csv.asc')).toBe(before);
  });

  it('takes the passphrase from a file, and repeats none anywhere', async () => {
    await bench.run(['seal', 'users.csv', '--to', 'locked@example.com.public.asc', '-o', 'l.asc']);
    const open = ['open', 'l.asc', '--key', 'locked@example.com.private.asc', '-o', '-'];
    const right = await bench.run([...open, '--passphrase-file', 'pass.txt']);
    expect(right).toEqual({ code: 0, stdout: ROWS, stderr: '' });
    await bench.file('wrong.txt', 'wrong-secret');
    const wrong = await bench.run([...open, '--passphrase-file', 'wrong.txt']);
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    expect(wrong.stderr).not.toContain('wrong-secret');
    const none = await bench.run(open);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('--passphrase-file');
  });
});

describe('what cannot be sealed or opened exits 1 and leaves nothing', () => {
  const refused = async (args: readonly string[], uid?: number): Promise<string> => {
    const before = bench.list();
    const options = uid === undefined ? {} : { uid };
    const { code, result } = await bench.json<JsonFailure>([...args, '-o', 'out'], options);
    expect(code).toBe(1);
    expect(bench.list()).toEqual(before);
    return result.error.code;
  };

  it('a missing file', async () => {
    expect(await refused(['seal', 'missing.csv', ...toPlain])).toBe('FILE_NOT_FOUND');
  });

  it('a folder', async () => {
    await mkdir(bench.path('folder'));
    expect(await refused(['seal', 'folder', ...toPlain])).toBe('FILE_IS_FOLDER');
  });

  it('an unreadable file', async () => {
    await bench.file('locked.csv', ROWS, 0o000);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) await chmod(bench.dir, 0o777);
    await chmod(bench.path('plain@example.com.public.asc'), 0o644);
    const code = await refused(['seal', 'locked.csv', ...toPlain], isRoot ? NOBODY_UID : undefined);
    if (isRoot) await chmod(bench.dir, 0o700);
    expect(code).toBe('FILE_NOT_READABLE');
  });

  it('a key without an encryption subkey', async () => {
    const args = ['seal', 'users.csv', '--to', 'signer@example.com.public.asc'];
    expect(await refused(args)).toBe('KEY_CANNOT_ENCRYPT');
  });

  it('an expired key', async () => {
    const options = ['--pinentry-mode', 'loopback', '--passphrase', '', '--faked-system-time'];
    const [past, email] = ['20200101T000000', 'old@example.com'];
    gpg.gpg([...options, past, '--quick-gen-key', email, 'rsa2048', 'default', '1d']);
    await bench.file('old.asc', gpg.gpg(['--armor', '--export', email]));
    expect(await refused(['seal', 'users.csv', '--to', 'old.asc'])).toBe('KEY_EXPIRED');
  });

  it('a revoked key', async () => {
    const fingerprint = await gpg.addKey('gone@example.com', 'encrypt');
    const certificate = bench.path(`gnupg/openpgp-revocs.d/${fingerprint}.rev`);
    // GnuPG guards the certificate with a colon against hasty use.
    const text = (await readFile(certificate, 'utf8')).replace(/^:-----/m, '-----');
    gpg.gpg(['--import'], Buffer.from(text));
    await bench.file('gone.asc', gpg.gpg(['--armor', '--export', fingerprint]));
    expect(await refused(['seal', 'users.csv', '--to', 'gone.asc'])).toBe('KEY_REVOKED');
  });

  it('what is no OpenPGP key, in words about that very file', async () => {
    const told = async (to: string): Promise<string> => {
      const { code, result } = await bench.json<JsonFailure>(['seal', 'users.csv', '--to', to]);
      expect(code).toBe(1);
      return result.error.text;
    };
    const whole = await bench.read('plain@example.com.public.asc');
    await bench.file('cut.asc', whole.slice(0, 300));
    expect(await told('cut.asc')).toMatch(/^cut\.asc: .*damaged or incomplete/);
    await bench.file('id.pub', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== me@here\n');
    expect(await told('id.pub')).toMatch(/^id\.pub: .*it is an SSH key/);
    expect(await told('plain@example.com')).toContain('neither a key file nor the fingerprint');
  });

  it('a private key where a public one belongs', async () => {
    const args = ['seal', 'users.csv', '--to', 'plain@example.com.private.asc'];
    expect(await refused(args)).toBe('KEY_IS_PRIVATE');
  });

  it('a message that was changed, also on stdout', async () => {
    await bench.run(['seal', 'users.csv', ...toPlain, '-o', 'whole.asc']);
    const message = gpg.gpg(['--dearmor'], Buffer.from(await bench.read('whole.asc')));
    const flipped = Buffer.from(message);
    flipped[flipped.length - 30]! ^= 1;
    await bench.file('changed.gpg', flipped);
    expect(await refused(['open', 'changed.gpg', ...withPlain])).toBe('DAMAGED');
    const piped = await bench.run(['open', 'changed.gpg', ...withPlain, '-o', '-']);
    expect(piped).toMatchObject({ code: 1, stdout: '' });
  });

  it('a message for another key', async () => {
    const args = ['open', 'l.asc', ...withPlain];
    expect(await refused(args)).toBe('NO_KEY_FITS');
  });

  it('a file that is no message', async () => {
    expect(await refused(['open', 'users.csv', ...withPlain])).toBe('NOT_PGP');
  });
});

describe('a reader that goes away', () => {
  it('ends the work without a word, and not as a success', async () => {
    await bench.file('long.bin', Buffer.alloc(8 * 1024 * 1024, 'x'));
    const args = ['seal', 'long.bin', ...toPlain, '-o', '-', '--compress', 'none'];
    const { child, result } = bench.start(args);
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await result).toMatchObject({ code: 1, stderr: '' });
  });
});

describe('a signal', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s ends with 130 and leaves nothing', async (signal) => {
    const before = bench.list();
    const running = bench.start(['seal', '-', ...toPlain, '-o', 'broken-off.asc', '--json']);
    running.child.stdin?.write(Buffer.alloc(1024 * 1024, 'x'));
    await until('the output', () => bench.list().includes('broken-off.asc.part'));
    running.child.kill(signal);
    const { code, stdout, stderr } = await running.result;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'CANCELLED' } });
    expect(stderr).toContain('Cancelled.');
    expect(bench.list()).toEqual(before);
  });
});
