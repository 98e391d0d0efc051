// @ts-check
// The fresh, empty database that the bundled server starts its own from: making one anew costs
// PGlite several seconds of a core, unpacking this one a fraction of that.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './project.mjs';

/**
 * Writes the template; made once for each version of PGlite, then copied.
 *
 * @param {string} file where it goes, a gzipped tar
 */
export async function writeDatabaseTemplate(file) {
  const description = join(root, 'node_modules/@electric-sql/pglite/package.json');
  const { version } = JSON.parse(readFileSync(description, 'utf8'));
  const cache = join(root, 'node_modules/.cache/sealift');
  const cached = join(cache, `database-${version}.tar.gz`);
  if (!existsSync(cached)) {
    mkdirSync(cache, { recursive: true });
    const unfinished = `${cached}.${process.pid}.tmp`;
    writeFileSync(unfinished, await freshDatabase());
    renameSync(unfinished, cached);
  }
  copyFileSync(cached, file);
}

async function freshDatabase() {
  const entry = createRequire(join(root, 'server/package.json')).resolve('@electric-sql/pglite');
  const { PGlite } = await import(pathToFileURL(entry).href);
  const database = await PGlite.create();
  const dump = await database.dumpDataDir('gzip');
  await database.close();
  return Buffer.from(await dump.arrayBuffer());
}
