/** `sealift watch`, `schedule` and `jobs` as processes: real files, the real server, and what a kill leaves. */
import { copyFile, mkdir, readFile, readdir, writeFile, appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giveToAccount, startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { Bench, buildCli, GpgKeys, until } from './harness.ts';

const KEY_ID = 'ec491319-9823-48cd-b6a1-6bb0bc666d75';
const RECIPIENT = 'platform@example.com.public.asc';

let bench: Bench;
let gpg: GpgKeys;
let sshd: Sshd;
/** On the server. */
let folder: string;
beforeAll(async () => {
  buildCli();
  bench = new Bench();
  gpg = await GpgKeys.make(bench);
  await gpg.addKey('platform@example.com', 'encrypt');
  sshd = await startSshd();
  await copyFile(sshd.identityPath, bench.path('identity'));
  folder = join(sshd.rootDir, 'in');
  await mkdir(folder);
  giveToAccount(folder);
});
afterAll(async () => {
  gpg.stop();
  await sshd.stop();
  await bench.dispose();
});

const send = (): string[] => [
  ...['--to', `sftp://${sshd.username}@127.0.0.1:${sshd.port}${folder}`, '--identity', 'identity'],
  ...['--recipient', RECIPIENT, '--key-id', KEY_ID, '--type', 'event'],
  ...['--email', 'data@example.com', '--accept-new-host-key'],
];
const rows = (...names: string[]): string =>
  `identity,event_name\n${names.map((name) => `u1,${name}\n`).join('')}`;

/** What arrived, opened, by the plain name without its time. */
async function arrived(): Promise<Record<string, string[]>> {
  const opened: Record<string, string[]> = {};
  const names = (await readdir(folder)).filter((name) => name.endsWith('.csv.asc'));
  for (const name of names) {
    const plain = name.replace(/-\d{8}T\d{6}Z\.csv\.asc$/, '.csv');
    const text = gpg.gpg(['--decrypt', join(folder, name)]).toString();
    (opened[plain] ??= []).push(text);
  }
  return opened;
}
const list = (name: string) => bench.list(`in/${name}`);

describe('watch', () => {
  it('delivers what has stopped growing, what replaced a file, and keeps back the bad one of three', async () => {
    await mkdir(bench.path('in'));
    const running = bench.start(['watch', 'in', ...send()]);
    try {
      await writeFile(bench.path('in/grows.csv'), rows('first'));
      for (let step = 0; step < 4; step += 1) {
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        await appendFile(bench.path('in/grows.csv'), `u1,more${step}\n`);
      }
      await writeFile(bench.path('in/replaced.csv'), rows('old'));
      await writeFile(bench.path('in/.replaced.csv.tmp'), rows('new'));
      await copyFile(bench.path('in/.replaced.csv.tmp'), bench.path('in/replaced.csv'));
      await writeFile(bench.path('in/bad.csv'), 'identity,event_name\nu1,Bought\nnull,Bought\n');
      // A file that was replaced while it was sent is put away for a moment, and back.
      let since = Infinity;
      const stays = (is: boolean) => {
        since = is ? Math.min(since, Date.now()) : Infinity;
        return Date.now() - since > 2_000;
      };
      await until(
        'all three are put away',
        () => stays(list('done').length === 2 && list('failed').length === 2),
        120_000,
      );
    } catch (fault) {
      throw new Error(running.stderr(), { cause: fault });
    } finally {
      running.child.kill('SIGINT');
    }
    const { code, stderr } = await running.result;
    expect(code, stderr).toBe(0);
    expect([list('done'), list('failed')]).toEqual([
      ['grows.csv', 'replaced.csv'],
      ['bad.csv', 'bad.failed-rows.csv'],
    ]);
    expect(await arrived()).toEqual({
      'grows.csv': [rows('first', 'more0', 'more1', 'more2', 'more3')],
      'replaced.csv': [rows('new')],
    });
    const failed = await readFile(bench.path('in/failed/bad.failed-rows.csv'), 'utf8');
    expect(failed).toMatch(/^identity,event_name,Failure Description\r\nnull,Bought,/);
  });
});

describe('schedule', () => {
  it('is added over a connection that it makes, run under a fresh name each time, listed and removed', async () => {
    await mkdir(bench.path('nightly'));
    await bench.file('nightly/users.csv', rows('a'));
    await bench.file('password', 'a master password\n');
    const password = ['--master-password-file', 'password'];
    // Protects the profile: what is locked must be there first.
    await bench.run(['receipts', 'verify', ...password]);
    const imported = await bench.run(['keys', 'import', RECIPIENT, ...password]);
    expect(imported.code, imported.stderr).toBe(0);
    const { result: keys } = await bench.json<{ keySets: { fingerprint: string }[] }>([
      'keys',
      'list',
    ]);
    await bench.run(['keys', 'set-id', keys.keySets[0]!.fingerprint, KEY_ID]);
    const { result, stderr } = await bench.json<{ schedule: { id: string } }>([
      ...['schedule', 'add', 'nightly', '--cron', '30 2 * * *', '--time-zone', 'Europe/Berlin'],
      ...send().filter(
        (_, index, all) => all[index] !== '--recipient' && all[index - 1] !== '--recipient',
      ),
      ...password,
    ]);
    expect(result.schedule?.id, stderr).toMatch(/^[0-9a-f-]{36}$/);
    const { id } = result.schedule;
    const listed = await bench.run(['schedule', 'list']);
    expect(listed.stdout).toContain('At 02:30, Europe/Berlin');
    for (let times = 0; times < 2; times += 1) {
      const ran = await bench.run(['schedule', 'run', id, ...password]);
      expect(ran.code, ran.stderr).toBe(0);
    }
    expect((await arrived())['users.csv']).toEqual([rows('a'), rows('a')]);
    expect(bench.list('nightly')).toEqual(['users.csv']);

    const locked = await bench.json<{ error: { code: string } }>(['schedule', 'run', id]);
    expect([locked.code, locked.result.error.code]).toEqual([1, 'SCHEDULE_WAITS']);
    expect((await bench.run(['schedule', 'remove', id])).code).toBe(0);
    expect((await bench.run(['schedule', 'list'])).stdout).toMatch(/^No schedules yet/);
  });
});

describe('jobs', () => {
  interface Listed {
    readonly jobs: { readonly id: string; readonly state: string; readonly sourceName: string }[];
  }
  const jobs = async () => (await bench.json<Listed>(['jobs', 'list'])).result.jobs;

  /** A send that is killed as soon as it has begun. */
  async function killed(name: string): Promise<string> {
    await bench.file(name, rows(name));
    const running = bench.start(['send', name, ...send()]);
    const isNoted = () => bench.list('profile/cli-jobs').some((one) => one.endsWith('.json'));
    await until('the job is noted', isNoted, 60_000);
    running.child.kill('SIGKILL');
    await running.result;
    const [job, ...others] = await jobs();
    expect(others).toEqual([]);
    expect(job).toMatchObject({ state: 'interrupted', sourceName: name });
    return job!.id;
  }

  it('of a killed send are listed, and resumed to a whole delivery under the same names', async () => {
    const id = await killed('resumed.csv');
    const { code, stderr } = await bench.run(['jobs', 'resume', id.slice(0, 8)]);
    expect(code, stderr).toBe(0);
    expect(await jobs()).toEqual([]);
    const { result } = await bench.json<{ receipts: { id: string }[] }>(['receipts', 'list']);
    expect(result.receipts[0]?.id).toBe(id);
    const names = (await readdir(folder)).filter((name) => name.includes('resumed'));
    expect(names).toEqual(['resumed.csv.asc', 'resumed.csv.manifest']);
  });

  it('can be given up, and their names are free again', async () => {
    const id = await killed('dropped.csv');
    expect((await bench.run(['jobs', 'discard', id])).code).toBe(0);
    expect(await jobs()).toEqual([]);
    const { code, stdout } = await bench.run(['send', 'dropped.csv', ...send()]);
    expect([code, stdout]).toEqual([0, expect.stringContaining('dropped.csv.asc')]);
    const unknown = await bench.json<{ error: { code: string } }>(['jobs', 'resume', id]);
    expect(unknown.result.error.code).toBe('JOB_UNKNOWN');
  });
});
