/** Both databases that the server runs on, for tests of what it stores, each started when its tests begin. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Database } from '../../../server/store/database.ts';
import { openPglite } from '../../../server/store/pglite.ts';
import { openPostgres } from '../../../server/store/postgres.ts';
import { Postgres } from './postgres.ts';

/** For all tests of a file, after which they are gone. @returns names, and what opens an empty database of each */
export function useEngines(): readonly (readonly [string, () => Promise<Database>])[] {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-engines-'));
  let postgres: Postgres | undefined;
  afterAll(async () => {
    await postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return [
    ['PGlite', () => openPglite(join(folder, 'pglite'))],
    [
      'PostgreSQL',
      async () => {
        postgres = await Postgres.start(join(folder, 'postgres'));
        return openPostgres(postgres.url);
      },
    ],
  ];
}
