/** Other programs, timed. */
import { spawn } from 'node:child_process';

export interface Timed {
  readonly seconds: number;
  /** User and system, of the program and what it has waited for. */
  readonly cpuSeconds: number;
}

/** bash has `time`, which every system has; its own share is not in the figures. */
const SCRIPT = 'TIMEFORMAT="%R %U %S"; time "$@"';

/** @throws with the program's own words when it fails */
export function timeCommand(command: string, args: readonly string[]): Promise<Timed> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', SCRIPT, 'bash', command, ...args], {
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let words = '';
    child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      const [real = NaN, user = NaN, system = NaN] = words
        .trimEnd()
        .split('\n')
        .at(-1)!
        .split(' ')
        .map(Number);
      if (code === 0) resolve({ seconds: real, cpuSeconds: user + system });
      else reject(new Error(`${command} failed (${code}): ${words}`));
    });
  });
}
