/**
 * A large file on its whole way: checked, sealed and sent by the CLI, opened and read by the bundled server,
 * and neither holds more of it than of a small one. Linux tells the greatest size that a process ever had.
 */
import { open, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ConsoleClient } from '../../../main/console/client.ts';
import { startSealiftServer } from '../../helpers/sealift-server.ts';
import type { SealiftServer } from '../../helpers/sealift-server.ts';
import { makeKeyFile } from '../../helpers/sshd.ts';
import { Bench, buildCli } from './harness.ts';

const MIB = 1024 * 1024;
const LARGE_MIB = 100;
/** Buffers, and what the collector leaves for later; the file alone would be twice as much as text. */
const MAX_GROWTH_MIB = 100;
/** A cell of blanks is none: the rows cost reading and no room in the database. */
const ROW = `u1,Bought,${' '.repeat(16_000)}\n`;

let bench: Bench;
let server: SealiftServer;
let client: ConsoleClient;
let account: string;
let keyId: string;
beforeAll(async () => {
  buildCli();
  server = await startSealiftServer();
  client = new ConsoleClient({ url: server.ready.http, adminToken: server.adminToken });
  bench = new Bench();
  makeKeyFile(bench.path('identity'));
  account = (await client.addAccount('d@example.com')).id;
  const publicKey = await readFile(bench.path('identity.pub'), 'utf8');
  await client.addSshKey(account, { name: 'cli', publicKey });
  const made = await client.generatePgpKey(account, { name: 'P', email: 'p@example.com' });
  keyId = made.keyId;
  await bench.file('public.asc', made.publicKey);
});
afterAll(async () => {
  await bench.dispose();
  await server.stop();
});

async function writeRows(name: string, rows: number): Promise<void> {
  const file = await open(bench.path(name), 'w');
  await file.write('identity,event_name,amount\n');
  const piece = ROW.repeat(Math.min(rows, 64));
  for (let written = 0; written < rows; written += 64) await file.write(piece);
  await file.close();
  const manifest = {
    fileName: `${name}.asc`,
    type: 'event',
    columns: { event_name: { ctName: 'evtName' }, amount: { dataType: 'INTEGER' } },
    clientEmail: 'd@example.com',
    keyId,
  };
  await bench.file(`${name}.manifest`, JSON.stringify(manifest));
}

/** Greatest resident size so far; 0 when the process has ended. */
async function peakMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}

/** Sends it and waits for the verdict. */
async function peaksOf(name: string, rows: number): Promise<{ cli: number; server: number }> {
  await writeRows(name, rows);
  const { child, result } = bench.start([
    ...['send', name, '--manifest', `${name}.manifest`],
    ...['--to', `sftp://${account}@127.0.0.1:${server.ready.sftp.port}/`, '--identity', 'identity'],
    ...['--accept-new-host-key', '--recipient', 'public.asc'],
  ]);
  child.stdin?.end();
  let cli = 0;
  const look = setInterval(() => {
    void peakMib(child.pid ?? 0).then((peak) => (cli = Math.max(cli, peak)));
  }, 20);
  const { code, stderr } = await result;
  clearInterval(look);
  expect(code, stderr).toBe(0);
  await vi.waitFor(
    async () => {
      const done = (await client.imports(account)).find(
        ({ fileName }) => fileName === `${name}.asc`,
      );
      expect(done).toMatchObject({ status: 'imported', rows, accepted: rows });
    },
    { timeout: 400_000, interval: 500 },
  );
  return { cli, server: await peakMib(server.pid) };
}

describe.skipIf(process.platform !== 'linux')('memory (needs /proc)', () => {
  it(
    `${LARGE_MIB} MiB cost client and server no more than a small file`,
    { timeout: 500_000 },
    async () => {
      const small = await peaksOf('small.csv', 64);
      const rows = Math.round((LARGE_MIB * MIB) / ROW.length / 64) * 64;
      const large = await peaksOf('large.csv', rows);
      const grown = { cli: large.cli - small.cli, server: large.server - small.server };
      expect(small.cli).toBeGreaterThan(0);
      expect(Math.max(grown.cli, grown.server), JSON.stringify({ small, large })).toBeLessThan(
        MAX_GROWTH_MIB,
      );
    },
  );
});
