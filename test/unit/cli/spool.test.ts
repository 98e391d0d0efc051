/** The CLI's spool folder: its own, and rid of what killed runs left. */
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSpool } from '../../../main/cli/send/spool.ts';

/** Above any system's highest process id. */
const DEAD_PID = 2_000_000_000;

describe('openSpool', () => {
  let profile: string;
  beforeEach(async () => {
    profile = await mkdtemp(join(tmpdir(), 'sealift-spool-'));
  });
  afterEach(() => rm(profile, { recursive: true }));

  it('is for its owner alone', async () => {
    const spool = await openSpool(profile);
    expect((await stat(spool)).mode & 0o777).toBe(0o700);
  });

  it('removes what a killed run left, and nothing else', async () => {
    const spools = join(profile, 'spool');
    const running = `cli-${process.ppid}`;
    for (const name of [running, `cli-${DEAD_PID}`]) {
      await mkdir(join(spools, name), { recursive: true });
      await writeFile(join(spools, name, 'x.asc'), 'sealed');
    }
    await writeFile(join(spools, 'of-the-app.asc'), 'sealed');
    const own = basename(await openSpool(profile));
    expect((await readdir(spools)).sort()).toEqual([own, running, 'of-the-app.asc'].sort());
  });
});
