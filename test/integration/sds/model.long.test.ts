// Random sequences of calls against the server and a model of it, on PGlite and on PostgreSQL. Each sequence
// has a tenant of its own. `SEALIFT_MODEL_SECONDS` says how long each database is tried (default 15); fast-check
// prints the seed and the shortest sequence that it finds when both do not agree.
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { TestApp } from '../../helpers/sds.ts';
import type { TestTenant } from '../../helpers/sds.ts';
import { makeWorkFolder } from '../server/harness.ts';
import { Postgres } from '../server/postgres.ts';
import { startSds } from './harness.ts';
import type { SdsServer } from './harness.ts';
import { APPS, commands, createVault, register } from './model-commands.ts';
import type { Real } from './model-commands.ts';
import { Model } from './model.ts';

const SECONDS = Number(process.env.SEALIFT_MODEL_SECONDS ?? 15);
/** However slow the machine is. */
const MIN_SEQUENCES = 2;
/** More than any machine gets through; what is left when the time is over costs next to nothing. */
const MAX_SEQUENCES = SECONDS * 20;
const MAX_CALLS = 60;
/** To find a shorter sequence that fails, too. */
const SHRINK_MS = 60_000;
const START_MS = 180_000;
const work = makeWorkFolder();
/** Made once: keys take longer than calls. Short ones, so that the server has more time for the rest. */
const apps = new Map(APPS.map((name) => [name as string, new TestApp(name, 1024)]));

afterAll(() => work.remove());

/** Three apps, and two vaults that all of them use. */
async function begin(tenant: TestTenant, world: Omit<Real, 'tenant'>) {
  const real: Real = { ...world, tenant };
  const model = new Model();
  for (const name of APPS.slice(0, 3)) await register(name, model, real);
  const all = APPS.slice(0, 3).map((app) => ({ app, permission: '110' }));
  for (const [name, owner, readLimit] of [
    ['vault-1', 'app-a', 3],
    ['vault-2', 'app-b', 1],
  ] as const) {
    const who = { app: owner, strict: false };
    await createVault(
      { who, name, isOwn: true, settings: { readLimit, permissions: all } },
      model,
      real,
    );
  }
  return { model, real };
}

/** @returns how many sequences were gone through */
async function tryOut(sds: SdsServer): Promise<number> {
  const stranger = await sds.makeTenant();
  const strangerApp = await stranger.register('app-a', 1024);
  const world = { apps, stranger, strangerApp, outcomes: new Map<string, number>() };
  let until = performance.now() + SECONDS * 1000;
  let gone = 0;
  let hasFailed = false;
  const property = fc.asyncProperty(
    fc.commands(commands, { maxCommands: MAX_CALLS, size: 'max' }),
    async (sequence) => {
      if (performance.now() > until && (gone >= MIN_SEQUENCES || hasFailed)) return;
      const start = await begin(await sds.makeTenant(), world);
      try {
        await fc.asyncModelRun(() => start, sequence);
      } catch (error) {
        if (!hasFailed) until = performance.now() + SHRINK_MS;
        hasFailed = true;
        throw error;
      }
      gone += 1;
    },
  );
  await fc.assert(property, { numRuns: MAX_SEQUENCES });
  if (process.env.SEALIFT_MODEL_SECONDS !== undefined) console.table([...world.outcomes].sort());
  return gone;
}

describe.each(['PGlite', 'PostgreSQL'])('on %s', (database) => {
  it(
    'every sequence of calls ends as the model says',
    { timeout: 2 * START_MS + SECONDS * 1000 + SHRINK_MS },
    async () => {
      const postgres =
        database === 'PostgreSQL' ? await Postgres.start(join(work.path, 'pg')) : undefined;
      const env = postgres && { DATABASE_URL: postgres.url };
      const sds = await startSds({ dataDir: join(work.path, database), ...(env && { env }) });
      try {
        expect(await tryOut(sds)).toBeGreaterThanOrEqual(MIN_SEQUENCES);
        expect(sds.server.log).not.toContain('internal-error');
      } finally {
        await sds.server.stop();
        await postgres?.stop();
      }
    },
  );
});
