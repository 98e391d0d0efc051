/**
 * How many rows a second the built server takes: from the first byte of an upload by OpenSSH's sftp to the import's
 * verdict, on its embedded database and on PostgreSQL, beside `psql \copy` of the same rows as they are.
 * SEALIFT_BENCH_MIB (32) and SEALIFT_BENCH_ROUNDS (3); `--profile FOLDER` leaves a CPU profile of each server there.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ImportRecord } from '../../shared/domain/import.ts';
import { Customer, makeWorkFolder, TestServer } from '../integration/server/harness.ts';
import { Postgres } from '../integration/server/postgres.ts';
import { timeCommand } from './command.ts';
import { writeRows } from './rows.ts';
import { alternate, machine, median, printTable } from './table.ts';

/** With the uncounted ones eight imports of 240,000 rows: some minutes, on a busy machine a quarter of an hour. */
const DEFAULT_MIB = 32;
const DEFAULT_ROUNDS = 3;
/** Between two looks at the list of imports: part of what is measured, so it is short. */
const LOOK_MS = 20;
const COLUMNS = {
  ts: { dataType: 'LONG' },
  price: { dataType: 'FLOAT' },
  quantity: { dataType: 'INTEGER' },
};

const { values } = parseArgs({ options: { profile: { type: 'string' } } });
const mib = Number(process.env['SEALIFT_BENCH_MIB'] ?? DEFAULT_MIB);
const rounds = Number(process.env['SEALIFT_BENCH_ROUNDS'] ?? DEFAULT_ROUNDS);
const work = makeWorkFolder();
const customer = new Customer(join(work.path, 'customer'));
const data = join(customer.folder, 'bench.csv');

/** A server with an account of the customer's, and what sends the file to it under a new name. */
async function startServer(kind: string, databaseUrl?: string) {
  const { profile } = values;
  const server = await TestServer.start({
    dataDir: join(work.path, kind),
    ...(databaseUrl !== undefined && { env: { DATABASE_URL: databaseUrl } }),
    ...(profile !== undefined && { nodeArgs: ['--cpu-prof', `--cpu-prof-dir=${profile}`] }),
  });
  await customer.register(server);
  const key = await server.generateKey();
  customer.seal('bench.csv', key);
  execFileSync('mv', [`${data}.asc`, `${data}.${kind}.asc`]);
  let count = 0;
  const send = async (): Promise<number> => {
    count += 1;
    const name = `${kind}-${count}`;
    const manifest = { fileName: `${name}.csv.asc`, keyId: key.keyId, type: 'event' };
    const whole = { ...manifest, clientEmail: 'data@example.com', columns: COLUMNS };
    customer.write(`${name}.manifest`, JSON.stringify(whole));
    const start = performance.now();
    await customer.sftp(server, [
      `put bench.csv.${kind}.asc ${name}.csv.asc`,
      `put ${name}.manifest`,
    ]);
    const { accepted, rejected } = await verdict(server, `${name}.manifest`);
    const seconds = (performance.now() - start) / 1000;
    if (accepted !== rows || rejected !== 0) throw new Error(`${accepted} of ${rows} rows`);
    return seconds;
  };
  return { server, send };
}

async function verdict(server: TestServer, manifest: string): Promise<ImportRecord> {
  for (;;) {
    const { items } = await server.imports();
    const found = items.find((item) => item.manifest === manifest && item.finishedAt !== null);
    if (found) return found;
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
}

/** Texts in a table without an index: the least that a database does with the same rows. */
function copyInto(url: string) {
  const header = execFileSync('head', ['-1', data], { encoding: 'utf8' }).trim();
  const columns = header.split(',').map((name) => `"${name}" text`);
  const psql = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', url];
  execFileSync('psql', [...psql, '-c', `CREATE TABLE bench_copy (${columns.join(', ')})`]);
  return async (): Promise<number> => {
    execFileSync('psql', [...psql, '-c', 'TRUNCATE bench_copy']);
    const copy = `\\copy bench_copy FROM '${data}' WITH (FORMAT csv, HEADER true)`;
    return (await timeCommand('psql', [...psql, '-c', copy])).seconds;
  };
}

const rows = await writeRows(data, mib);
const postgres = await Postgres.start(join(work.path, 'pg'));
const servers: TestServer[] = [];
try {
  const embedded = await startServer('PGlite');
  servers.push(embedded.server);
  const outside = await startServer('PostgreSQL', postgres.url);
  servers.push(outside.server);
  const copy = 'psql \\copy';
  const contenders = {
    PGlite: embedded.send,
    PostgreSQL: outside.send,
    [copy]: copyInto(postgres.url),
  };
  process.stdout.write(`\nserver: ${rows} rows, ${mib} MiB of CSV, medians of ${rounds}\n`);
  const results = await alternate(contenders, rounds);
  const secondsOf = (name: string): number => median(results.get(name) ?? []);
  const lines = Object.keys(contenders).map((name) => {
    const seconds = secondsOf(name);
    const ratio = name === copy ? '' : `${(secondsOf(copy) / seconds).toFixed(2)} ×`;
    return [name, seconds.toFixed(2), (rows / seconds).toFixed(0), ratio];
  });
  printTable(['', 'seconds', 'rows a second', 'speed'], lines);
  process.stdout.write(`${machine()}\n`);
} finally {
  for (const server of servers) await server.stop();
  await postgres.stop();
  customer.remove();
  work.remove();
}
