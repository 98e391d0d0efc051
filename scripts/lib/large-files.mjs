// @ts-check
// The second half of `npm run test:large`: a file of 3 GiB goes up to SDS and comes down in both forms,
// and the server never holds more than its ceiling of memory.
import { spawnSync } from 'node:child_process';
import { root } from './project.mjs';

const DEFAULT_MIB = 3072;

/** @returns 0 when the server stayed below its ceiling */
export function measureFiles(mib = DEFAULT_MIB) {
  const test = ['run', '--project', 'long', 'test/integration/sds/files-memory.long.test.ts'];
  const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', ...test], {
    cwd: root,
    env: { ...process.env, SEALIFT_LARGE_MIB: String(mib) },
    stdio: 'inherit',
  });
  return status ?? 1;
}
