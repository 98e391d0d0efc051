/** A PostgreSQL server of a test's own, as Debian installs it. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { waitFor } from './harness.ts';

/** As root it runs as `postgres`, since it refuses to be root. */
export class Postgres {
  readonly url: string;
  readonly #child: ReturnType<typeof spawn>;

  private constructor(child: ReturnType<typeof spawn>, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(folder: string): Promise<Postgres> {
    const bin = newestPostgres();
    const isRoot = process.getuid?.() === 0;
    const user = isRoot ? ['runuser', '-u', 'postgres', '--'] : [];
    execFileSync('mkdir', ['-p', folder]);
    if (isRoot) {
      // The server's own user must be able to walk down to its folder.
      chmodSync(dirname(folder), 0o755);
      chownSync(folder, Number(execFileSync('id', ['-u', 'postgres'])), -1);
    }
    const run = (command: string, args: readonly string[]) => {
      const [program, ...rest] = [...user, join(bin, command), ...args];
      return { program: program!, rest };
    };
    const initdb = run('initdb', ['-D', join(folder, 'db'), '-U', 'sealift', '-A', 'trust', '-N']);
    execFileSync(initdb.program, initdb.rest, { stdio: 'ignore', cwd: '/' });
    const port = await freePort();
    const options = [
      '-D',
      join(folder, 'db'),
      '-p',
      String(port),
      '-k',
      folder,
      '-h',
      '127.0.0.1',
      '-F',
    ];
    const start = run('postgres', options);
    const child = spawn(start.program, start.rest, { stdio: 'ignore', cwd: '/' });
    const isReady = run('pg_isready', ['-h', '127.0.0.1', '-p', String(port)]);
    await waitFor('PostgreSQL', async () => {
      try {
        execFileSync(isReady.program, isReady.rest, { stdio: 'ignore', cwd: '/' });
        return await Promise.resolve(true);
      } catch {
        return undefined;
      }
    });
    return new Postgres(child, `postgres://sealift@127.0.0.1:${port}/postgres`);
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}

function newestPostgres(): string {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions
    .map((version) => join(root, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
  if (!found) throw new Error('PostgreSQL is missing: install the Debian package postgresql');
  return found;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
