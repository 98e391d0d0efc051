// An X display without a screen.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface Display {
  /** As the DISPLAY variable wants it, like `:7`. */
  name: string;
  stop(): Promise<void>;
}

/**
 * Starts an Xvfb on a display number that it finds free itself (-displayfd).
 * It takes no connections over the network; only local users may draw on it.
 */
export async function startDisplay(): Promise<Display> {
  const args = ['-displayfd', '3', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp', '-ac'];
  const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const failure = once(server, 'exit').then(([code]) => {
    throw new Error(`Xvfb ended at once (exit ${String(code)})`);
  });
  const lines = createInterface({ input: server.stdio[3] as Readable });
  const [number] = (await Promise.race([once(lines, 'line'), failure])) as [string];
  failure.catch(() => undefined);
  return {
    name: `:${number.trim()}`,
    async stop() {
      if (server.exitCode !== null) return;
      const gone = once(server, 'exit');
      server.kill('SIGTERM');
      await gone;
    },
  };
}
