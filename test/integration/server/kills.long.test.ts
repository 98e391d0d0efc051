// The server killed with SIGKILL at random moments of the whole way of an import (upload, rename, pick-up, opening,
// staging, commit, mail) and started again: every row is there once, and every mail. On both databases.
// SEALIFT_KILLS=200 runs longer; SEALIFT_KILL_SEED repeats a run.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredEvent, StoredProfile } from '../../../server/store/rows.ts';
import { Customer, TestServer, makeWorkFolder, waitFor } from './harness.ts';
import { Postgres } from './postgres.ts';

const KILLS = Number(process.env['SEALIFT_KILLS'] ?? 3);
const SEED = Number(process.env['SEALIFT_KILL_SEED'] ?? Date.now() % 1_000_000);
const ROWS = 8000;
/** Longer than an import of this size takes on an idle machine, so that kills fall after its end as well. */
const MAX_DELAY_MS = 2500;
/** Ends a run that hangs; far more than a busy machine needs. */
const TEST_MS = 300_000 + KILLS * 120_000;

const work = makeWorkFolder();
let customer: Customer;
let postgres: Postgres;

beforeAll(async () => {
  customer = new Customer(join(work.path, 'customer'));
  postgres = await Postgres.start(join(work.path, 'pg'));
});

afterAll(async () => {
  await postgres.stop();
  customer.remove();
  work.remove();
});

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Round {
  readonly events: string;
  readonly adds: string;
}

/** Uploads a pair as Sealift does: temporary names, then renames, the manifest last. A kill may break it off. */
async function upload(server: TestServer, name: string): Promise<void> {
  const [data, manifest] = [`${name}.csv.asc`, `${name}.manifest`];
  const part = (file: string) => `.${file}.0badcafe.sealift-part`;
  await customer.sftp(server, [
    `put ${data} ${part(data)}`,
    `rename ${part(data)} ${data}`,
    `put ${manifest} ${part(manifest)}`,
    `rename ${part(manifest)} ${manifest}`,
  ]);
}

/** What is left to do after a crash, as a sender that resumes does it: what is gone from the folder has been taken. */
async function finishUpload(server: TestServer, name: string): Promise<void> {
  const taken = (await server.imports()).items.some((item) => item.manifest === `${name}.manifest`);
  if (taken) return;
  const [data, manifest] = [`${name}.csv.asc`, `${name}.manifest`];
  const removals = [data, manifest].flatMap((file) => [
    `-rm ${file}`,
    `-rm .${file}.0badcafe.sealift-part`,
  ]);
  await customer.sftp(server, removals);
  await upload(server, name);
}

function prepareRound(turn: number, key: Awaited<ReturnType<TestServer['generateKey']>>): Round {
  const round = { events: `runs${turn}`, adds: `adds${turn}` };
  const rows = Array.from({ length: ROWS }, (_, i) => `person${i},Ran${turn},${i}`);
  const prepare = (name: string, type: 'event' | 'profile', csv: string) =>
    customer.prepare(`${name}.csv`, csv, key, {
      name: `${name}.manifest`,
      type,
      clientEmail: `${name}@example.com`,
    });
  prepare(round.events, 'event', `identity,evtName,n\n${rows.join('\n')}\n`);
  const adds = `identity,c,c.operation\nlast,a${turn},$add\nlast,b${turn},$add\n`;
  prepare(round.adds, 'profile', adds);
  return round;
}

async function survivesKills(options: { dataDir: string; env?: NodeJS.ProcessEnv }): Promise<void> {
  const random = randomFrom(SEED);
  let server = await TestServer.start(options);
  await customer.register(server);
  const key = await server.generateKey();
  const delays: number[] = [];
  for (let turn = 0; turn < KILLS; turn += 1) {
    const round = prepareRound(turn, key);
    const names = [round.events, round.adds];
    const sending = (async () => {
      for (const name of names) await upload(server, name);
    })().catch(() => 'broken off');
    delays.push(Math.round(random() * MAX_DELAY_MS));
    await wait(delays.at(-1));
    await server.stop('SIGKILL');
    await sending;
    server = await TestServer.start(options);
    const { events } = await server.call<{ events: number }>('GET', 'stats');
    expect([turn * ROWS, (turn + 1) * ROWS], `seed ${SEED}, delays ${delays.join()}`).toContain(
      events,
    );
    for (const name of names) await finishUpload(server, name);
    for (const name of names) {
      expect(await server.verdictOn(`${name}.manifest`), `seed ${SEED}`).toMatchObject({
        status: 'imported',
        rejected: 0,
      });
    }
    await expectRound(server, turn, round);
  }
  // The last import's data goes after its verdict is told.
  await expect.poll(() => readdirSync(join(options.dataDir, 'work'))).toEqual([]);
  await server.stop();
}

/** Each row of the round once, in order; each operation applied once; each mail once. */
async function expectRound(server: TestServer, turn: number, round: Round): Promise<void> {
  const where = `seed ${SEED}, kill ${turn + 1}`;
  expect(await eventsNamed(server, `Ran${turn}`), where).toEqual(
    Array.from({ length: ROWS }, (_, i) => `${i + 1} person${i} ${i}`),
  );
  const last = await server.call<StoredProfile>('GET', 'profiles/last');
  const values = Array.from({ length: turn + 1 }, (_, i) => [`a${i}`, `b${i}`]).flat();
  expect(last.properties, where).toEqual({ c: values });
  const subjects = await waitFor('its mails', async () => {
    const mails = await server.mailTo(`${round.events}@example.com`, 3);
    return mails.map(({ subject }) => subject.split(':')[0]);
  });
  expect(subjects, where).toEqual(['Picked up', 'Processing', 'Imported']);
}

async function eventsNamed(server: TestServer, name: string): Promise<string[]> {
  const seen: string[] = [];
  for (let after = ''; ;) {
    const page = await server.call<{ items: StoredEvent[]; next?: string }>(
      'GET',
      `events?name=${name}&limit=1000${after}`,
    );
    seen.push(
      ...page.items.map((one) => `${one.row} ${one.identity} ${String(one.properties['n'])}`),
    );
    if (page.next === undefined) return seen;
    after = `&after=${page.next}`;
  }
}

describe(`killed ${KILLS} times at random moments`, () => {
  it(
    'loses no row and doubles none on the embedded database',
    () => survivesKills({ dataDir: join(work.path, 'killed') }),
    TEST_MS,
  );

  it(
    'nor on PostgreSQL',
    () =>
      survivesKills({
        dataDir: join(work.path, 'pg-data'),
        env: { DATABASE_URL: postgres.url },
      }),
    TEST_MS,
  );
});
