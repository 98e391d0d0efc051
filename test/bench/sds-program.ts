/**
 * How many SDS calls a second the built server answers, beside its own `/health`:
 * `program [--database pglite|postgres] [--seconds N] [--clients N] [--profile FOLDER]`. The server and its
 * database are processes of their own on loopback, and calls come over connections that stay open. Prints
 * a table for each database; exit code 1 when an answer was not what it had to be.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { openSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { ServerReady } from '../../shared/domain/import.ts';
import { TestTenant, openSealed } from '../helpers/sds.ts';
import type { TenantAccess, TestApp } from '../helpers/sds.ts';
import { makeWorkFolder } from '../integration/server/harness.ts';
import { Postgres } from '../integration/server/postgres.ts';

const BASE = '/core/api/v1/sds';
const DATABASES = ['pglite', 'postgres'] as const;
type DatabaseKind = (typeof DATABASES)[number];
const DEFAULT_SECONDS = 8;
const DEFAULT_CLIENTS = 16;
const MAX_SECONDS = 120;
const MAX_CLIENTS = 128;
const WARM_UP_SECONDS = 2;
const RECORDS = 200;
const RECORD_BYTES = 64;
/** Never the bottleneck here. */
const NO_RATE_LIMIT = ['--sds-rate', '1000000', '--max-requests', '1000'];

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One kind of call, made anew for each. */
interface Load {
  readonly name: string;
  readonly next: () => Call;
}

interface Round {
  /** Of each call, in milliseconds. */
  readonly times: readonly number[];
  readonly seconds: number;
}

interface Figures {
  readonly name: string;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

const { values } = parseArgs({
  options: {
    database: { type: 'string' },
    seconds: { type: 'string' },
    clients: { type: 'string' },
    profile: { type: 'string' },
  },
});
const seconds = wholeNumber('--seconds', values.seconds, DEFAULT_SECONDS, MAX_SECONDS);
const clients = wholeNumber('--clients', values.clients, DEFAULT_CLIENTS, MAX_CLIENTS);
const chosen = DATABASES.filter(
  (kind) => values.database === undefined || values.database === kind,
);
if (chosen.length === 0) throw new Error(`--database is one of ${DATABASES.join(', ')}`);

const work = makeWorkFolder();

function wholeNumber(name: string, text: string | undefined, preset: number, max: number): number {
  const number = Number(text ?? preset);
  if (Number.isInteger(number) && number >= 1 && number <= max) return number;
  throw new Error(`${name} is a whole number from 1 to ${max}`);
}

async function measureOn(kind: DatabaseKind): Promise<void> {
  const postgres = kind === 'postgres' ? await Postgres.start(join(work.path, 'pg')) : undefined;
  try {
    const server = await startServer(join(work.path, kind), postgres?.url);
    try {
      const loads = await prepare(server.ready);
      for (const load of loads) await drive(server.ready.http, load, WARM_UP_SECONDS);
      // A second of each in turn: what else the machine does then falls on all of them alike.
      const rounds = loads.map((): Round[] => []);
      for (let second = 0; second < seconds; second += 1) {
        for (const [at, load] of loads.entries()) {
          rounds[at]!.push(await drive(server.ready.http, load, 1));
        }
      }
      print(
        kind,
        loads.map(({ name }, at) => sumUp(name, rounds[at]!)),
      );
    } finally {
      await server.stop();
    }
  } finally {
    await postgres?.stop();
  }
}

/** The log goes to a file, as it would in service: a reader here would take part in the race. */
async function startServer(
  dataDir: string,
  databaseUrl: string | undefined,
): Promise<{ ready: ServerReady; stop: () => Promise<void> }> {
  const profile =
    values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`];
  const logFile = `${dataDir}.log`;
  const child: ChildProcess = spawn(
    process.execPath,
    [...profile, resolve('dist/server/index.js'), '--data', dataDir, ...NO_RATE_LIMIT],
    {
      env: { ...process.env, ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }) },
      stdio: ['ignore', 'pipe', openSync(logFile, 'w')],
    },
  );
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const line = await new Promise<string>((done, fail) => {
    createInterface({ input: child.stdout! }).once('line', done);
    void ended.then(() => fail(new Error(`the server ended:\n${readFileSync(logFile, 'utf8')}`)));
  });
  return {
    ready: JSON.parse(line) as ServerReady,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Makes what is read, and the calls. */
async function prepare({ http, credentialsFile }: ServerReady): Promise<Load[]> {
  const { sds } = JSON.parse(readFileSync(credentialsFile, 'utf8')) as { sds: TenantAccess };
  const tenant = await TestTenant.open(http, sds);
  const sealedReader = await tenant.register('sealed-reader');
  const openReader = await tenant.register('open-reader');
  const permissions = [{ app: openReader.name, permission: '110' }];
  await tenant.makeVault(sealedReader, 'numbers', { permissions });
  const ids: string[] = [];
  for (let index = 0; index < RECORDS; index += 1) {
    ids.push(await tenant.store(sealedReader, 'numbers', text(), { index }));
  }
  await requireRight(tenant, sealedReader, openReader, ids[0]!);
  const reads = (app: TestApp) => {
    const call = signed(tenant, app);
    let count = 0;
    return () => call('GET', `/data/${ids[(count += 1) % ids.length]}`);
  };
  const write = signed(tenant, openReader);
  const health = { method: 'GET', path: '/health', headers: {} };
  return [
    { name: '/health', next: () => health },
    { name: 'encrypted read', next: reads(sealedReader) },
    { name: 'decrypted read', next: reads(openReader) },
    {
      name: 'write',
      next: () => write('POST', '/data', { vault: 'numbers', data: base64(text()) }),
    },
  ];
}

/** What is measured is the real thing: sealed to its reader in the one case, plain in the other. */
async function requireRight(tenant: TestTenant, sealed: TestApp, open: TestApp, id: string) {
  const read = async (app: TestApp) =>
    (await tenant.must<{ data: string }>(app, 'GET', `/data/${id}`)).data.data;
  const opened = openSealed(sealed.privateKey, await read(sealed));
  if (opened !== (await read(open))) throw new Error('the two reads are not of one record');
}

function text(): string {
  return randomBytes(RECORD_BYTES / 2).toString('hex');
}

function base64(plain: string): string {
  return Buffer.from(plain).toString('base64');
}

/** The signature of simple mode is a constant, so it is made once: the server is to be measured. */
function signed(tenant: TestTenant, app: TestApp) {
  const constant = tenant.headers(app, 'GET', BASE, '');
  return (method: string, path: string, content?: unknown): Call => {
    const body = content === undefined ? undefined : JSON.stringify(content);
    return {
      method,
      path: `${BASE}${path}`,
      headers: {
        ...constant,
        'X-COREOS-REQUEST-ID': randomUUID(),
        ...(body !== undefined && {
          'Content-Type': 'application/json',
          'Content-Length': String(Buffer.byteLength(body)),
        }),
      },
      ...(body !== undefined && { body }),
    };
  };
}

/** So many clients, each with one call under way at a time. @throws Error for any answer but 200 */
async function drive(http: string, load: Load, forSeconds: number): Promise<Round> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const { hostname, port } = new URL(http);
  const times: number[] = [];
  const started = performance.now();
  const until = started + forSeconds * 1000;
  const client = async () => {
    while (performance.now() < until) {
      const sentAt = performance.now();
      await send({ agent, hostname, port }, load.next());
      times.push(performance.now() - sentAt);
    }
  };
  try {
    await Promise.all(Array.from({ length: clients }, client));
  } finally {
    agent.destroy();
  }
  return { times, seconds: (performance.now() - started) / 1000 };
}

function sumUp(name: string, rounds: readonly Round[]): Figures {
  const times = rounds.flatMap((round) => round.times).sort((a, b) => a - b);
  const total = rounds.reduce((sum, round) => sum + round.seconds, 0);
  return {
    name,
    perSecond: times.length / total,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
  };
}

function send(to: { agent: Agent; hostname: string; port: string }, call: Call): Promise<void> {
  const { method, path, headers, body } = call;
  return new Promise((done, fail) => {
    const sent = request({ ...to, method, path, headers }, (response) => {
      response.on('error', fail);
      response.on('end', () => {
        if (response.statusCode === 200) done();
        else fail(new Error(`${method} ${path}: ${response.statusCode}`));
      });
      response.resume();
    });
    sent.once('error', fail);
    sent.end(body);
  });
}

/** @param sorted ascending, not empty. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

function print(kind: DatabaseKind, figures: readonly Figures[]): void {
  const health = figures[0]!.perSecond;
  const lines = figures.map(({ name, perSecond, p50, p99 }) =>
    [
      name.padEnd(16),
      perSecond.toFixed(0).padStart(9),
      p50.toFixed(2).padStart(9),
      p99.toFixed(2).padStart(9),
      `${((perSecond / health) * 100).toFixed(0)} %`.padStart(12),
    ].join(''),
  );
  const head = `${kind.padEnd(16)} per second   p50 ms   p99 ms  of /health`;
  process.stdout.write(`${[head, ...lines].join('\n')}\n\n`);
}

try {
  for (const kind of chosen) await measureOn(kind);
} finally {
  work.remove();
}
