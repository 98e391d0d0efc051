/** Sealing and opening as a process: constant memory, standard input and output, and what escapes. */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeTestKey, PASSPHRASE } from '../../unit/keys/test-keys.ts';
import { bundle } from './bundle.ts';

let folder: string;
let program: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-process-'));
  program = await bundle(new URL('./program.ts', import.meta.url), folder);
  const key = await makeTestKey();
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  env = {
    ...process.env,
    PUBLIC_KEY: join(folder, 'public.asc'),
    PRIVATE_KEY: join(folder, 'private.asc'),
    KEY_PASSPHRASE: PASSPHRASE,
    TMPDIR: temporary,
  };
  await writeFile(env['PUBLIC_KEY']!, key.publicArmored);
  await writeFile(env['PRIVATE_KEY']!, key.privateArmored);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const runFile = promisify(execFile);

async function filter(command: 'seal' | 'open', input: Uint8Array) {
  const child = spawn(process.execPath, [program, command], { env });
  const collect = async (stream: NodeJS.ReadableStream) => {
    const parts: Buffer[] = [];
    for await (const part of stream) parts.push(part as Buffer);
    return Buffer.concat(parts);
  };
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  // The program may stop reading when it has seen enough.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([collect(child.stdout), collect(child.stderr)]);
  return { stdout, stderr: stderr.toString(), code: await exit };
}

test('256 MiB are sealed and opened in constant memory', async () => {
  const args = ['--expose-gc', program, 'memory', '256'];
  const { stdout } = await runFile(process.execPath, args, { env });
  const { plainBytes, same, grownMib } = JSON.parse(stdout) as Record<string, unknown>;
  expect({ plainBytes, same }).toEqual({ plainBytes: 256 * 1024 * 1024, same: true });
  expect(grownMib).toBeLessThan(160);
});

test('48 MiB are cut into parts, none too large, no row lost', async () => {
  const { stdout } = await runFile(process.execPath, [program, 'parts', '48'], { env });
  const { rows, parts, fits } = JSON.parse(stdout) as Record<string, number | boolean>;
  expect({ rows, fits }).toEqual({ rows: (48 * 1024 * 1024) / 128, fits: true });
  expect(parts).toBeGreaterThan(5);
});

test('Curve25519 works in Electron, whose cryptography lacks AES key wrap', async () => {
  const script = fileURLToPath(new URL('../../../scripts/electron.mjs', import.meta.url));
  const electron = (await runFile(process.execPath, [script])).stdout.trim();
  const { stdout } = await runFile(electron, [program, 'memory', '4'], {
    env: { ...env, ELECTRON_RUN_AS_NODE: '1' },
  });
  expect(JSON.parse(stdout)).toMatchObject({ plainBytes: 4 * 1024 * 1024, same: true });
});

test('standard input to standard output and back', async () => {
  const plain = randomBytes(700_000);
  const sealed = await filter('seal', plain);
  expect(sealed.code).toBe(0);
  const opened = await filter('open', sealed.stdout);
  expect(opened.stdout.equals(plain)).toBe(true);
  expect(await readdir(env['TMPDIR']!)).toEqual([]);
});

test('standard output gets no byte of a message that fails at its end', async () => {
  const { stdout: sealed } = await filter('seal', Buffer.alloc(5_000_000, 'secret,row\n'));
  const cut = sealed.subarray(0, sealed.length - 60);
  for (const input of [cut, sealed.subarray(0, 2000)]) {
    const { stdout, stderr, code } = await filter('open', input);
    expect({ bytes: stdout.length, stderr, code }).toEqual({
      bytes: 0,
      stderr: 'DAMAGED',
      code: 1,
    });
  }
  expect(await readdir(env['TMPDIR']!)).toEqual([]);
});
