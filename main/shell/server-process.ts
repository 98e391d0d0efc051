/** Starts the bundled server as a process of its own, by path, and reads its ready line. */
import { utilityProcess } from 'electron';
import { z } from 'zod';
import type { ServerReady } from '../../shared/domain/import.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { ServerProcess } from '../practice/practice.ts';

/** PGlite's first start on a slow disk takes seconds. */
/** An embedded database's first start takes long where the machine is busy or its disk is slow. */
const READY_TIME_MS = 180_000;
const MAX_READY_LINE_CHARACTERS = 64 * 1024;

const readyLine = z.object({
  http: z.url(),
  sftp: z.object({ host: z.string(), port: z.number().int(), hostKeySha256: z.string() }),
  smtp: z.object({ host: z.string(), port: z.number().int() }),
  account: z.string(),
  sds: z.object({ tenant: z.string(), clientId: z.string() }),
  credentialsFile: z.string(),
}) satisfies z.ZodType<ServerReady>;

export function startServerProcess(
  entryPath: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ServerProcess {
  const server = utilityProcess.fork(entryPath, [...args], {
    serviceName: 'Sealift practice server',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...ownEnvironment(), ...env },
  });
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const ready = new Promise<ServerReady>((resolve, reject) => {
    const fail = (reason: string): void => {
      reject(new AppError('PRACTICE_FAILED', { reason }));
    };
    const timer = setTimeout(() => {
      fail('it gave no sign for three minutes');
      server.kill();
    }, READY_TIME_MS);
    server.once('exit', (code) => {
      clearTimeout(timer);
      fail(`it ended with code ${String(code)}`);
      end();
    });
    let text = '';
    server.stdout?.on('data', (chunk: Buffer) => {
      if (text.includes('\n') || text.length > MAX_READY_LINE_CHARACTERS) return;
      text += chunk.toString('utf8');
      if (!text.includes('\n')) return;
      clearTimeout(timer);
      const line = parseReady(text.slice(0, text.indexOf('\n')));
      if (line === undefined) fail('its first line was not understood');
      else resolve(line);
    });
  });
  return { ready, ended, stop: () => server.kill() };
}

/** What a process needs to run, and no more: a developer's DATABASE_URL is not for practising in. */
function ownEnvironment(): Record<string, string> {
  const needed = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'USERPROFILE'];
  return Object.fromEntries(
    needed.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function parseReady(line: string): ServerReady | undefined {
  try {
    return readyLine.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
