/** `sealift receipts` as a process: the chain over real deliveries, and exports that the real openssl checks. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChainReport, SigningKey } from '../../../shared/domain/receipt-chain.ts';
import { startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { Bench, buildCli, GpgKeys } from './harness.ts';

interface Verified {
  readonly ok: boolean;
  readonly chain: ChainReport;
  readonly signingKey?: SigningKey;
}

let bench: Bench;
let gpg: GpgKeys;
let sshd: Sshd;
beforeAll(async () => {
  buildCli();
  bench = new Bench();
  gpg = await GpgKeys.make(bench);
  await gpg.addKey('platform@example.com', 'encrypt');
  sshd = await startSshd();
  await copyFile(sshd.identityPath, bench.path('identity'));
  await bench.file('password', 'a master password\n');
  // Protects the profile: what is delivered from now on can be chained.
  await bench.run(['receipts', 'verify', ...password]);
});
afterAll(async () => {
  gpg.stop();
  await sshd.stop();
  await bench.dispose();
});

const password = ['--master-password-file', 'password'];

async function send(name: string, ...further: string[]): Promise<string> {
  await bench.file(name, `identity,event_name\nu1,${name}\n`);
  const { code, stderr } = await bench.run([
    ...['send', name, '--to', `sftp://${sshd.username}@127.0.0.1:${sshd.port}/~/`],
    ...['--identity', 'identity', '--recipient', 'platform@example.com.public.asc'],
    ...['--key-id', 'ec491319-9823-48cd-b6a1-6bb0bc666d75', '--type', 'event'],
    ...['--email', 'data@example.com', '--accept-new-host-key', ...further],
  ]);
  expect(code, stderr).toBe(0);
  return stderr;
}

const verify = () => bench.json<Verified>(['receipts', 'verify', ...password]);

function openssl(...args: string[]): { code: number | null; stdout: Buffer } {
  const { status, stdout } = spawnSync('openssl', args, { cwd: bench.dir });
  return { code: status, stdout };
}

const check = (file: string) =>
  openssl(
    ...['pkeyutl', '-verify', '-pubin', '-inkey', `${file}.pub.pem`, '-rawin'],
    ...['-in', file, '-sigfile', `${file}.sig`],
  );

describe('receipts', () => {
  it('are chained as they come, and later where the keys could not be opened', async () => {
    expect(await send('first.csv', ...password)).not.toContain('not chained');
    expect(await send('second.csv')).toContain('sealift receipts verify chains it');
    const { code, result } = await verify();
    expect(code).toBe(0);
    expect(result.chain).toMatchObject({ state: 'whole', chained: 2, found: 1, pending: 0 });
    const listed = await bench.run(['receipts', 'list']);
    expect(listed.stdout).toMatch(/Delivered second\.csv[^]*Delivered first\.csv/);
  });

  it('go out as JSON with a signature that openssl accepts, and a changed byte is refused', async () => {
    const { code } = await bench.run(['receipts', 'export', '-o', 'out.json', ...password]);
    expect(code).toBe(0);
    expect(check('out.json').code).toBe(0);
    const exported = JSON.parse(await bench.read('out.json'));
    expect(exported).toMatchObject({ format: 'sealift-receipts', chain: { state: 'whole' } });
    expect(
      exported.receipts.map((one: { sourceName: string; chained: { number: number } }) => [
        one.chained.number,
        one.sourceName,
      ]),
    ).toEqual([
      [1, 'first.csv'],
      [2, 'second.csv'],
    ]);
    const der = openssl('pkey', '-pubin', '-in', 'out.json.pub.pem', '-outform', 'DER').stdout;
    const sha256 = createHash('sha256').update(der).digest('hex');
    expect([exported.signingKeySha256, (await verify()).result.signingKey?.sha256]).toEqual([
      sha256,
      sha256,
    ]);

    const changed = (await bench.read('out.json')).replace('first.csv', 'First.csv');
    await writeFile(bench.path('out.json'), changed);
    expect(check('out.json').code).not.toBe(0);
  });

  it('go out as CSV, and overwrite nothing unless told', async () => {
    const args = ['receipts', 'export', '-o', 'out.csv', '--format', 'csv', ...password];
    expect((await bench.run(args)).code).toBe(0);
    expect(check('out.csv').code).toBe(0);
    const rows: Record<string, string>[] = parse(await bench.read('out.csv'), { columns: true });
    expect(rows).toMatchObject([
      { number: '1', source_name: 'first.csv', data_name: 'first.csv.asc', chain: 'whole' },
      { number: '2', source_name: 'second.csv', origin: 'found' },
    ]);
    const again = await bench.json<{ error: { code: string } }>(args);
    expect(again.result.error.code).toBe('FILE_EXISTS');
    expect((await bench.run([...args, '--force'])).code).toBe(0);
  });

  it('that were altered are named, with exit code 1', async () => {
    const path = bench.path('profile/receipts.jsonl');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"sourceName":"first.csv"', '"sourceName":"other.csv"'));
    const { code, stdout } = await bench.run(['receipts', 'verify', ...password]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/Receipt 1, first\.csv of .*: was altered/);
    expect(stdout).toContain('The chain holds from receipt 2 on');
  });
});
