/** What a full disk, or a stdout that cannot be written, makes of the CLI: plain words, and no half of a file. */
import { spawnSync } from 'node:child_process';
import { openSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, buildCli, GpgKeys } from './harness.ts';

let bench: Bench;
let gpg: GpgKeys;
let fingerprint: string;
beforeAll(async () => {
  buildCli();
  bench = new Bench();
  gpg = await GpgKeys.make(bench);
  fingerprint = await gpg.addKey('data@example.com', 'encrypt');
  await bench.file('users.csv', 'identity\nu1\n');
  await bench.file('pass.txt', 'correct horse battery staple\n');
  await bench.run(['keys', 'import', 'data@example.com.public.asc']);
  await bench.run(['seal', 'users.csv', '--to', fingerprint]);
});
afterAll(async () => {
  gpg.stop();
  await bench.dispose();
});

describe.skipIf(process.platform !== 'linux')('stdout on a full disk (needs /dev/full)', () => {
  it.each([
    [['keys', 'list']],
    [['keys', 'list', '--json']],
    [['--help']],
    [['seal', 'users.csv', '--to', 'data@example.com.public.asc', '-o', '-']],
    [['open', 'users.csv.asc', '--key', 'data@example.com.private.asc', '-o', '-']],
  ])('%j says so and exits 1', (args) => {
    const { command, args: all, env } = bench.command(args);
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(command, all, {
      cwd: bench.dir,
      env,
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^sealift: There is no space left on the disk .+\n {9}.+\n$/);
  });
});

describe.skipIf(process.platform !== 'linux')('no space for a key file (needs prlimit)', () => {
  const withoutSpace = (args: readonly string[]): { status: number | null; stderr: string } => {
    const { command, args: all, env } = bench.command(args);
    const limited = ['--fsize=0', command, ...all];
    const { status, stderr } = spawnSync('prlimit', limited, {
      cwd: bench.dir,
      env,
      encoding: 'utf8',
    });
    return { status, stderr };
  };

  it.each([
    ['export', (): string[] => ['keys', 'export', fingerprint, '-o', 'short.asc']],
    [
      'make',
      (): string[] => [
        ...['keys', 'make', '--name', 'N', '--email', 'n@example.com', '--type', 'curve25519'],
        ...['--passphrase-file', 'pass.txt', '--export-private', 'short.asc'],
      ],
    ],
  ])('keys %s leaves no file', (_, args) => {
    const before = bench.list();
    const { status, stderr } = withoutSpace(args());
    expect(status).toBe(1);
    expect(stderr).toContain('short.asc');
    expect(bench.list()).toEqual(before);
  });
});
